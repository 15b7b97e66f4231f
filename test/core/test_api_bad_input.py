# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Input that nobody should give, and that ends in an exception nevertheless; and odd input that is right."""

import copy
import pickle
from types import MappingProxyType

import numpy as np
import pytest
from api_models import echo, pack

from hbm_runtime_core import (
    CallTiming,
    HB_HBMRuntime,
    HbmFileNotFoundError,
    HbmRuntimeError,
    HbmTimeoutError,
    HbmValueError,
    InferRequest,
    QuantParams,
    SchedParam,
    dequantize,
    hbDNNQuantiType,
    quantize,
    vision,
)

X = np.arange(32, dtype=np.float32).reshape(1, 4, 8)


@pytest.fixture
def runtime(echo_file):
    return HB_HBMRuntime(echo_file)


@pytest.mark.parametrize("member", ["run", "run_async", "model_names", "sched_params", "create_request"])
def test_an_object_that_was_never_initialised_raises(member):
    unfinished = HB_HBMRuntime.__new__(HB_HBMRuntime)
    with pytest.raises(TypeError, match="__init__"):
        attribute = getattr(unfinished, member)
        attribute() if member == "create_request" else attribute(X)


@pytest.mark.parametrize("member", ["inputs", "done", "busy", "model_name", "run", "start", "wait"])
def test_a_request_that_no_runtime_made_raises(member):
    with pytest.raises(TypeError, match="create_request"):
        getattr(InferRequest.__new__(InferRequest), member)()


@pytest.mark.parametrize(
    "cls, member",
    [(QuantParams, "scale"), (SchedParam, "bpu_cores"), (vision.ImageTransform, "mode"), (SchedParam, "__repr__")],
)
def test_a_value_that_was_never_initialised_raises(cls, member):
    with pytest.raises(TypeError, match=f"{cls.__name__}.__init__"):
        attribute = getattr(cls.__new__(cls), member)
        attribute()


@pytest.mark.parametrize("make", [CallTiming, lambda: CallTiming.__new__(CallTiming)])
def test_a_timing_is_made_by_the_library_alone(make):
    with pytest.raises(TypeError, match="CallTiming objects are made by hbm_runtime_core alone"):
        make()


def test_a_subclass_runs_like_its_base(echo_file):
    class Detector(HB_HBMRuntime):
        def __init__(self, path):
            super().__init__(path)
            self.extra = 1

    detector = Detector(echo_file)
    np.testing.assert_array_equal(detector.run(X)["echo"]["y"], X)
    np.testing.assert_array_equal(detector.run_async(X).result(30)["echo"]["y"], X)


def test_any_mapping_will_do(runtime):
    for inputs in (MappingProxyType({"x": X}), MappingProxyType({"echo": MappingProxyType({"x": X})})):
        np.testing.assert_array_equal(runtime.run(inputs)["echo"]["y"], X)
    runtime.run(X, priority=MappingProxyType({"echo": np.int64(3)}), bpu_cores={"echo": np.array([0, 1])})


@pytest.mark.parametrize("inputs", [{"echo": {"x": X}, "x": X}, {"x": X, "echo": {"x": X}}, {3: X}, {"echo": {3: X}}])
def test_mixed_forms_and_keys_that_are_no_names_are_refused(runtime, inputs):
    with pytest.raises((ValueError, TypeError)):
        runtime.run(inputs)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"priority": {"echo": 1.0}}, TypeError, "expected an int, got float"),
        ({"priority": {"echo": 2**70}}, ValueError, "64 bits"),
        ({"custom_id": {"echo": 2**63}}, ValueError, "64 bits"),
        ({"bpu_cores": {"echo": 0}}, TypeError, r"a list of ints such as \[0\]"),
        ({"timeout_ms": 0}, ValueError, "more than 0"),
        ({"timeout_ms": float("nan")}, ValueError, "more than 0"),
        ({"timeout_ms": "1"}, TypeError, "a number of milliseconds"),
        ({"timing": []}, TypeError, "expected a dict"),
        ({"outputs": {"z": X.copy()}}, ValueError, "its outputs are 'y'"),
        ({"outputs": {"y": 3}}, TypeError, "numpy array"),
        ({"outputs": {"y": X.astype(">f4")}}, ValueError, "expected float32"),
        ({"model_nam": "echo"}, TypeError, "'model_name'"),
        ({"input_tensor": X}, TypeError, "duplicate argument .input_tensor."),
    ],
)
def test_an_argument_is_refused_with_what_would_be_right(runtime, arguments, error, text):
    with pytest.raises(error, match=text):
        runtime.run(X, **arguments)
    np.testing.assert_array_equal(runtime.run(X)["echo"]["y"], X)


@pytest.mark.parametrize("limit_ms", [None, 30_000, float("inf"), 1e300])
def test_long_time_limits_are_no_limits(runtime, limit_ms):
    np.testing.assert_array_equal(runtime.run(X, timeout_ms=limit_ms)["echo"]["y"], X)


def test_a_read_only_array_receives_nothing(runtime):
    frozen = X.copy()
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        runtime.run(X, outputs={"y": frozen})


def test_an_array_of_an_earlier_run_is_written_by_the_device_itself(runtime):
    y = runtime.run(X)["echo"]["y"]
    times: dict = {}
    again = runtime.run(X + 1, outputs={"y": y}, timing=times)["echo"]["y"]
    assert again is y
    np.testing.assert_array_equal(y, X + 1)


@pytest.mark.parametrize("engine", ["timed"], indirect=True)
def test_one_array_cannot_receive_two_outputs(engine, tmp_path):
    tensor = {"dtype": "F32", "shape": [1, 16]}
    fill = {"kind": "copy", "input": "x"}
    outputs = [{"name": name, **tensor, "fill": fill} for name in ("a", "b")]
    runtime = HB_HBMRuntime(pack(tmp_path, "m", {"name": "m", "inputs": [{"name": "x", **tensor}], "outputs": outputs}))
    x = np.ones((1, 16), np.float32)
    a = runtime.run(x)["m"]["a"]
    with pytest.raises(ValueError, match="another output as well"):
        runtime.run(x, outputs={"a": a, "b": a})


def test_requests_refuse_what_does_not_fit(runtime):
    with pytest.raises(ValueError, match="not loaded"):
        runtime.create_request("nobody")
    with pytest.raises(ValueError, match="unknown input 'q'"):
        runtime.create_request(shapes={"q": [1]})
    with pytest.raises(ValueError, match=r"expected float32 \[1, 4, 8\], got float32 \[1, 4, 9\]"):
        runtime.create_request(shapes={"x": [1, 4, 9]})
    request = runtime.create_request()
    with pytest.raises(ValueError, match="0 to 255"):
        request.run(priority=300)
    runtime.close()
    with pytest.raises(HbmRuntimeError, match="closed"):
        request.run()


def test_a_request_of_a_dynamic_input_needs_its_shape(tmp_path):
    tensor = {"dtype": "U8", "shape": [-1, 3]}
    output = {"name": "y", **tensor, "fill": {"kind": "copy", "input": "x"}}
    runtime = HB_HBMRuntime(pack(tmp_path, "m", {"name": "m", "inputs": [{"name": "x", **tensor}], "outputs": [output]}))
    with pytest.raises(ValueError, match=r"shapes=\{'x'"):
        runtime.create_request()
    request = runtime.create_request(shapes={"x": [5, 3]})
    request.inputs["x"][...] = 9
    np.testing.assert_array_equal(request.run()["y"], np.full((5, 3), 9, np.uint8))


def test_a_request_runs_once_at_a_time(engine, tmp_path):
    runtime = HB_HBMRuntime(pack(tmp_path, "slow", echo("timed", tmp_path, latency_us=200_000)))
    request = runtime.create_request()
    with pytest.raises(HbmTimeoutError):
        request.run(timeout_ms=10)
    assert request.busy
    with pytest.raises(HbmRuntimeError, match="running already"):
        request.run()


@pytest.mark.parametrize("path", ["a\0b", "/nonexistent/model.hbm", "/tmp"])
def test_a_path_without_a_model_is_refused(path):
    with pytest.raises(ValueError):
        HB_HBMRuntime(path)


@pytest.mark.parametrize(
    "error",
    [
        HbmRuntimeError("text", -200003, "hbUCPWaitTaskDone", "m"),
        HbmTimeoutError("text", -200002, "run", "m"),
        HbmFileNotFoundError("text", "a.hbm", 2),
        HbmValueError("text"),
    ],
)
def test_errors_survive_pickling_and_copying(error):
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(twin), str(twin), twin.__dict__) == (type(error), "text", error.__dict__)


@pytest.mark.parametrize(
    ("array", "quant"),
    [
        (np.zeros((2, 3), np.float32), QuantParams(hbDNNQuantiType.SCALE, 0, [1.0], [0])),
        (np.zeros((2, 3), np.int8), QuantParams(hbDNNQuantiType.SCALE, 0, [1.0, 2.0, 3.0])),
        (np.zeros((2, 3), np.int8), QuantParams(hbDNNQuantiType.SCALE, 7, [1.0, 2.0])),
        (np.zeros((2, 3), np.int8), QuantParams(hbDNNQuantiType.SCALE, 1, [1.0, -2.0, 3.0])),
        (np.zeros((2, 3), np.int8), QuantParams(hbDNNQuantiType.SCALE)),
        ([1, 2], QuantParams()),
    ],
)
def test_quantisation_that_does_not_fit_the_array_is_refused(array, quant):
    with pytest.raises((ValueError, TypeError)):
        dequantize(array, quant)


def test_quantise_refuses_types_that_are_no_integers():
    for dtype in (np.float32, "S8", object):
        with pytest.raises((ValueError, TypeError)):
            quantize(X, QuantParams(), dtype)
    with pytest.raises(TypeError):
        quantize(np.array(["a"]), QuantParams(), np.int8)
    assert quantize(X, QuantParams(), np.int8).dtype == np.int8
