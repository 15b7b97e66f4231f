# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much of the node one frame passes between its topic and its result: docs/design.md has the list."""

import threading
from pathlib import Path

import pytest
import rclpy
from graph import Graph, nv12_picture
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters

from hbm_runtime_ros.group_threads import NodeExecutor
from hbm_runtime_ros.inference_node import InferenceNode
from hbm_runtime_ros.parameters.files import ParameterFiles

FILES = {
    "hbm_runtime_core/vision.py",
    "hbm_runtime_ros/group_threads.py",
    "hbm_runtime_ros/inputs/assembler.py",
    "hbm_runtime_ros/inputs/pictures.py",
    "hbm_runtime_ros/inputs/slot.py",
    "hbm_runtime_ros/monitoring/counters.py",
    "hbm_runtime_ros/pipeline.py",
    "hbm_runtime_ros/results.py",
}


@pytest.fixture
def files():
    """The Python files of node and core whose functions the threads of models call."""
    called = set()

    def record(frame, event, argument):
        name = frame.f_code.co_filename
        if event == "call" and threading.current_thread().name.startswith("echo-"):
            module = name.rpartition("/site-packages/")[2]
            if module.startswith(("hbm_runtime_ros/", "hbm_runtime_core/")):
                called.add(module)

    threading.setprofile(record)
    yield called
    threading.setprofile(None)


def test_a_frame_passes_eight_python_files(tmp_path, files):
    write_models(tmp_path / "echo.hbm", echo_model())
    file = write_parameters(tmp_path / "parameters.yaml", models=["echo"], echo={"file": "echo.hbm"})
    arguments = ["--ros-args", "--params-file", str(file)]
    context = rclpy.Context()
    rclpy.init(context=context)
    node = InferenceNode(context=context, cli_args=arguments, parameter_files=ParameterFiles(arguments))
    executor = NodeExecutor(node)
    executor.start()
    assert node.start()
    with Graph() as graph:
        graph.infer("/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), graph.results("/hbm_inference/echo/result"))
    assert node.stop(5.0) and executor.stop(5.0)
    node.destroy_node()
    context.try_shutdown()
    assert files == FILES


def test_the_design_lists_these_files():
    page = Path(__file__).parents[2].joinpath("docs/design.md").read_text()
    path, _, _ = page.partition("## Directories")
    assert all(f"`{name.partition('/')[2]}`" in path for name in FILES)
