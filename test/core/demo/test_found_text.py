# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the viewer keeps, counts and draws, without ROS."""

import numpy as np
import pytest

from demo.measurements import ModelStatistics
from demo.overlay import ModelLine, draw_boxes, draw_report
from demo.text import Reading, TextBox, View


def box_at(x, y, width=100, height=20):
    return TextBox(np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], float), 0.9)


def picture():
    return np.full((180, 320, 3), 128, np.uint8)


def test_a_line_that_is_still_there_keeps_its_reading():
    view = View("page", picture())
    view.update(picture(), [box_at(10, 10), box_at(10, 60)])
    view.read(box_at(10, 60), Reading("second", 0.95))
    view.update(picture(), [box_at(12, 11), box_at(12, 62)])
    assert [text.reading.text if text.reading else None for text in view.found] == [None, "second"]


def test_a_reading_of_a_line_that_is_gone_is_forgotten():
    view = View("page", picture())
    view.update(picture(), [box_at(10, 10)])
    view.read(box_at(10, 120), Reading("elsewhere", 0.95))
    view.update(picture(), [])
    view.read(box_at(10, 10), Reading("late", 0.95))
    assert view.found == [] and view.most_boxes == 1


def test_boxes_are_drawn_where_the_text_is_and_the_picture_is_left_alone():
    view = View("page", picture())
    view.update(picture(), [box_at(50, 50)])
    drawn = draw_boxes(view.bgr, view.found)
    changed = np.argwhere((drawn != view.bgr).any(axis=2))
    assert (view.bgr == 128).all()
    assert changed.min(axis=0) == pytest.approx([50, 50], abs=5)
    assert changed.max(axis=0) == pytest.approx([70, 150], abs=5)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_report_can_be_drawn_of_any_number_of_pictures(count):
    views = [View(f"picture {index}", picture()) for index in range(count)]
    views[0].update(picture(), [box_at(10, 10)])
    views[0].read(box_at(10, 10), Reading("a line of text \u6587", 0.9))
    page = draw_report("title", "subtitle", views, [ModelLine("detector", "12 of 12")])
    assert page.ndim == 3 and page.dtype == np.uint8


def test_statistics_count_results_and_drops():
    statistics = ModelStatistics()
    statistics.frames_sent = 12
    for index in range(11):
        statistics.add_result(now_ns=index * 100_000_000 + 40_000_000, sent_ns=index * 100_000_000)
    summary = statistics.summary()
    assert (summary["results"], summary["dropped"]) == (11, 1)
    assert summary["fps"] == pytest.approx(10, abs=0.01)
    assert summary["latency_ms"]["p50"] == pytest.approx(40, abs=0.1)


def test_statistics_without_results_have_no_times():
    assert ModelStatistics().summary()["latency_ms"] == {}
