# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Requests that are started and waited for in two steps: InferRequest.start(), wait() and done."""

import gc
import os
import threading
import time

import numpy as np
import pytest
from api_models import echo, pack

from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError, HbmTimeoutError, HbmValueError, InferRequest

X = np.arange(32, dtype=np.float32).reshape(1, 4, 8)
# Long enough that a test sees the device at work, on a machine of any speed.
SLOW_MS = 500


@pytest.fixture
def request_(echo_file):
    request = HB_HBMRuntime(echo_file).create_request()
    request.inputs["x"][...] = X
    return request


@pytest.fixture
def slow_request(request_, faults):
    """A request whose next answer comes late, on both engines."""
    faults(f"hbUCPWaitTaskDone:delay_ms={SLOW_MS}:count=1")
    return request_


def wait_until_done(request: InferRequest) -> None:
    while not request.done:
        time.sleep(0.001)


def test_a_started_request_gives_the_results_of_run(request_):
    expected = request_.run()["y"].copy()
    for _ in range(5):
        assert request_.start() is None
        results = request_.wait()
        assert list(results) == ["y"]
        np.testing.assert_array_equal(results["y"], expected)
        assert request_.timing.total_us >= request_.timing.device_us > 0


@pytest.mark.parametrize("timeout_ms", [None, 60_000, 60_000.5, 1e12 - 1, 1e12, float("inf")])
def test_a_wait_with_and_without_a_limit_gives_the_same(request_, timeout_ms):
    request_.start(timeout_ms=timeout_ms)
    np.testing.assert_array_equal(request_.wait(timeout_ms)["y"], X)


def test_after_a_time_out_the_same_task_is_waited_for_again(slow_request):
    slow_request.start()
    for _ in range(2):
        with pytest.raises(HbmTimeoutError, match=r"not done within 1 ms.*call wait\(\) again"):
            slow_request.wait(1)
    np.testing.assert_array_equal(slow_request.wait()["y"], X)


def test_a_run_that_timed_out_is_waited_for_like_a_start(slow_request):
    with pytest.raises(HbmTimeoutError):
        slow_request.run(timeout_ms=1)
    np.testing.assert_array_equal(slow_request.wait()["y"], X)


def test_done_tells_a_late_answer(slow_request):
    assert slow_request.done, "nothing was started"
    slow_request.start()
    assert not slow_request.done
    with pytest.raises(HbmTimeoutError):
        slow_request.wait(timeout_ms=1)
    wait_until_done(slow_request)
    np.testing.assert_array_equal(slow_request.wait(timeout_ms=1)["y"], X)


def test_a_late_answer_may_be_discarded_by_the_next_start(slow_request):
    slow_request.start()
    with pytest.raises(HbmTimeoutError):
        slow_request.wait(1)
    with pytest.raises(HbmRuntimeError, match="running already"):
        slow_request.start()
    wait_until_done(slow_request)
    slow_request.inputs["x"][...] = 5
    slow_request.start()
    np.testing.assert_array_equal(slow_request.wait()["y"], np.full_like(X, 5))


def test_a_start_that_nobody_waited_for_is_not_overwritten(request_):
    request_.start()
    for _ in range(2):
        with pytest.raises(HbmRuntimeError, match=r"not waited for; call wait\(\) first"):
            request_.start()
        with pytest.raises(HbmRuntimeError, match=r"not waited for; call wait\(\) first"):
            request_.run()
        wait_until_done(request_)
    np.testing.assert_array_equal(request_.wait()["y"], X)


def test_a_wait_needs_a_start(request_):
    for _ in range(2):
        with pytest.raises(HbmRuntimeError, match=r"nothing was started; call start\(\)"):
            request_.wait()
        request_.run()


@pytest.mark.parametrize("timeout_ms", [0, -1, float("nan")])
def test_a_limit_that_is_none_is_refused(request_, timeout_ms):
    request_.start()
    with pytest.raises(HbmValueError, match="timeout_ms"):
        request_.wait(timeout_ms)
    np.testing.assert_array_equal(request_.wait()["y"], X)


@pytest.mark.parametrize("values", [{"priority": 300}, {"bpu_cores": [9]}, {"device_id": -1}, {"outputs": {"q": X}}])
def test_a_value_that_does_not_fit_is_raised_by_the_start_and_leaves_the_request_usable(request_, values):
    with pytest.raises(HbmValueError):
        request_.start(**values)
    assert request_.done
    np.testing.assert_array_equal(request_.run()["y"], X)


@pytest.mark.parametrize("function", ["hbDNNInferV2", "hbUCPSubmitTask"])
def test_a_refused_task_is_raised_by_the_start(request_, faults, function):
    faults(f"{function}:fail=-100001:count=1")
    with pytest.raises(HbmRuntimeError) as caught:
        request_.start()
    assert (caught.value.code, caught.value.function, caught.value.model) == (-100001, function, "echo")
    assert request_.done
    np.testing.assert_array_equal(request_.run()["y"], X)


@pytest.mark.parametrize("timeout_ms", [None, 60_000])
@pytest.mark.parametrize("code", [-200002, -200003])
def test_a_failed_task_is_raised_by_the_wait(request_, faults, code, timeout_ms):
    request_.start()
    faults(f"hbUCPWaitTaskDone:fail={code}:count=1")
    with pytest.raises(HbmRuntimeError) as caught:
        request_.wait(timeout_ms)
    assert (caught.value.code, caught.value.function) == (code, "hbUCPWaitTaskDone")
    assert request_.done
    np.testing.assert_array_equal(request_.run()["y"], X)


def test_outputs_are_filled_by_the_wait(request_):
    mine = np.zeros_like(X)
    request_.start(outputs={"y": mine})
    assert request_.wait()["y"] is mine
    np.testing.assert_array_equal(mine, X)


def test_another_thread_may_wait(request_):
    results = []
    request_.start()
    thread = threading.Thread(target=lambda: results.append(request_.wait()["y"]))
    thread.start()
    thread.join(60)
    np.testing.assert_array_equal(results[0], X)


def test_a_wait_lets_other_threads_run(slow_request):
    slow_request.start()
    waiting = threading.Thread(target=slow_request.wait)
    waiting.start()
    steps = 0
    while waiting.is_alive():
        steps += 1
    assert steps > 100


@pytest.mark.parametrize("limits", [(None,), (1.0,), (None, 1.0)])
def test_requests_of_many_threads_keep_their_own_results(engine, tmp_path, limits):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", echo(engine, tmp_path)))
    wrong = []

    def work(value: int) -> None:
        request = runtime.create_request()
        for step in range(50):
            request.inputs["x"][...] = value + step
            request.start(priority=step)
            while True:
                try:
                    results = request.wait(limits[step % len(limits)])
                    break
                except HbmTimeoutError:
                    pass
            if not (results["y"] == value + step).all():
                wrong.append((value, step))

    threads = [threading.Thread(target=work, args=(100 * index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong


def test_several_requests_are_in_flight_at_once(engine, tmp_path):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", echo(engine, tmp_path)))
    requests = [runtime.create_request() for _ in range(8)]
    for index, request in enumerate(requests):
        request.inputs["x"][...] = index
        request.start()
    for index, request in reversed(list(enumerate(requests))):
        np.testing.assert_array_equal(request.wait()["y"], np.full_like(X, index))


def test_a_request_may_be_dropped_while_the_device_works(engine, tmp_path, faults):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", echo(engine, tmp_path)))
    faults("hbUCPWaitTaskDone:delay_ms=20")
    for polled in (False, True):
        for _ in range(40):  # more than there are task slots: each comes back
            request = runtime.create_request()
            request.inputs["x"][...] = X
            request.start()
            if polled:
                assert request.done in (True, False)
            del request
    faults("")
    np.testing.assert_array_equal(runtime.run(X)["echo"]["y"], X)


def test_a_started_request_outlives_close_and_the_runtime(engine, tmp_path, faults):
    with HB_HBMRuntime(pack(tmp_path, "echo", echo(engine, tmp_path))) as runtime:
        request = runtime.create_request()
        request.inputs["x"][...] = X
        request.start()
    del runtime
    gc.collect()
    np.testing.assert_array_equal(request.wait()["y"], X)
    with pytest.raises(HbmRuntimeError, match="closed"):
        request.start()


def test_a_start_waits_for_a_task_slot_as_long_as_it_is_told(engine, tmp_path, faults):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", echo(engine, tmp_path)))
    capacity = int(os.environ.get("HB_UCP_MAX_TASK_NUM", "32"))
    requests = [runtime.create_request() for _ in range(capacity + 1)]
    for request in requests[:-1]:
        request.start()
    with pytest.raises(HbmTimeoutError, match="no task became free"):
        requests[-1].start(timeout_ms=1)
    assert requests[-1].done
    for request in requests[:-1]:
        request.wait()
    requests[-1].run()


def test_a_forked_child_can_only_drop_the_request(request_):
    request_.start()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            refused = 0
            for action in (request_.start, request_.wait, request_.run, lambda: request_.done):
                try:
                    action()
                except HbmRuntimeError as error:
                    refused += "fork" in str(error)
            del action, request_
            gc.collect()
            status = 0 if refused == 4 else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    np.testing.assert_array_equal(request_.wait()["y"], X)


def test_the_former_names_of_times_still_work_with_a_warning(echo_file):
    request = HB_HBMRuntime(echo_file).create_request()
    request.run()
    for old, new in {"copy_in_us": "input_us", "queue_us": "submit_us", "copy_out_us": "output_us"}.items():
        with pytest.warns(DeprecationWarning, match=f"'{old}' is deprecated; rename it to '{new}'"):
            assert getattr(request.timing, old) == getattr(request.timing, new)
