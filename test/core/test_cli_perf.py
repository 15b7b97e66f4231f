# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm perf`: numbers that fit together, from any number of threads."""

import sys
import threading
import time

import pytest
from cli_models import DETECTOR, ECHO, call, call_json, model_file

from hbm_runtime_core.cli.histogram import text_histogram
from hbm_runtime_core.cli.load_test import LoadTest, percentile


def test_frames_of_all_threads_are_counted_and_the_percentiles_are_in_order(tmp_path, capsys):
    facts = call_json(capsys, "perf", model_file(tmp_path, DETECTOR), "--frames", 30, "--threads", 3, "--priority", 7)
    latency = list(facts["latency_us"].values())
    assert (facts["frames"], facts["threads"], facts["priority"]) == (30, 3, 7)
    assert facts["latency_us"]["min"] >= 2000
    assert facts["latency_us"]["p50"] <= facts["latency_us"]["p90"] <= facts["latency_us"]["p99"] <= latency[-1]
    assert facts["fps"] == pytest.approx(30 / facts["elapsed_s"], rel=0.01)
    assert set(facts["stages_mean_us"]) == {"input", "submit", "device", "output"}


def test_a_time_can_be_given_instead_of_frames(tmp_path, capsys):
    facts = call_json(capsys, "perf", model_file(tmp_path, DETECTOR), "--seconds", "0.2")
    assert facts["frames"] >= 1
    assert facts["elapsed_s"] >= 0.2


def test_the_text_has_a_histogram(tmp_path, capsys):
    code, out, _ = call(capsys, "perf", model_file(tmp_path, ECHO), "--input-shape", "1,8,4", "--frames", 20)
    assert code == 0
    assert "20 frames in" in out and "frames/s" in out and "█" in out


def test_the_histogram_is_also_a_picture(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    png = tmp_path / "perf.png"
    call_json(capsys, "perf", model_file(tmp_path, DETECTOR), "--frames", 10, "--png", png)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_picture_is_one_clear_error(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = call(capsys, "perf", model_file(tmp_path, DETECTOR), "--frames", 2, "--png", tmp_path / "p.png")
    assert (code, err) == (1, "hbm: error: --png needs matplotlib: pip install matplotlib\n")


def test_every_value_is_counted_once_in_the_histogram():
    for values in ([5.0], [1.0, 1.0, 1.0], [float(i) for i in range(1000)], [1.0] * 99 + [1e6]):
        bars = [line.partition("|")[2].split() for line in text_histogram(values).splitlines()]
        assert sum(int(bar[-1]) for bar in bars if bar) == len(values)


def test_a_percentile_is_a_value_that_was_measured():
    values = [float(i) for i in range(1, 101)]
    assert [percentile(values, f) for f in (0.5, 0.9, 0.99, 1.0)] == [50, 90, 99, 100]
    assert percentile([3.0], 0.99) == 3


def test_threads_really_run_at_the_same_time():
    together = threading.Barrier(4, timeout=20)

    def call_once():
        together.wait()
        return [0.0] * 4

    test = LoadTest([call_once] * 4, warm_up=1)
    # Four calls a round: 40 frames are ten rounds, in each of which all four threads must meet.
    assert len(test.run(40, None).latencies_us) == 40


@pytest.mark.parametrize("warm_up", [0, 1])
def test_a_call_that_fails_ends_the_measurement_with_its_error(warm_up):
    def fail():
        raise RuntimeError("the device is gone")

    def work():
        time.sleep(0.001)
        return [0.0] * 4

    with pytest.raises(RuntimeError, match="the device is gone"):
        LoadTest([work, fail, work], warm_up).run(100, None)
