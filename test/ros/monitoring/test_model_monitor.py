# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is computed from the frames of a model."""

import threading

import pytest

from hbm_runtime_ros.monitoring.counters import FrameCounters
from hbm_runtime_ros.monitoring.drop_reasons import DropReason
from hbm_runtime_ros.monitoring.frame_record import FrameRecord
from hbm_runtime_ros.monitoring.model_monitor import STAGES, WINDOW_S, ModelMonitor

MS = 1_000_000


class Clock:
    now_ns = 10**12

    def __call__(self):
        return self.now_ns


def record(end_ns, device_ms):
    """A frame whose stages other than the device take 1 ms each."""
    moments = [end_ns]
    for stage in reversed(STAGES):
        moments.append(moments[-1] - (device_ms if stage == "device" else 1) * MS)
    received, taken, prepared, run_begun, submitted, done, run_ended, publish_begun, published = reversed(moments)
    return FrameRecord(0, received, taken, prepared, run_begun, submitted, done, run_ended, publish_begun, published)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def monitor(clock):
    return ModelMonitor(now_ns=clock)


def test_latencies_stages_and_the_load_of_the_device(clock, monitor):
    clock.now_ns += 10**9
    for device_ms in range(1, 101):
        monitor.finished(record(clock.now_ns, device_ms))
    latencies = monitor.latencies()
    assert latencies.frames == 100
    assert latencies.p50_ms == pytest.approx(7 + 50.5)
    assert latencies.p99_ms == pytest.approx(7 + 99, abs=0.1)
    assert latencies.stage_means_ms == pytest.approx({stage: 50.5 if stage == "device" else 1.0 for stage in STAGES})
    assert latencies.at_device == pytest.approx(5.05), "5.05 s of device time within the first second"


def test_frames_leave_the_window(clock, monitor):
    monitor.finished(record(clock.now_ns, 5))
    clock.now_ns += int((WINDOW_S + 1) * 1e9)
    assert monitor.latencies() is None


def test_memory_is_bounded(clock, monitor):
    for _ in range(10_000):
        monitor.finished(record(clock.now_ns, 5))
    assert monitor.latencies().frames < 5000


def test_a_late_answer_is_known_until_it_comes(clock, monitor):
    with monitor.late_answer():
        clock.now_ns += 3 * 10**9
        with monitor.late_answer():
            assert monitor.late_for_s() == 3.0
    assert monitor.late_for_s() == 0.0


def test_counts_of_several_threads_add_up():
    counters = FrameCounters()

    def count():
        for _ in range(1000):
            counters.received()
            counters.received()
            counters.inferred()
            counters.dropped(DropReason.PICTURE)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counters.received()
    counts = counters.snapshot()
    assert (counts.received, counts.inferred, counts.dropped, counts.in_flight) == (8001, 4000, {"picture": 4000}, 1)


def test_a_reason_that_is_none_of_the_set_is_an_error():
    with pytest.raises(ValueError):
        FrameCounters().dropped("bad luck")
