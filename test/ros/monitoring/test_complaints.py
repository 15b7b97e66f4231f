# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings are limited by their cause, and nothing is lost in silence."""

import pytest

from hbm_runtime_ros.monitoring.complaints import PERIOD_S, Complaints


@pytest.fixture
def told():
    return []


@pytest.fixture
def complaints(told, clock):
    return Complaints(told.append, clock)


def test_the_first_of_each_cause_is_told_at_once(complaints, told):
    complaints.tell("picture", "too short")
    complaints.tell("encoding", "unknown")
    assert told == ["too short", "unknown"]


def test_repeats_are_held_back_and_counted(complaints, told, clock):
    for _ in range(10):
        complaints.tell("picture", "too short")
    clock.now_s += PERIOD_S + 0.1
    complaints.tell("picture", "still too short")
    assert told == ["too short", "still too short (9 more since the last warning)"]


def test_what_is_told_once_never_comes_again(complaints, told, clock):
    complaints.tell_once("encoding", "unknown")
    clock.now_s += 100 * PERIOD_S
    complaints.tell_once("encoding", "unknown")
    assert told == ["unknown"]


def test_causes_that_a_sender_chooses_do_not_fill_the_memory(complaints, told):
    for number in range(10_000):
        complaints.tell(f"encoding {number}", "unknown")
        complaints.tell_once(f"detail {number}", "unknown")
    assert len(told) < 500
