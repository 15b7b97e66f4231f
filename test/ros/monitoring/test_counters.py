# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Counts and times of the frames of a model."""

import pytest

from hbm_runtime_ros.errors import DropReason
from hbm_runtime_ros.monitoring.counters import STAGES, WINDOW_S, FrameCounters, FrameTimeline, ModelMonitor

MS = 1_000_000


class Clock:
    now_ns = 10**12

    def __call__(self):
        return self.now_ns


def timeline(end_ns, device_ms):
    """A frame whose stages other than the device take 1 ms each."""
    moments = [end_ns]
    for stage in reversed(STAGES):
        moments.append(moments[-1] - (device_ms if stage == "device" else 1) * MS)
    received, taken, prepared, run_begun, submitted, done, run_ended, publish_begun, published = reversed(moments)
    return FrameTimeline(0, 0, 0, received, taken, prepared, run_begun, submitted, done, run_ended, publish_begun, published)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def monitor(clock):
    return ModelMonitor(now_ns=clock)


def test_latencies_stages_and_the_load_of_the_device(clock, monitor):
    clock.now_ns += 10**9
    for device_ms in range(1, 101):
        monitor.published(timeline(clock.now_ns, device_ms))
    latencies = monitor.latencies()
    assert latencies.frames == 100
    assert latencies.p50_ms == pytest.approx(7 + 50.5)
    assert latencies.p99_ms == pytest.approx(7 + 99, abs=0.1)
    assert latencies.stage_means_ms == pytest.approx({stage: 50.5 if stage == "device" else 1.0 for stage in STAGES})
    assert latencies.at_device == pytest.approx(5.05), "5.05 s of device time within the first second"


def test_frames_leave_the_window(clock, monitor):
    monitor.published(timeline(clock.now_ns, 5))
    clock.now_ns += int((WINDOW_S + 1) * 1e9)
    assert monitor.latencies() is None


@pytest.mark.parametrize(("published", "kept"), [(2048, 2048), (2049, 2048), (10_000, 2048)])
def test_memory_is_bounded(clock, monitor, published, kept):
    for _ in range(published):
        monitor.published(timeline(clock.now_ns, 5))
    assert monitor.latencies().frames == kept


def test_a_late_answer_is_known_until_it_comes(clock, monitor):
    with monitor.late_answer():
        clock.now_ns += 3 * 10**9
        with monitor.late_answer():
            assert monitor.late_for_s() == 3.0
    assert monitor.late_for_s() == 0.0


def test_every_frame_is_counted_once():
    counters = FrameCounters()
    assert [counters.received() for _ in range(3)] == [0, 1, 2]
    counters.skipped(DropReason.NEWER_FRAME, 4)
    assert counters.received() == 7, "the number of a frame counts those that were skipped"
    counters.ended(None)
    counters.ended(DropReason.PICTURE)
    counters.stopped(1)
    counts = counters.snapshot()
    assert (counts.received, counts.inferred, counts.in_flight) == (9, 1, 2)
    assert counts.dropped == {"newer frame": 4, "picture": 1, "stopped": 1}
