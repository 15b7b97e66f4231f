# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The next frame for a busy device is chosen just before it is needed."""

import threading
import time

import pytest

from hbm_runtime_ros.device_pace import DevicePace


def run_inference(pace, clock, duration_s):
    with pace.inference():
        clock.now_s += duration_s


def waits(pace):
    """Whether `wait` does not return at once."""
    waiting = threading.Thread(target=pace.wait, daemon=True)
    waiting.start()
    waiting.join(0.05)
    return waiting.is_alive()


def test_an_idle_device_gets_a_frame_at_once(clock):
    pace = DevicePace(clock)
    assert not waits(pace)
    run_inference(pace, clock, 0.030)
    assert not waits(pace)


def test_nothing_is_foreseen_before_the_first_inference_has_ended(clock):
    pace = DevicePace(clock)
    with pace.inference():
        assert not waits(pace)


def test_a_busy_device_gets_the_next_frame_before_the_running_one_ends(clock):
    pace = DevicePace(clock)
    run_inference(pace, clock, 10.0)
    pace.prepared(0.5)
    with pace.inference():
        clock.now_s += 9.4
        assert waits(pace)
        clock.now_s += 0.2
        assert not waits(pace)


def test_the_shortest_of_the_last_inferences_counts(clock):
    pace = DevicePace(clock)
    for duration_s in (30.0, 10.0, 20.0):
        run_inference(pace, clock, duration_s)
    with pace.inference():
        clock.now_s += 10.0
        assert not waits(pace)


def test_old_inferences_are_forgotten(clock):
    pace = DevicePace(clock)
    for duration_s in (10.0, *(20.0,) * 8):
        run_inference(pace, clock, duration_s)
    with pace.inference():
        clock.now_s += 15.0
        assert waits(pace)


def test_a_frame_that_waits_in_the_device_counts_from_the_end_of_the_one_before(clock):
    pace = DevicePace(clock)
    run_inference(pace, clock, 10.0)
    with pace.inference():  # ends last here, as the second of the two
        run_inference(pace, clock, 10.0)
        clock.now_s += 9.0
        assert waits(pace)
        clock.now_s += 1.0
        assert not waits(pace)


def test_an_inference_that_fails_counts_as_ended(clock):
    pace = DevicePace(clock)
    with pytest.raises(TimeoutError), pace.inference():
        raise TimeoutError
    assert not waits(pace)


def test_an_inference_that_ends_early_ends_the_wait():
    pace = DevicePace()
    with pace.inference():
        time.sleep(0.2)
    with pace.inference():
        waiting = threading.Thread(target=pace.wait, daemon=True)
        waiting.start()
    waiting.join(0.1)
    assert not waiting.is_alive()
