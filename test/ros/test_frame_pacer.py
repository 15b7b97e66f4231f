# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The next frame for a busy device is taken just before it is needed."""

import threading

import pytest

from hbm_runtime_ros.pipeline import FramePacer


class Pacer(FramePacer):
    """Takes the condition itself."""

    def __init__(self, clock):
        self.changed = threading.Condition()
        super().__init__(self.changed, clock)

    def submit(self, preparation_s=0.0):
        with self.changed:
            self.taken()
            self.submitted(preparation_s)

    def end(self, submitted=True):
        with self.changed:
            self.ended(submitted)


@pytest.fixture
def pacer(clock):
    return Pacer(clock)


def run_inference(pacer, clock, duration_s, preparation_s=0.0):
    pacer.submit(preparation_s)
    clock.now_s += duration_s
    pacer.end()


def waits(pacer):
    """Whether wait() does not return at once."""
    waiting = threading.Thread(target=pacer.wait, daemon=True)
    waiting.start()
    waiting.join(0.05)
    return waiting.is_alive()


def test_an_idle_device_gets_a_frame_at_once(pacer, clock):
    assert not waits(pacer)
    run_inference(pacer, clock, 0.030)
    assert not waits(pacer)


def test_nothing_is_predicted_before_the_first_inference_has_ended(pacer):
    pacer.submit()
    assert not waits(pacer)


def test_a_busy_device_gets_the_next_frame_before_the_running_one_ends(pacer, clock):
    run_inference(pacer, clock, 10.0, preparation_s=0.5)
    pacer.submit(0.5)
    clock.now_s += 9.4
    assert waits(pacer)
    clock.now_s += 0.2
    assert not waits(pacer)


def test_a_frame_that_is_being_prepared_counts_as_the_next_inference(pacer, clock):
    run_inference(pacer, clock, 10.0, preparation_s=1.0)
    with pacer.changed:
        pacer.taken()
    clock.now_s += 9.0
    assert waits(pacer), "1 s of preparation and 10 s at the device, less 1 s for the next preparation"
    clock.now_s += 1.1
    assert not waits(pacer)


def test_a_frame_that_is_dropped_before_it_is_submitted_ends_the_wait(pacer, clock):
    run_inference(pacer, clock, 10.0)
    with pacer.changed:
        pacer.taken()
    assert waits(pacer)
    pacer.end(submitted=False)
    assert not waits(pacer)


def test_the_shortest_of_the_last_inferences_counts(pacer, clock):
    for duration_s in (30.0, 10.0, 20.0):
        run_inference(pacer, clock, duration_s)
    pacer.submit()
    clock.now_s += 10.0
    assert not waits(pacer)


def test_old_inferences_are_forgotten(pacer, clock):
    for duration_s in (10.0, *(20.0,) * 8):
        run_inference(pacer, clock, duration_s)
    pacer.submit()
    clock.now_s += 15.0
    assert waits(pacer)


def test_a_frame_that_waits_in_the_device_counts_from_the_end_of_the_one_before(pacer, clock):
    run_inference(pacer, clock, 10.0)
    pacer.submit()
    pacer.submit()
    clock.now_s += 10.0
    pacer.end()
    clock.now_s += 9.0
    assert waits(pacer)
    clock.now_s += 1.0
    assert not waits(pacer)


def test_an_inference_that_ends_early_ends_the_wait(pacer, clock):
    run_inference(pacer, clock, 1000.0)
    pacer.submit()
    waiting = threading.Thread(target=pacer.wait, daemon=True)
    waiting.start()
    pacer.end()
    waiting.join(10)
    assert not waiting.is_alive()
