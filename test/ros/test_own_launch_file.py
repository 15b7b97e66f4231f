# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node in the launch file of somebody's own package, and with several parameter files: where model files are found."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from graph import Graph, nv12_picture
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters
from node_process import EXECUTABLE

ROS2 = Path(sys.executable).with_name("ros2")
# A file, and a dictionary for what differs: launch writes it into a file of its own.
LAUNCH_FILE = """
from launch import LaunchDescription
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription([
        Node(package="hbm_runtime_ros", executable="inference_node", name="hbm_inference", output="screen",
             parameters=[{parameters}])
    ])
"""


@pytest.fixture
def file(tmp_path):
    """A parameter file with a relative model file, in a folder that nobody works in."""
    folder = tmp_path / "bringup"
    folder.mkdir()
    write_models(folder / "echo.hbm", echo_model())
    return write_parameters(folder / "parameters.yaml", models=["echo"], echo={"file": "echo.hbm"})


def priority_of_what_runs(command, folder):
    """Run `command` in `folder` until the node has answered a picture. Return the priority of its model."""
    log = folder / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, stdout=stream, stderr=stream, cwd=folder, env=dict(os.environ), start_new_session=True
        )
    try:
        with Graph() as graph:
            results = graph.results("/hbm_inference/echo/result")
            graph.infer("/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), results)
            priority = graph.get_parameter("echo.priority")
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)
        assert "Traceback" not in log.read_text()
        return priority
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.parametrize("order", ["[FILE, OTHERS]", "[OTHERS, FILE]"])
def test_a_dictionary_beside_the_file_does_not_change_where_models_are_found(file, tmp_path, order):
    launch = tmp_path / "own.launch.py"
    parameters = order[1:-1].replace("FILE", repr(str(file))).replace("OTHERS", "{'echo.priority': 9}")
    launch.write_text(LAUNCH_FILE.replace("{parameters}", parameters))
    assert priority_of_what_runs([ROS2, "launch", launch], tmp_path) == 9


@pytest.mark.parametrize("first", [True, False])
def test_a_second_parameter_file_does_not_change_where_models_are_found(file, tmp_path, first):
    other = write_parameters(tmp_path / "others.yaml", echo={"priority": 9})
    files = (other, file) if first else (file, other)
    arguments = [argument for each in files for argument in ("--params-file", each)]
    assert priority_of_what_runs([EXECUTABLE, "--ros-args", *arguments], tmp_path) == 9
