# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a node records when a frame fails or a service asks, and what `hbm replay` makes of the file."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.srv import Record
from model_packages import echo_model, write_models
from node_process import NodeProcess

from hbm_runtime_ros.errors import DropReason
from hbm_runtime_ros.recording_file import RecordedError, read_recording, write_recording

CODE = -200003
TIMEOUT_MS = 200
FAULTS = f"hbUCPWaitTaskDone:fail={CODE}:model=failing:every=2,hbUCPWaitTaskDone:hang=1:model=hanging:after=1:count=1"
MODELS = ("failing", "hanging", "good", "idle")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("recorded")


@pytest.fixture(scope="module")
def node(folder):
    write_models(folder / "models.hbm", *map(echo_model, MODELS))
    groups = {
        name: {
            "file": "models.hbm",
            "model_name": name,
            "input_topic": f"/{name}/image",
            "reliability": "reliable",
            "depth": 9,
        }
        for name in MODELS
    }
    groups["hanging"]["timeout_ms"] = TIMEOUT_MS
    recorder = {"directory": str(folder / "recordings"), "seconds": 60.0}
    parameters = {"models": list(MODELS), "diagnostic_updater": {"period": 0.2}, "recorder": recorder, **groups}
    with NodeProcess(folder, parameters, HBM_SIM_FAULTS=FAULTS) as process:
        yield process


def recording(folder, model, reason):
    """Wait until the node has recorded, and return the file."""
    pattern = f"recording_*_{model}_{reason}.mcap"
    wait_until(lambda: list((folder / "recordings").glob(pattern)), pattern)
    return next((folder / "recordings").glob(pattern))


@pytest.fixture(scope="module")
def failed(graph, folder):
    results = graph.results("/hbm_inference/failing/result")
    graph.infer("/failing/image", nv12_picture(100, 60, seed=1), results)
    graph.publish("/failing/image", nv12_picture(100, 60, seed=2))
    return recording(folder, "failing", "inference")


@pytest.fixture(scope="module")
def requested(graph):
    results = graph.results("/hbm_inference/good/result")
    for seed in range(3):
        graph.infer("/good/image", nv12_picture(100, 60, seed=seed), results)
    return Path(graph.call(Record, "record", model="good").file)


def replay(*arguments, **environment):
    return subprocess.run(
        ["hbm", "replay", *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **environment}
    )


def test_a_frame_that_fails_is_recorded_and_its_error_is_reproduced(failed):
    done = replay(failed)
    assert done.returncode == 0, done.stdout + done.stderr
    first, second, verdict = done.stdout.splitlines()
    assert first.endswith("the same bytes in 3 outputs")
    assert f"the same error: HbmRuntimeError (hbUCPWaitTaskDone {CODE})" in second
    assert verdict == "model 'failing', recorded because of 'inference': 2 frames reproduced"


def test_a_recording_describes_the_model_the_machine_and_the_faults(failed, folder):
    read = read_recording(failed)
    description = read.description
    assert description["file"] == str(folder / "models.hbm")
    assert description["environment"]["HBM_SIM_FAULTS"] == FAULTS
    assert description["device"]["backend"] == "sim"
    assert description["parameters"]["depth"] == 9
    assert [topic["topic"] for topic in description["topics"]] == ["/failing/image"]
    assert [frame.error is None for frame in read.frames] == [True, False]
    assert any(str(CODE) in line.text for line in read.log)


def test_a_time_limit_that_passes_is_recorded_and_reproduced(graph, folder):
    results = graph.results("/hbm_inference/hanging/result")
    graph.infer("/hanging/image", nv12_picture(100, 60), results)
    graph.publish("/hanging/image", nv12_picture(100, 60))
    done = replay(recording(folder, "hanging", "timeout"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the same error: HbmTimeoutError (run -200002)" in done.stdout


def test_good_frames_that_a_service_asks_for_give_the_same_bytes(requested):
    done = replay(requested)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "model 'good', recorded because of 'request': 3 frames reproduced"


def test_one_frame_and_json(requested):
    facts = json.loads(replay("--json", "--frame", 1, requested).stdout)
    assert facts["reproduced"] is True
    assert [frame["sequence"] for frame in facts["frames"]] == [1]
    unknown = replay("--frame", 7, requested)
    assert unknown.returncode == 1 and "unknown frame 7 (known: 0 to 2)" in unknown.stderr


def test_the_log_and_the_diagnostics_name_the_file(node, requested, diagnostics):
    wait_until(lambda: f"`hbm replay {requested}`" in node.output, "a line of the log")
    wait_until(lambda: diagnostics.values("good")["last recording"] == str(requested), "the diagnostics")


def test_another_model_gives_other_bytes_and_the_difference_is_named(requested, tmp_path):
    other = echo_model("good")
    other["outputs"][2]["fill"]["seed"] = 8
    done = replay("--model-file", write_models(tmp_path / "other.hbm", other), requested)
    assert done.returncode == 1
    assert "differs from the recorded one (SHA-256" in done.stderr
    assert "other bytes in 1 of 3 outputs: 'boxes' (XXH3-128 " in done.stdout
    assert done.stdout.splitlines()[-1].endswith("3 of 3 frames differ")


OTHER = RecordedError("FrameError", "something else", None, None)
# What is changed in a frame that was good, and what its replay prints.
CHANGES = (
    ({"drop": DropReason.INFERENCE, "error": OTHER}, "expected FrameError: something else, got outputs"),
    ({"drop": DropReason.DECODE, "error": OTHER}, "another error: FrameError: "),
    ({"drop": DropReason.PUBLISH, "error": OTHER}, "the same bytes in 3 outputs; it could not be published"),
    ({"drop": DropReason.TOO_OLD, "error": OTHER}, "skipped: it was dropped as 'too old'"),
    ({"messages": ()}, "skipped: its messages exceed recorder.megabytes"),
    ({"digests": {"luma": "0"}}, "other bytes in 1 of 1 outputs: 'luma'"),
    ({}, "the same bytes in 3 outputs"),
)


def changed(file, folder, frames, **description):
    """Write a recording with other frames, or another description."""
    read = read_recording(file)
    frames = [read.frames[0]._replace(**fields) for fields in frames]
    with (folder / "changed.mcap").open("wb") as stream:
        write_recording(stream, replace(read, frames=frames, description={**read.description, **description}))
    return folder / "changed.mcap"


def test_every_difference_is_described_and_is_no_success(requested, tmp_path):
    done = replay(changed(requested, tmp_path, [fields for fields, _ in CHANGES]))
    *lines, verdict = done.stdout.splitlines()
    assert [line[: len("frame 0: ") + len(text)] for line, (_, text) in zip(lines, CHANGES)] == [
        f"frame 0: {text}" for _, text in CHANGES
    ]
    assert verdict.endswith("3 of 4 frames differ")
    assert done.returncode == 1


def test_a_recording_without_a_frame_that_can_be_repeated_is_no_success(requested, tmp_path):
    done = replay(changed(requested, tmp_path, [{"messages": ()}]))
    assert done.stdout.splitlines()[-1] == "model 'good': none of the 1 frames can be repeated"
    assert done.returncode == 1


def test_a_description_of_another_version_is_an_error_that_says_so(requested, tmp_path):
    file = changed(requested, tmp_path, [{}], topics=[{"name": "", "topic": "/good/image", "parameters": {"hue": 3}}])
    done = replay(file)
    assert done.returncode == 1
    assert "was written by another version of hbm_runtime_ros" in done.stderr


def test_a_missing_model_file_is_an_error_that_names_the_option(requested, tmp_path):
    done = replay("--model-file", tmp_path / "none.hbm", requested)
    assert done.returncode == 1
    assert "none.hbm: No such file or directory; name the model with --model-file PATH" in done.stderr


def test_the_environment_of_the_recording_is_used_instead_of_the_one_of_the_shell(requested):
    done = replay(requested, HBM_SIM_SOC="s100", HBM_SIM_FAULTS="hbUCPWaitTaskDone:fail=-200003")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_model_without_frames_and_an_unknown_model_are_refused(graph):
    refused = graph.call(Record, "record", model="idle")
    assert (refused.success, refused.message) == (False, "model 'idle' has had no frame since it was loaded")
    assert "unknown model 'goods'; did you mean 'good'?" in graph.call(Record, "record", model="goods").message


def test_a_file_that_is_no_recording_is_one_line(tmp_path):
    foreign = tmp_path / "picture.mcap"
    foreign.write_bytes(b"no MCAP file at all")
    done = replay(foreign)
    assert (done.returncode, done.stderr) == (1, f"hbm: error: {foreign}: expected an MCAP file, got another one\n")


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        ("mcap", "mcap is not installed; install it with: pip install mcap"),
        ("hbm_runtime_ros", "hbm_runtime_ros is not installed; install it with colcon"),
    ],
)
def test_a_package_that_is_missing_is_named(tmp_path, missing, text):
    (tmp_path / missing).mkdir()
    (tmp_path / missing / "__init__.py").write_text("raise ImportError('not here')")
    done = replay("any.mcap", PYTHONPATH=f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    assert done.returncode == 1 and text in done.stderr


def test_a_node_that_has_recorded_ends_without_a_warning(tmp_path):
    write_models(tmp_path / "echo.hbm", echo_model())
    parameters = {"models": ["echo"], "echo": {"file": "echo.hbm"}, "recorder": {"directory": str(tmp_path / "recordings")}}
    with NodeProcess(tmp_path, parameters, name="ending") as node, Graph("/ending") as graph:
        graph.infer("/image", nv12_picture(100, 60), graph.results("/ending/echo/result"))
        assert graph.call(Record, "record", model="echo").success
        node.stop()
        assert node.process.returncode == 0
        assert "[WARN]" not in node.output, node.output


def test_a_node_without_a_recorder_refuses_the_service(tmp_path):
    write_models(tmp_path / "echo.hbm", echo_model())
    with NodeProcess(tmp_path, {"models": ["echo"], "echo": {"file": "echo.hbm"}}, name="other"), Graph("/other") as graph:
        refused = graph.call(Record, "record", model="echo")
    assert (refused.success, refused.message) == (
        False, "the recorder is off; set the parameter 'recorder.directory' at the start"
    )  # fmt: skip
