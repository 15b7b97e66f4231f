# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's rate and the limits of time follow from how fast the PC is."""

import pytest

from demo.pace import Pace, choose_rate, schedule

FAST = Pace(detector_ms=10, recogniser_ms=9, slowness=1.0)
SLOW = Pace(detector_ms=1400, recogniser_ms=900, slowness=10.0)


def test_a_fast_pc_shows_no_more_pictures_than_look_smooth():
    assert FAST.rate_hz() == 10.5


def test_a_slow_pc_spends_some_of_its_time_on_the_networks():
    busy_s_per_s = SLOW.rate_hz() * (SLOW.detector_ms + SLOW.recogniser_ms / 3) / 1000
    assert 0.5 < busy_s_per_s < 0.7


def test_a_slow_pc_gets_as_much_more_time():
    assert SLOW.limit_s(20) == 200
    assert FAST.limit_s(20) == 20


def test_the_choice_is_explained(capsys):
    assert choose_rate(SLOW, None) == SLOW.rate_hz()
    assert "the detector takes 1400 ms" in capsys.readouterr().out


def test_a_rate_that_the_user_wants_is_taken_with_a_warning(capsys):
    assert choose_rate(SLOW, 6.0) == 6.0
    assert "warning" in capsys.readouterr().out
    assert choose_rate(FAST, 6.0) == 6.0
    assert "warning" not in capsys.readouterr().out


def test_every_picture_is_shown_equally_long_for_the_time_that_is_wanted():
    plan = schedule(10.0, seconds=25, pictures=5)
    assert (plan.frames, plan.frames_per_picture, plan.frames_per_line) == (250, 50, 3)


@pytest.mark.parametrize("rate_hz", [0.4, 1.5, 4.0])
def test_a_slow_camera_still_shows_a_page_long_enough_to_read_its_seven_lines(rate_hz):
    plan = schedule(rate_hz, seconds=25, pictures=5)
    # The first frame finds the lines.
    assert (plan.frames_per_picture - 1) // plan.frames_per_line >= 7
    assert plan.frames >= 25 * rate_hz
