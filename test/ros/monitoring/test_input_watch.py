# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a silent topic is told, without a graph."""

import pytest

from hbm_runtime_ros.monitoring.input_watch import InputWatch


@pytest.fixture
def watch(clock):
    watch = InputWatch("a", ["/left", "/right"], clock)
    watch.begin()
    return watch


def test_silence_is_told_after_five_seconds_and_not_again(watch, clock):
    clock.now_s += 4.9
    assert watch.to_tell() == []
    clock.now_s += 0.2
    assert watch.to_tell() == ["/left", "/right"]
    clock.now_s += 1000
    assert watch.to_tell() == []
    assert watch.silent_for_s() == {"/left": pytest.approx(1005.1), "/right": pytest.approx(1005.1)}


def test_only_the_topic_that_is_silent_is_told(watch, clock):
    for _ in range(10):
        clock.now_s += 1
        watch.arrived(1)
    assert watch.to_tell() == ["/left"]


def test_the_next_silence_is_told_but_no_more_than_one_in_half_a_minute(watch, clock):
    clock.now_s += 6
    assert watch.to_tell() == ["/left", "/right"]
    watch.arrived(0)
    clock.now_s += 6
    assert watch.to_tell() == []
    clock.now_s += 30
    assert watch.to_tell() == ["/left"]


def test_nothing_is_expected_of_a_model_that_does_not_listen(watch, clock):
    watch.end()
    watch.arrived(0)
    clock.now_s += 100
    assert watch.to_tell() == [] and watch.silent_for_s() == {}
    watch.begin()
    assert watch.silent_for_s() == {}
