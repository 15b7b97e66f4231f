# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings are rate-limited by their cause, and repeats are counted."""

import pytest

from hbm_runtime_ros.monitoring.health import THROTTLE_S, ThrottledLogger


@pytest.fixture
def logged():
    return []


@pytest.fixture
def log(logged, clock):
    return ThrottledLogger(logged.append, clock)


def test_the_first_warning_of_each_cause_is_logged_at_once(log, logged):
    log.warning("picture", "too short")
    log.warning("encoding", "unknown")
    assert logged == ["too short", "unknown"]


def test_repeats_are_suppressed_and_counted(log, logged, clock):
    for _ in range(10):
        log.warning("picture", "too short")
    clock.now_s += THROTTLE_S + 0.1
    log.warning("picture", "still too short")
    assert logged == ["too short", "still too short (9 more since the last warning)"]


def test_a_warning_that_is_logged_once_is_not_repeated(log, logged, clock):
    log.warning("encoding", "unknown", once=True)
    clock.now_s += 100 * THROTTLE_S
    log.warning("encoding", "unknown", once=True)
    assert logged == ["unknown"]


def test_causes_that_a_sender_chooses_do_not_fill_the_memory(log, logged):
    for number in range(200):
        log.warning(f"encoding {number}", "unknown")
    assert len(logged) == 200
    for number in range(200, 10_000):
        log.warning(f"encoding {number}", "unknown")
        log.warning(f"detail {number}", "unknown", once=True)
    assert len(logged) == 201, "all others share one cause"


def test_a_text_of_another_program_that_is_no_utf8_can_be_logged(log, logged):
    log.warning("name", "unknown " + "相".encode("gbk").decode("utf-8", "surrogateescape"))
    assert logged == ["unknown \\xcf\\xe0"]
