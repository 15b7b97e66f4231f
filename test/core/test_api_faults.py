# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every failure of the C API ends in an exception; the process, the other models and the next call go on."""

import os
import threading

import numpy as np
import pytest
from api_models import echo, pack

from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError, HbmTimeoutError

X = np.arange(32, dtype=np.float32).reshape(1, 4, 8)
CODES = [-100001, -200003, -400001]


@pytest.fixture
def runtime(engine, tmp_path):
    return HB_HBMRuntime(pack(tmp_path, "two", echo(engine, tmp_path, "echo"), echo(engine, tmp_path, "other")))


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("function", ["hbDNNInferV2", "hbUCPSubmitTask", "hbUCPWaitTaskDone"])
def test_a_failing_call_raises_and_everything_else_goes_on(runtime, faults, function, code, threads):
    faults(f"{function}:fail={code}:model=echo")
    problems = []

    def work() -> None:
        for _ in range(5):
            try:
                runtime.run(X, model_name="echo")
                problems.append("no exception")
            except HbmRuntimeError as error:
                if (error.code, error.function, error.model) != (code, function, "echo"):
                    problems.append(repr(error))
            if not np.array_equal(runtime.run(X, model_name="other")["other"]["y"], X):
                problems.append("the other model is disturbed")

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not problems
    with pytest.raises(HbmRuntimeError):
        runtime.run({"echo": {"x": X}, "other": {"x": X}})
    faults("")
    np.testing.assert_array_equal(runtime.run(X, model_name="echo")["echo"]["y"], X)


@pytest.mark.parametrize("code", [-600002, -600004, -500001, -400001])
def test_a_load_that_fails_raises_with_the_librarys_code(echo_file, faults, code):
    faults(f"hbDNNInitializeFromFiles:fail={code}")
    with pytest.raises(RuntimeError, match=str(code)):
        HB_HBMRuntime(echo_file)
    faults("")
    assert HB_HBMRuntime(echo_file).model_count == 1


def test_a_call_that_outlives_its_time_raises_and_the_next_one_works(runtime, faults):
    faults("hbUCPWaitTaskDone:delay_ms=150:count=1")
    with pytest.raises(TimeoutError) as caught:
        runtime.run(X, model_name="echo", timeout_ms=20)
    assert isinstance(caught.value, HbmTimeoutError)
    np.testing.assert_array_equal(runtime.run(X, model_name="echo")["echo"]["y"], X)


def test_a_runtime_may_be_dropped_while_calls_run(engine, tmp_path):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", echo(engine, tmp_path, latency_us=30_000)))
    results = []

    def work(mine: HB_HBMRuntime) -> None:
        results.append(mine.run(X)["echo"]["y"].copy())

    threads = [threading.Thread(target=work, args=(runtime,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    del runtime
    for thread in threads:
        thread.join(60)
    assert len(results) == 3
    for result in results:
        np.testing.assert_array_equal(result, X)


def test_a_forked_child_gets_a_clear_error(echo_file):
    runtime = HB_HBMRuntime(echo_file)
    runtime.run(X)
    child = os.fork()
    if child == 0:
        try:
            runtime.run(X)
        except RuntimeError as error:
            os._exit(0 if "fork" in str(error) else 2)
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    np.testing.assert_array_equal(runtime.run(X)["echo"]["y"], X)


def test_a_model_file_may_be_truncated_after_loading(engine, tmp_path):
    path = pack(tmp_path, "echo", echo(engine, tmp_path))
    runtime = HB_HBMRuntime(path)
    os.truncate(path, 10)
    np.testing.assert_array_equal(runtime.run(X)["echo"]["y"], X)
    with pytest.raises(RuntimeError, match=r"echo\.hbm"):
        HB_HBMRuntime(path)
