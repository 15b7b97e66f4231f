# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which stamps make a frame too old, and what a frame has as custom_id."""

from types import SimpleNamespace

import pytest

from hbm_runtime_ros.errors import FrameError
from hbm_runtime_ros.frame_age import FrameAge
from hbm_runtime_ros.monitoring.complaints import Complaints
from hbm_runtime_ros.monitoring.drop_reasons import DropReason
from hbm_runtime_ros.scheduling import Scheduling

NOW_NS = 1_000_000_000_000
MS = 1_000_000


@pytest.fixture
def told():
    return []


@pytest.fixture
def age(told):
    clock = SimpleNamespace(now=lambda: SimpleNamespace(nanoseconds=NOW_NS))
    return FrameAge("a", clock, Complaints(told.append))


@pytest.mark.parametrize("age_ms", [0, 50, 100, -50])
def test_fresh_frames_pass_in_silence(age, told, age_ms):
    age.check(NOW_NS - age_ms * MS, 100)
    assert told == []


def test_an_old_frame_is_refused_with_its_age_and_the_limit(age):
    with pytest.raises(FrameError, match=r"101 ms old, a\.max_age_ms is 100$") as refused:
        age.check(NOW_NS - 101 * MS, 100)
    assert refused.value.reason is DropReason.TOO_OLD


def test_a_frame_that_is_hours_old_makes_the_clocks_suspect(age):
    with pytest.raises(FrameError, match="use_sim_time"):
        age.check(NOW_NS - 900_000 * MS, 100)


@pytest.mark.parametrize("stamp_ns", [0, NOW_NS + 5000 * MS])
def test_stamps_that_tell_no_age_are_told_once_and_kept(age, told, stamp_ns):
    for _ in range(3):
        age.check(stamp_ns, 100)
    assert len(told) == 1 and told[0].startswith("model 'a': ")


@pytest.mark.parametrize(("mode", "expected"), [("fixed", -7), ("sequence", 12), ("stamp", 1234)])
def test_the_custom_id_of_a_frame_comes_from_where_the_mode_says(mode, expected):
    assert Scheduling(custom_id=-7, custom_id_mode=mode).custom_id_of(12, 1234) == expected
