# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a silent input topic is reported, without a graph."""

import pytest

from hbm_runtime_ros.monitoring.health import InputTimeout


@pytest.fixture
def last(clock):
    """When the last message of each topic arrived."""
    return {"/left": clock.now_s, "/right": clock.now_s}


@pytest.fixture
def timeout(clock, last):
    return InputTimeout(lambda: last, clock)


def test_silence_is_reported_after_five_seconds_and_once(timeout, clock):
    clock.now_s += 4.9
    assert timeout.changes() == ([], [])
    clock.now_s += 0.2
    assert timeout.changes() == (["/left", "/right"], [])
    clock.now_s += 1000
    assert timeout.changes() == ([], [])
    assert timeout.silent_for_s() == {"/left": pytest.approx(1005.1), "/right": pytest.approx(1005.1)}


def test_only_the_silent_topic_is_reported(timeout, clock, last):
    clock.now_s += 10
    last["/right"] = clock.now_s
    assert timeout.changes() == (["/left"], [])


def test_messages_after_a_silence_are_reported(timeout, clock, last):
    clock.now_s += 6
    timeout.changes()
    last["/left"] = clock.now_s
    assert timeout.changes() == ([], ["/left"])
    assert timeout.changes() == ([], [])


def test_a_second_silence_is_reported_but_at_most_once_in_half_a_minute(timeout, clock, last):
    clock.now_s += 6
    assert timeout.changes() == (["/left", "/right"], [])
    last["/left"] = clock.now_s
    timeout.changes()
    clock.now_s += 6
    assert timeout.changes() == ([], [])
    clock.now_s += 30
    assert timeout.changes() == (["/left"], [])


def test_a_topic_without_a_subscription_is_never_silent(timeout, clock, last):
    last.clear()
    clock.now_s += 100
    assert timeout.changes() == ([], [])
    assert timeout.silent_for_s() == {}
