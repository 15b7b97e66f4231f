# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole demo on the slowest PC that can be had here: one core, one thread for each network, exact numbers."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest

from demo.assets import write_pictures

# A slow PC takes its time.
pytestmark = [pytest.mark.alone, pytest.mark.networks, pytest.mark.timeout(0)]

CHECKOUT = Path(__file__).parents[3]
SLOW_ENGINE = {"HBM_SIM_THREADS": "1", "HBM_SIM_PRECISION": "exact"}
# One with text and one without.
PICTURES = ("page.png", "cat.png")


def environment(**variables):
    return {**os.environ, "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:{CHECKOUT}", **variables}


def command(*arguments):
    return [sys.executable, "-m", "demo", *map(str, arguments)]


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
    pictures = write_pictures(folder / "shown")
    for file in pictures.iterdir():
        if file.name not in PICTURES:
            file.unlink()
    core = str(min(os.sched_getaffinity(0)))
    arguments = ("--output", folder, "--seconds", 1, "--input", pictures)
    done = subprocess.run(
        ["taskset", "-c", core, *command(*arguments)],
        env=environment(**SLOW_ENGINE), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return SimpleNamespace(folder=folder, output=done.stdout, summary=json.loads((folder / "summary.json").read_text()))


def test_both_models_give_results(demo):
    for model in demo.summary["models"].values():
        assert 0 < model["results"] <= model["frames_sent"]
        assert 0 < model["latency_ms"]["p50"] <= model["latency_ms"]["p99"]


def test_the_rate_is_chosen_and_explained(demo):
    (line,) = (line for line in demo.output.splitlines() if "pictures per second" in line)
    assert line.startswith("demo: on this PC the detector takes ")


def test_the_models_run_on_cores_of_their_own(demo):
    cores = [model["bpu_cores"] for model in demo.summary["models"].values()]
    assert cores == [[0], [1]]
    assert demo.summary["backend"] == "sim"


def test_lines_of_text_are_found_and_one_is_read(demo):
    assert demo.summary["boxes"]["page.png"] == 7
    assert "Region-based segmentation" in demo.summary["texts"]["page.png"]


def test_three_networks_find_text_layout_and_faces_in_one_picture(demo):
    found = demo.summary["found"]
    assert found["text"] == ["text line"] * len(found["text"]) and len(found["text"]) >= 6
    assert {"text", "figure"} <= set(found["layout"])
    assert found["faces"] == ["face"]


def test_detections_are_shown_as_messages(demo):
    assert "ros2 topic echo --once --no-daemon /hbm_inference/faces/detections" in demo.output
    assert "class_id: face" in demo.output


def test_a_priority_is_changed_and_one_out_of_range_refused(demo):
    accepted, refused = demo.summary["priority_changes"]
    assert accepted["accepted"] and not refused["accepted"]
    assert "255" in refused["answer"]
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
    assert cv2.imread(str(demo.folder / "detections.png")).shape == (1184, 900, 3)
    assert cv2.imread(str(demo.folder / "priority.png")) is not None
    assert running_below(demo.folder) == []


@pytest.mark.parametrize("moment", ["packing", "starting the camera", "picture "])
def test_an_interrupt_leaves_no_process(tmp_path, moment):
    with subprocess.Popen(
        command("--output", tmp_path), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            if line.startswith(f"demo: {moment}"):
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert (process.returncode, rest.splitlines()[-1]) == (130, "demo: interrupted")
    assert running_below(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--input", "no/such/film.mp4"], "there is no file or folder"),
        (["--input", "EMPTY"], "holds no picture"),
    ],
)
def test_a_wrong_input_is_reported_before_anything_starts(tmp_path, arguments, text):
    arguments = [str(tmp_path) if argument == "EMPTY" else argument for argument in arguments]
    done = subprocess.run(
        command("--output", tmp_path / "out", *arguments), env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert text in done.stderr
    assert not (tmp_path / "out").exists()
