# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several robots and two machines, started by their launch files; and what these refuse."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.srv import ListModels
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters

from hbm_runtime_ros.launching import parse_remappings

ROS2 = Path(sys.executable).with_name("ros2")
SHARE = Path(get_package_share_directory("hbm_runtime_ros"))
PROFILE_VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")


@pytest.fixture(scope="module")
def parameters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("launch")
    write_models(folder / "echo.hbm", echo_model())
    return write_parameters(folder / "parameters.yaml", models=["echo"], echo={"file": "echo.hbm", "priority": 3})


@contextmanager
def launched(log, name, *arguments, **environment):
    """Run `ros2 launch` until the end of the context; it must end cleanly."""
    with log.open("w") as stream:
        launch = subprocess.Popen(
            [ROS2, "launch", "hbm_runtime_ros", name, *arguments],
            stdout=stream,
            stderr=stream,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        yield
        os.killpg(launch.pid, signal.SIGINT)  # to everybody, as the terminal does
        launch.wait(20)
        assert "Traceback" not in log.read_text()
        assert "has died" not in log.read_text()
        assert "failed to terminate" not in log.read_text()
    finally:
        if launch.poll() is None:
            os.killpg(launch.pid, signal.SIGKILL)
            launch.wait()


def infer(graph, topic, result_topic):
    return graph.infer(topic, nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), graph.results(result_topic))


def test_each_robot_has_a_node_and_topics_of_its_own(parameters, tmp_path):
    arguments = ("robots:=robot1, robot2", f"params_file:={parameters}", "backend:=sim")
    with launched(tmp_path / "log", "multi_robot.launch.py", *arguments), Graph("/robot1/hbm_inference") as graph:
        assert infer(graph, "/robot1/image", "/robot1/hbm_inference/echo/result").model == "echo"
        others = graph.results("/robot2/hbm_inference/echo/result")
        assert infer(graph, "/robot2/image", "/robot2/hbm_inference/echo/result").model == "echo"
        own = len(others)
        infer(graph, "/robot1/image", "/robot1/hbm_inference/echo/result")
        assert len(others) == own
        assert [model.name for model in graph.call(ListModels, "list_models").models] == ["echo"]


@pytest.mark.parametrize(("robots", "expected"), [("a,a", "duplicate name"), ("a,2b", "'2b' is no namespace"), ("", "''")])
def test_robots_that_cannot_be_are_refused(parameters, robots, expected):
    done = subprocess.run(
        [ROS2, "launch", "hbm_runtime_ros", "multi_robot.launch.py", f"robots:={robots}", f"params_file:={parameters}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert expected in done.stdout + done.stderr


def test_two_machines_talk_over_udp_alone(parameters, tmp_path, monkeypatch):
    arguments = ("side:=inference", f"params_file:={parameters}", "peer:=127.0.0.1", "backend:=sim")
    # This process looks as the other machines do.
    with monkeypatch.context() as environment:
        for variable in PROFILE_VARIABLES:
            environment.setenv(variable, str(SHARE / "config" / "fastdds_network.xml"))
        graph = Graph()
    log = tmp_path / "inference"
    with graph, launched(log, "two_machines.launch.py", *arguments):
        results = graph.results("/hbm_inference/echo/result")
        with launched(tmp_path / "camera", "two_machines.launch.py", "side:=camera", "peer:=127.0.0.1"):
            wait_until(lambda: len(results) > 2, "results of the camera on the other side")
        pid = re.search(r"process started with pid \[(\d+)\]", log.read_text())[1]
        assert not re.search(r"/dev/shm/fast\w+", Path(f"/proc/{pid}/maps").read_text())


def test_remappings_are_pairs():
    assert parse_remappings("") == []
    assert parse_remappings("image:=camera/image  a:=b") == [("image", "camera/image"), ("a", "b")]
    for bad in ("image", "image=x", ":=x", "image:="):
        with pytest.raises(ValueError, match="is not FROM:=TO"):
            parse_remappings(bad)


def test_a_remapped_topic(parameters, tmp_path):
    arguments = (f"params_file:={parameters}", "remap:=image:=front/image")
    with launched(tmp_path / "log", "inference.launch.py", *arguments), Graph() as graph:
        assert infer(graph, "/front/image", "/hbm_inference/echo/result").model == "echo"
