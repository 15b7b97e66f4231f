# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of a decoder at the start of the node: files of labels, and what is refused with which words."""

import os
import subprocess

import pytest
from graph import Graph, nv12_picture, wait_until
from model_packages import echo_model, write_models, write_parameters
from node_process import EXECUTABLE, NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage
from vision_msgs.msg import Detection2DArray
from yolo_models import HEIGHT, LABELS, OBJECTS, WIDTH, yolo_model

REFUSED = {
    "unknown": ({"decoder": "yolov9999"}, "unknown decoder family 'yolov9999'; did you mean 'yolov"),
    "another family": ({"decoder": "yolo26"}, "family 'yolo26': expected"),
    "number of labels": (
        {"decoder": "auto", "decoder.labels": ["a", "b"]},
        f"labels: expected {len(LABELS)}, one for each class of model 'boxes', got 2",
    ),
    "no file of labels": ({"decoder": "auto", "decoder.labels": "none.txt"}, "'boxes.decoder.labels': there is no file"),
    "unknown class": (
        {"decoder": "auto", "decoder.labels": list(LABELS), "decoder.classes": ["persom"]},
        "unknown class 'persom'; did you mean 'person'?",
    ),
    "number of a class": ({"decoder": "auto", "decoder.classes": [7]}, "class '7' must be 0 to 2"),
    "threshold": ({"decoder": "auto", "decoder.confidence": 30.0}, "'boxes.decoder.confidence': must be 0 to 1, or -1"),
    "type": ({"decoder": "auto", "decoder.iou": "half"}, "'boxes.decoder.iou': expected a double"),
}


@pytest.fixture
def model_file(tmp_path):
    return write_models(tmp_path / "models.hbm", yolo_model(tmp_path), echo_model())


def environment_without(folder, *packages):
    """The environment of a node that cannot import `packages`, wherever they are installed."""
    for package in packages:
        (folder / f"{package}.py").write_text(f"raise ModuleNotFoundError('no {package}')")
    return {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}


def run_node(folder, model, group):
    """Run a node that ends by itself."""
    file = write_parameters(folder / "node.yaml", models=[model], **{model: group})
    command = [EXECUTABLE, "--ros-args", "--params-file", file]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_ends_the_node_with_its_reason(tmp_path, model_file, case):
    values, words = REFUSED[case]
    group = {"file": model_file.name, "model_name": "boxes", **values}
    ended = run_node(tmp_path, "boxes", group)
    assert ended.returncode != 0
    assert words in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_model_that_nothing_fits_names_what_it_has(tmp_path, model_file):
    group = {"file": model_file.name, "model_name": "echo", "decoder": "auto"}
    ended = run_node(tmp_path, "echo", group)
    assert ended.returncode != 0
    assert "'echo.decoder" in ended.stderr and "none fits" in ended.stderr


def detections(graph, model, count=1):
    graph.model_lists(60)
    found = []
    graph.node.create_subscription(
        Detection2DArray, f"/hbm_inference/{model}/detections", found.append, QoSProfile(depth=10)
    )
    wait_until(lambda: (graph.publish("/image", nv12_picture(WIDTH, HEIGHT)), len(found) >= count)[-1], "detections")
    return found[-1].detections


def test_labels_come_from_a_file_beside_the_parameter_file_and_classes_are_chosen(tmp_path, model_file):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "three.txt").write_text("\n".join(LABELS) + "\n")
    group = {
        "file": model_file.name,
        "model_name": "boxes",
        "decoder": "yolov8",
        "decoder.labels": "labels/three.txt",
        "decoder.classes": ["car", "1"],
        "decoder.confidence": 0.3,
    }
    with NodeProcess(tmp_path, {"models": ["boxes"], "boxes": group}), Graph() as graph:
        found = [each.results[0].hypothesis.class_id for each in detections(graph, "boxes")]
    assert found == ["car", "bicycle"]


def test_classes_without_labels_are_numbers(tmp_path, model_file):
    group = {"file": model_file.name, "model_name": "boxes", "decoder": "auto", "decoder.classes": [0, 2]}
    with NodeProcess(tmp_path, {"models": ["boxes"], "boxes": group}), Graph() as graph:
        found = [each.results[0].hypothesis.class_id for each in detections(graph, "boxes")]
    assert found == [str(each.class_index) for each in OBJECTS if each.class_index in (0, 2)]


def test_missing_message_packages_are_named_with_the_command_that_installs_them(tmp_path, model_file):
    group = {"file": model_file.name, "model_name": "boxes", "decoder": "auto"}
    distribution = os.environ["ROS_DISTRO"]
    environment = environment_without(tmp_path, "vision_msgs", "foxglove_msgs")
    with NodeProcess(tmp_path, {"models": ["boxes"], "boxes": group}, **environment) as node, Graph() as graph:
        drawn = []
        graph.node.create_subscription(CompressedImage, "/hbm_inference/boxes/overlay", drawn.append, QoSProfile(depth=10))
        wait_until(lambda: (graph.publish("/image", nv12_picture(WIDTH, HEIGHT)), drawn)[-1], "an overlay")
        for package in ("vision", "foxglove"):
            command = (
                f"{package}_msgs is not installed; install it with `sudo apt install ros-{distribution}-{package}-msgs`"
            )
            assert command in node.output
        graph.node.create_subscription(Detection2DArray, "/hbm_inference/boxes/detections", drawn.append, 10)
        wait_until(lambda: "somebody subscribes to /hbm_inference/boxes/detections, but" in node.output, "a warning")


def test_values_below_a_decoder_that_is_not_there_are_reported(tmp_path, model_file):
    group = {"file": model_file.name, "model_name": "boxes", "decoder.confidence": 0.5}
    with NodeProcess(tmp_path, {"models": ["boxes"], "boxes": group}) as node, Graph() as graph:
        graph.model_lists()
        wait_until(lambda: "'boxes.decoder.confidence' is ignored" in node.output, "a warning")
