# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The device hangs at each place of its work, in each way to call it. Each case is a process of its own, which must end.

The wait ends with HbmTimeoutError, the other models continue, close() returns, and so does the end of the process, with
the device still hanging; where it comes back, the model works again.
"""

import os
import subprocess
import sys

import pytest
from cli_models import model_file

MODELS = [
    {
        "name": name,
        "inputs": [{"name": "x", "dtype": "F32", "shape": [1, 8]}],
        "outputs": [{"name": "y", "dtype": "F32", "shape": [1, 8], "fill": {"kind": "copy", "input": "x"}}],
    }
    for name in ("bad", "good")
]

PROGRAM = """
import concurrent.futures, ctypes, sys, threading
from pathlib import Path
import numpy as np
from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError, HbmTimeoutError, _native

models, fault, way, ending = sys.argv[1:]
library = ctypes.CDLL(str(Path(_native.__file__).parent / "simulator/lib/libhbucp.so"))
def set_faults(text):
    assert library.hbm_sim_set_faults(text.encode()) == 0

X = np.arange(8, dtype=np.float32).reshape(1, 8)
TIMEOUT_MS = 50
runtime, other = HB_HBMRuntime(models), HB_HBMRuntime(models)

def in_time(task):
    "What a thread of its own returns, or the end of this program where it does not return."
    ended = threading.Event()
    results = []
    def work():
        results.append(task())
        ended.set()
    threading.Thread(target=work, daemon=True).start()
    assert ended.wait(40), "this should have ended"
    return results[0]

def call(model, timeout_ms):
    if way == "run":
        return runtime.run(X, model_name=model, timeout_ms=timeout_ms)[model]["y"]
    if way == "run_async":
        future = runtime.run_async(X, model_name=model)
        waiting.append(future)
        try:
            return future.result(timeout_ms / 1000)[model]["y"]
        except concurrent.futures.TimeoutError:
            raise HbmTimeoutError("the future's time is over") from None
    request = runtime.create_request(model)
    request.inputs["x"][...] = X
    request.start()
    waiting.append(request)
    return request.wait(timeout_ms)["y"]

waiting = []
for model in ("bad", "good"):
    np.testing.assert_array_equal(in_time(lambda: call(model, 30_000)), X)
set_faults(fault)
def attempt():
    try:
        call("bad", TIMEOUT_MS)
    except HbmTimeoutError:
        return "time-out"
    return "answered"
# A release that hangs may let the first call answer; nothing may wait for it longer than that.
outcomes = [in_time(attempt) for _ in range(3)]
print(outcomes)
assert "hbUCPReleaseTask" in fault or "time-out" in outcomes, outcomes
for _ in range(3):
    np.testing.assert_array_equal(in_time(lambda: call("good", 30_000)), X)
    np.testing.assert_array_equal(in_time(lambda: other.run(X, model_name="good", timeout_ms=30_000))["good"]["y"], X)
if ending == "comes back":
    set_faults("")
    np.testing.assert_array_equal(in_time(lambda: call("bad", 30_000)), X)
in_time(lambda: runtime.close() or True)
np.testing.assert_array_equal(in_time(lambda: other.run(X, model_name="good", timeout_ms=30_000))["good"]["y"], X)
print("done")
"""

FAULTS = {
    "never completes": "hbUCPWaitTaskDone:hang=1:model=bad",
    "completes late": "hbUCPWaitTaskDone:delay_ms=500:model=bad",
    "hangs in the release of a task": "hbUCPReleaseTask:hang=1:model=bad",
    "hangs in the release of the model": "hbUCPWaitTaskDone:delay_ms=500:model=bad:count=3,hbDNNRelease:hang=1",
}


def run(*arguments: str) -> None:
    environment = os.environ | {"HBM_RUNTIME_BACKEND": "sim"}
    done = subprocess.run([sys.executable, "-c", *arguments], env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("done\n")


@pytest.mark.parametrize("ending", ["comes back", "still hangs"])
@pytest.mark.parametrize("way", ["run", "run_async", "request"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_device_that(tmp_path, fault, way, ending):
    run(PROGRAM, model_file(tmp_path, *MODELS), FAULTS[fault], way, ending)


LOADING = """
import ctypes, sys, threading
from pathlib import Path
import numpy as np
from hbm_runtime_core import HB_HBMRuntime, _native

models, ending = sys.argv[1:]
library = ctypes.CDLL(str(Path(_native.__file__).parent / "simulator/lib/libhbucp.so"))
X = np.arange(8, dtype=np.float32).reshape(1, 8)
runtime = HB_HBMRuntime(models)
runtime.run(X, model_name="good")
assert library.hbm_sim_set_faults(b"hbDNNInitializeFromFiles:hang=1") == 0
loaded = []
thread = threading.Thread(target=lambda: loaded.append(HB_HBMRuntime(models)), daemon=True)
thread.start()
for _ in range(20):
    np.testing.assert_array_equal(runtime.run(X, model_name="good")["good"]["y"], X)
assert not loaded
if ending == "comes back":
    assert library.hbm_sim_set_faults(b"") == 0
    thread.join(40)
    np.testing.assert_array_equal(loaded[0].run(X, model_name="bad")["bad"]["y"], X)
runtime.close()
print("done")
"""


@pytest.mark.parametrize("ending", ["comes back", "still hangs"])
def test_a_device_that_hangs_while_it_loads_a_model_leaves_the_others_and_the_end_of_the_process(tmp_path, ending):
    run(LOADING, model_file(tmp_path, *MODELS), ending)
