# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where there is no memory for a result, MemoryError names the function and the model, and the next call works."""

import subprocess
import sys

import numpy as np
import pytest
from cli_models import model_file

from hbm_runtime_core import HB_HBMRuntime, QuantParams, dequantize, hbDNNQuantiType, quantize
from hbm_runtime_core.future import InferFuture

ECHO = {
    "name": "echo",
    "inputs": [{"name": "x", "dtype": "F32", "shape": [1, 8]}],
    "outputs": [{"name": "y", "dtype": "F32", "shape": [1, 8], "fill": {"kind": "copy", "input": "x"}}],
}
LARGE = {
    "name": "large",
    "inputs": [{"name": "x", "dtype": "U8", "shape": [1, 1]}],
    "outputs": [{"name": "y", "dtype": "U8", "shape": [1024, 1 << 20], "fill": {"kind": "constant", "value": 5}}],
}
X = np.arange(8, dtype=np.float32).reshape(1, 8)
HALVES = QuantParams(quant_type=hbDNNQuantiType.SCALE, scale=[0.5], zero_point=[0])


@pytest.fixture
def runtime(tmp_path):
    return HB_HBMRuntime(model_file(tmp_path, ECHO))


def fail_each_allocation(call):
    """The texts of MemoryError where each allocation of Python fails in turn, until none is left."""
    testcapi = pytest.importorskip("_testcapi", reason="this Python cannot let its allocations fail")
    texts = []
    while True:
        testcapi.set_nomemory(len(texts), len(texts) + 1)
        try:
            call()
            failed = None
        except MemoryError as error:
            failed = error
        finally:
            testcapi.remove_mem_hooks()
        if failed is None:
            return texts
        texts.append(str(failed))
        call()


@pytest.mark.parametrize(
    ("function", "model", "call_of"),
    [
        ("run", "echo", lambda runtime, request: lambda: runtime.run(X)),
        ("run", "echo", lambda runtime, request: lambda: runtime.run({"echo": {"x": X}}, "echo", timeout_ms=60_000)),
        ("run", "echo", lambda runtime, request: request.run),
        ("dequantize", "", lambda runtime, request: lambda: dequantize(X.astype(np.int8), HALVES)),
        ("quantize", "", lambda runtime, request: lambda: quantize(X, HALVES, np.int8)),
    ],
    ids=["run of a runtime", "run of a runtime with a time limit", "run of a request", "dequantize", "quantize"],
)
def test_each_allocation_of_python_may_fail(runtime, function, model, call_of):
    call = call_of(runtime, runtime.create_request())
    before = call()
    texts = fail_each_allocation(call)
    named = f"{function}: the host is out of memory" + (f"; model '{model}'" if model else "")
    assert named in texts
    # Python makes the arguments before it calls the function.
    assert set(texts) <= {named, ""}
    np.testing.assert_equal(call(), before)


def test_a_future_that_runs_out_of_memory_while_it_is_completed_has_that_error(runtime, monkeypatch):
    def fail(future, result):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(InferFuture, "set_result", fail)
        with pytest.raises(MemoryError):
            runtime.run_async(X).result(60)
    np.testing.assert_array_equal(runtime.run_async(X).result(60)["echo"]["y"], X)


PROGRAM = """
import resource, sys
import cv2
import numpy as np
from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError, QuantParams, dequantize, hbDNNQuantiType, quantize
from hbm_runtime_core._decode import label_image, sample_classes
from hbm_runtime_core.vision import for_model

runtime = HB_HBMRuntime(sys.argv[1])
large = np.zeros(1 << 28, np.int8)
real = np.zeros(1 << 28, np.float32)
halves = QuantParams(quant_type=hbDNNQuantiType.SCALE, scale=[0.5], zero_point=[0])
preparation = for_model(runtime, "picture")
into = {"image": np.zeros((1, 32, 64, 3), np.uint8)}
pictures = [cv2.imencode(".jpg", np.zeros((side, side, 3), np.uint8))[1] for side in (64, 8000)]
calls = {
    "dequantize: Unable to allocate 1.00 GiB": lambda small: dequantize(large[:9] if small else large, halves),
    "quantize: Unable to allocate 256. MiB": lambda small: quantize(real[:9] if small else real, halves, np.int8),
    "prepare_jpeg: the host is out of memory": lambda small: preparation.prepare_jpeg(pictures[not small], into),
    "sample_classes: Unable to allocate 381. MiB": lambda small: sample_classes(
        np.zeros((2, 2), np.uint8), (1, 1, 0, 0), 20000, 2 if small else 20000
    ),
    "label_image: Unable to allocate 381. MiB": lambda small: label_image(
        np.zeros((0, 2, 2), np.uint8), np.zeros((0, 4), np.float32), 20000, 2 if small else 20000, None
    ),
}
for call in calls.values():
    call(True)
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))
for text, call in calls.items():
    for _ in range(2):
        try:
            call(False)
        except MemoryError as error:
            assert str(error).startswith(text), error
        else:
            raise AssertionError(text)
        call(True)
# Memory of the device is another matter: the error has the status of its library.
try:
    runtime.run(np.zeros((1, 1), np.uint8), "large")
except HbmRuntimeError as error:
    assert error.code == -400001 and error.model == "large", error
else:
    raise AssertionError("large")
runtime.run(np.zeros((1, 32, 64, 3), np.uint8), "picture")
"""
PICTURE = {
    "name": "picture",
    "inputs": [{"name": "image", "dtype": "U8", "shape": [1, 32, 64, 3]}],
    "outputs": [{"name": "y", "dtype": "U8", "shape": [1, 4], "fill": {"kind": "constant", "value": 5}}],
}


def test_a_result_that_is_too_large_for_the_host_is_refused_with_the_name_of_the_function(tmp_path):
    command = [sys.executable, "-c", PROGRAM, model_file(tmp_path, PICTURE, LARGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
