# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that cannot start says why in one message and ends within seconds."""

import hashlib
import os
import signal
import subprocess
import time

import pytest
from graph import wait_until
from model_packages import echo_model, write_models, write_parameters
from node_process import EXECUTABLE, NodeProcess

PATIENCE_S = 30


def run_node(*arguments, cwd=None):
    """Run the node until it ends and return the lines that it logged as fatal."""
    done = subprocess.run(
        [EXECUTABLE, "--ros-args", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S, cwd=cwd
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    fatal = [line for line in (done.stderr + done.stdout).splitlines() if "[FATAL]" in line]
    assert len(fatal) == 1, done.stderr
    return fatal[0]


def failure(folder, **parameters):
    return run_node("--params-file", write_parameters(folder / "parameters.yaml", **parameters))


@pytest.fixture
def folder(tmp_path):
    write_models(tmp_path / "echo.hbm", echo_model())
    write_models(tmp_path / "two.hbm", echo_model("left"), echo_model("right", bpu_cores=2))
    return tmp_path


def test_help_shows_how_to_start_the_node_and_starts_none():
    done = subprocess.run([EXECUTABLE, "--help"], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert "inference_node --ros-args --params-file params.yaml" in done.stdout


def test_no_models(folder):
    assert "'models': names no model" in run_node()


def test_a_parameter_file_for_another_node_is_named_with_its_sections(folder):
    file = folder / "parameters.yaml"
    file.write_text("hbm_infer:\n  ros__parameters: {models: [a], a: {file: echo.hbm}}\n")
    text = run_node("--params-file", file)
    assert f"{file} has no section for /hbm_inference (it has /hbm_infer); use `/**`" in text


def test_a_model_file_with_another_sha256_than_its_pin(folder):
    digest = hashlib.sha256((folder / "echo.hbm").read_bytes()).hexdigest()
    text = failure(folder, models=["a"], a={"file": "echo.hbm", "sha256": "0" * 64})
    assert f"parameter 'a.sha256': expected {'0' * 64}, got {digest} of {folder / 'echo.hbm'}" in text


def test_an_allowed_directory_that_cannot_be_found(folder):
    text = failure(folder, models=["a"], a={"file": "echo.hbm"}, allowed_model_dirs=["package://no_such_package"])
    assert "'allowed_model_dirs': package://no_such_package names the package 'no_such_package', which is not" in text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"directory": "recordings"}, "'recorder.directory': must be absolute, or begin with ~/, got 'recordings'"),
        ({"seconds": 0.0}, "'recorder.seconds': must be more than 0 and at most 60, got 0"),
        ({"interval_s": -1.0}, "'recorder.interval_s': must be at least 0, got -1"),
        ({"megabytes": 0}, "recorder.megabytes"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_recorder_with_a_value_that_is_not_allowed(folder, values, words):
    assert words in failure(folder, models=["a"], a={"file": "echo.hbm"}, recorder=values)


def test_a_recorder_without_the_package_that_writes_its_files(folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    (folder / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'mcap' else find(name, *rest)\n"
    )
    text = failure(folder, models=["a"], a={"file": "echo.hbm"}, recorder={"directory": str(folder)})
    assert "'recorder.directory': mcap is not installed; install it with `pip install mcap`" in text


def test_a_model_of_the_recorders_name(folder):
    text = failure(folder, models=["recorder"])
    assert "'recorder' is a group of parameters of the node; choose another name for the model" in text


def test_a_missing_model_file_is_named_with_its_neighbors(folder):
    text = failure(folder, models=["a"], a={"file": "ecko.hbm"})
    assert f"there is no file {folder / 'ecko.hbm'}" in text
    assert "echo.hbm, two.hbm" in text
    assert "'a.file'" in text


def test_a_missing_folder(folder):
    assert "does not exist either" in failure(folder, models=["a"], a={"file": "models/echo.hbm"})


def test_no_file_at_all(folder):
    assert "'a.file': is empty" in failure(folder, models=["a"])


def test_a_relative_file_without_a_parameter_file_is_never_looked_for_in_the_working_directory(folder):
    text = run_node("-p", "models:=[a]", "-p", "a.file:=echo.hbm", cwd=folder)
    assert "no parameter file names it" in text


def test_an_unknown_package(folder):
    assert "'no_such_package', which is not installed" in failure(
        folder, models=["a"], a={"file": "package://no_such_package/echo.hbm"}
    )


def test_a_foreign_file(folder):
    (folder / "foreign.hbm").write_bytes(b"this is no model" * 100)
    assert "foreign.hbm" in failure(folder, models=["a"], a={"file": "foreign.hbm"})


def test_a_truncated_file(folder):
    (folder / "cut.hbm").write_bytes((folder / "echo.hbm").read_bytes()[:300])
    assert "cut.hbm" in failure(folder, models=["a"], a={"file": "cut.hbm"})


def test_a_model_that_the_file_does_not_hold(folder):
    text = failure(folder, models=["a"], a={"file": "two.hbm", "model_name": "middle"})
    assert "unknown model 'middle'" in text


def test_a_file_of_two_models_without_a_choice(folder):
    assert "contains 2 models, choose one of left, right" in failure(folder, models=["a"], a={"file": "two.hbm"})


def test_two_models_of_one_name(folder):
    assert "duplicate model name 'a'" in failure(folder, models=["a", "a"], a={"file": "echo.hbm"})


def test_a_name_that_cannot_be_a_parameter(folder):
    assert "invalid model name 'a.b'" in failure(folder, models=["a.b"])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("priority", 256, "Min: 0, Max: 255, value: 256"),
        ("priority", "high", "expected an integer"),
        ("bpu_cores", [7], "the s600 has cores 0 to 3, got [7]"),
        ("bpu_cores", [0, 0], "duplicate core index 0"),
        ("bpu_cores", [], "the default is [-1]"),
        ("resize", "squeeze", "'squeeze' is not one of stretch, letterbox"),
        ("depth", 0, "Min: 1, Max: 1000, value: 0"),
        ("reliability", 1, "expected a string"),
    ],
)
def test_a_parameter_that_is_not_allowed(folder, name, value, expected):
    text = failure(folder, models=["a"], a={"file": "echo.hbm", name: value})
    assert expected in text
    assert f"'a.{name}'" in text


def test_a_model_for_two_cores_without_cores(folder):
    assert "needs them named, for example [0, 1]" in failure(
        folder, models=["a"], a={"file": "two.hbm", "model_name": "right"}
    )


def test_a_model_without_a_picture_input(folder):
    features = {
        "name": "features",
        "inputs": [{"name": "x", "dtype": "float32", "shape": [1, 128]}],
        "outputs": [{"name": "y", "dtype": "float32", "shape": [1, 10]}],
    }
    write_models(folder / "features.hbm", features)
    text = failure(folder, models=["a"], a={"file": "features.hbm", "transport": "raw"})
    assert "'a.transport'" in text
    assert "raw carries pictures" in text


def test_the_bpu_where_there_is_none(folder):
    assert "bpu" in failure(folder, backend="bpu", models=["a"], a={"file": "echo.hbm"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_node_within_two_seconds(folder, number):
    parameters = write_parameters(folder / "parameters.yaml", models=["a"], a={"file": "echo.hbm"})
    node = subprocess.Popen(
        [EXECUTABLE, "--ros-args", "--params-file", parameters], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        for line in node.stdout:
            if "/result" in line:  # the last line of the start
                break
        started = time.monotonic()
        node.send_signal(number)
        rest, _ = node.communicate(timeout=PATIENCE_S)
        assert time.monotonic() - started < 2
        assert node.returncode == 0
        assert rest == ""
    finally:
        node.kill()
        node.wait()


def test_two_models_that_want_one_topic_as_two_types(folder):
    groups = {name: {"file": "echo.hbm", "transport": transport} for name, transport in (("a", "raw"), ("b", "compressed"))}
    text = failure(folder, models=["a", "b"], **groups)
    for word in ("'b.transport'", "'a.transport'", "sensor_msgs/msg/CompressedImage", "sensor_msgs/msg/Image", "/image"):
        assert word in text


def test_results_on_the_topic_of_the_node_itself(folder):
    text = failure(folder, models=["a"], a={"file": "echo.hbm", "result_topic": "~/models"})
    assert "'a.result_topic': /hbm_inference/models is the topic of the node's list of models" in text


def test_a_parameter_file_that_cannot_be_read(tmp_path):
    file = tmp_path / "parameters.yaml"
    file.write_text("/**:\n  ros__parameters:\n   models: [a\n")
    done = subprocess.run(
        [EXECUTABLE, "--ros-args", "--params-file", file], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot start" in done.stderr
    assert str(file) in done.stderr


def test_an_argument_that_ros_does_not_know():
    done = subprocess.run(
        [EXECUTABLE, "--ros-args", "--prams-file"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "--prams-file" in done.stderr


@pytest.mark.parametrize("name", ["result_topic", "input_topic"])
@pytest.mark.parametrize("value", ["bad topic", "5th/image", "a//b", "{robot}/image"])
def test_a_topic_that_cannot_be(tmp_path, name, value):
    write_models(tmp_path / "echo.hbm", echo_model())
    with NodeProcess(tmp_path, {"models": ["echo"], "echo": {"file": "echo.hbm", name: value}}) as node:
        assert node.process.wait(20) == 1
        assert f"parameter 'echo.{name}': " in node.output
        assert "Traceback" not in node.output


@pytest.mark.parametrize("home", ["", "file"])
def test_where_no_log_file_can_be_written_the_node_warns_and_runs(folder, home):
    (folder / "file").touch()
    environment = {"HOME": home and str(folder / home), "ROS_HOME": "", "ROS_LOG_DIR": ""}
    with NodeProcess(folder, {"models": ["a"], "a": {"file": "echo.hbm"}}, **environment) as node:
        wait_until(lambda: "/a/result" in node.output, "the end of the start")
        assert "set ROS_LOG_DIR to a folder that can be written" in node.output


def test_where_no_log_file_can_be_written_the_test_camera_warns_and_runs(tmp_path):
    environment = {**os.environ, "HOME": "", "ROS_HOME": "", "ROS_LOG_DIR": ""}
    camera = [EXECUTABLE.with_name("image_source"), "--ros-args", "-p", "frames:=1", "-p", "rate_hz:=100.0"]
    done = subprocess.run(camera, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert "HOME is not set: ROS has no folder for log files" in done.stderr
    assert "sent 1 frames" in done.stderr


def test_a_limit_that_keeps_the_node_from_starting_is_named_with_its_remedy(folder):
    file = write_parameters(folder / "parameters.yaml", models=["a"], a={"file": "echo.hbm"})
    command = ["prlimit", "--data=100000000", EXECUTABLE, "--ros-args", "--params-file", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1
    assert "a process may allocate 95 MiB only; ulimit -d unlimited" in done.stderr
    assert "Traceback" not in done.stderr
