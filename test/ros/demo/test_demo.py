# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole demo as `make demo` runs it, slower: a loaded machine must not fail it."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest

pytestmark = pytest.mark.alone

RATE_HZ = 2.0
SECONDS = 25.0


def run_demo(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "hbm_runtime_ros.demo.run", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def running_below(folder):
    """Command lines of processes that were given a file or folder below `folder`."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = run_demo("--output", folder, "--rate", RATE_HZ, "--seconds", SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    return SimpleNamespace(folder=folder, output=done.stdout, summary=json.loads((folder / "summary.json").read_text()))


def test_both_models_answer_nearly_every_picture(demo):
    assert demo.summary["frames_sent"] == RATE_HZ * SECONDS
    assert demo.summary["results"] >= 0.95 * demo.summary["frames_sent"]
    for model in demo.summary["models"].values():
        assert model["results"] >= 0.95 * model["frames_sent"] > 0
        assert 0 < model["latency_ms"]["p50"] <= model["latency_ms"]["p99"]


def test_the_models_run_on_cores_of_their_own(demo):
    cores = [model["bpu_cores"] for model in demo.summary["models"].values()]
    assert cores == [[0], [1]]
    assert demo.summary["backend"] == "sim"


def test_lines_of_text_are_found_and_one_is_read(demo):
    assert demo.summary["boxes"]["page"] == 7
    assert demo.summary["texts"]["page"][0] == "Region-based segmentation"


def test_a_priority_is_changed_and_one_out_of_range_refused(demo):
    accepted, refused = demo.summary["priority_changes"]
    assert accepted["accepted"] and not refused["accepted"]
    assert "255" in refused["answer"]
    assert demo.summary["models"]["recogniser"]["priority"] == 200
    assert "recogniser.priority 200" in demo.output


def test_setting_a_priority_shifts_the_share_of_a_contended_core(demo):
    phases = demo.summary["contention"]["phases"]
    assert [phase["change"] for phase in phases] == [
        "", "detector.priority 255", "detector.priority 0", "classifier.priority 255"
    ]  # fmt: skip
    first, detector_first, equal_again, classifier_first = (phase["share"] for phase in phases)
    assert 0.35 < first["detector"] < 0.65
    assert detector_first["detector"] > 0.8
    assert 0.35 < equal_again["detector"] < 0.65
    assert classifier_first["classifier"] > 0.8


def test_it_leaves_pictures_and_no_process(demo):
    assert cv2.imread(str(demo.folder / "overlay.png")) is not None
    assert cv2.imread(str(demo.folder / "priority.png")) is not None
    assert running_below(demo.folder) == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--input", "no/such/film.mp4"], "there is no file or folder"),
        (["--input", "EMPTY"], "holds no picture"),
    ],
)
def test_wrong_input_is_told_before_anything_starts(tmp_path, arguments, text):
    arguments = [str(tmp_path) if argument == "EMPTY" else argument for argument in arguments]
    done = run_demo("--output", tmp_path / "out", *arguments)
    assert done.returncode == 1
    assert text in done.stderr
    assert not (tmp_path / "out").exists()
