# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which stamps make a frame too old, and what a frame has as custom_id."""

from types import SimpleNamespace

import pytest

from hbm_runtime_ros.errors import DropReason, FrameError
from hbm_runtime_ros.monitoring.counters import FrameTimeline
from hbm_runtime_ros.monitoring.health import FrameAgeCheck, ThrottledLogger
from hbm_runtime_ros.parameters import Scheduling
from hbm_runtime_ros.pipeline import custom_id_of

NOW_NS = 1_000_000_000_000
MS = 1_000_000


@pytest.fixture
def logged():
    return []


@pytest.fixture
def age(logged):
    clock = SimpleNamespace(now=lambda: SimpleNamespace(nanoseconds=NOW_NS))
    return FrameAgeCheck("a", clock, ThrottledLogger(logged.append))


@pytest.mark.parametrize("age_ms", [0, 50, 100, -50])
def test_fresh_frames_pass_without_a_warning(age, logged, age_ms):
    age(NOW_NS - age_ms * MS, 100)
    assert logged == []


def test_an_old_frame_is_refused_with_its_age_and_the_limit(age):
    with pytest.raises(FrameError, match=r"101 ms old, a\.max_age_ms is 100$") as refused:
        age(NOW_NS - 101 * MS, 100)
    assert refused.value.reason is DropReason.TOO_OLD


def test_a_frame_that_is_hours_old_makes_the_clocks_suspect(age):
    with pytest.raises(FrameError, match="use_sim_time"):
        age(NOW_NS - 900_000 * MS, 100)


@pytest.mark.parametrize("stamp_ns", [0, NOW_NS + 5000 * MS])
def test_stamps_without_an_age_are_logged_once_and_kept(age, logged, stamp_ns):
    for _ in range(3):
        age(stamp_ns, 100)
    assert len(logged) == 1 and logged[0].startswith("model 'a': ")


@pytest.mark.parametrize(("mode", "expected"), [("fixed", -7), ("sequence", 12), ("stamp", 1234)])
def test_the_custom_id_of_a_frame_comes_from_where_the_mode_says(mode, expected):
    timeline = FrameTimeline(sequence=12, stamp=1234, received_ns=9, arrived=0, taken=0)
    assert custom_id_of(Scheduling(custom_id=-7, custom_id_mode=mode), timeline) == expected
