# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a start is told in one line, by its cause."""

import subprocess

import pytest
from model_packages import echo_model, write_models
from node_process import EXECUTABLE, NodeProcess


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
    done = subprocess.run([EXECUTABLE, "--ros-args", "--prams-file"], capture_output=True, text=True, timeout=30, check=False)
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
