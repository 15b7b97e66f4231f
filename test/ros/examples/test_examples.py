# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The examples of config/: each starts as it is shipped, and real messages go through."""

import shutil
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from ament_index_python.packages import get_package_share_directory
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.msg import TensorList
from hbm_runtime_ros.srv import ListModels
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import EXECUTABLE
from rclpy.qos import DurabilityPolicy, HistoryPolicy, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage

from hbm_runtime_ros.tensors import numpy_to_tensor

CHECKOUT = Path(__file__).resolve().parents[3]
CONFIG = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
LUMA = {"dtype": "uint8", "shape": [1, MODEL_HEIGHT, MODEL_WIDTH, 1]}
FEATURES = {"dtype": "int8", "shape": [1, 16], "quantization": {"scale": 0.5}}


def copy_of(name, **port):
    return {"name": name, **port, "fill": {"kind": "copy", "input": name}}


def stereo_model(name):
    sides = [{"name": side, "nv12": {"width": MODEL_WIDTH, "height": MODEL_HEIGHT}} for side in ("left", "right")]
    return {"name": name, "inputs": sides, "outputs": [copy_of(f"{side}_y", **LUMA) for side in ("left", "right")]}


def feature_model(name):
    return {"name": name, "inputs": [{"name": "features", **FEATURES}], "outputs": [copy_of("features", **FEATURES)]}


def busy_model(name):
    """Needs longer than the time between two pictures, in function calls of 2 ms."""
    timing = {"latency_us": 50_000, "max_time_per_fc_us": 2000}
    return {**echo_model(name), "timing": timing}


class Example:
    """A node that runs on a file of config/, with a simulated model in the place of each that it names."""

    def __init__(self, folder, name, make_model):
        file = CONFIG / f"{name}.yaml"
        self.parameters = yaml.safe_load(file.read_text())["/**"]["ros__parameters"]
        files = {}
        for model in self.parameters["models"]:
            group = self.parameters[model]
            files.setdefault(group["file"], []).append(make_model(group.get("model_name", model)))
        for model_file, models in files.items():
            write_models(folder / model_file, *models)
        self._process = subprocess.Popen(
            [EXECUTABLE, "--ros-args", "--params-file", shutil.copy(file, folder)], stderr=subprocess.DEVNULL
        )
        self.graph = Graph()

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self._process.terminate()
        code = self._process.wait(10)
        complaints = self.graph.warnings()
        self.graph.__exit__()
        if failure is None:
            assert (code, complaints) == (0, [])

    def results(self, model):
        return self.graph.results(f"/hbm_inference/{model}/result")


def data(result):
    return [output.data.tobytes() for output in result.outputs]


def test_an_nv12_camera(tmp_path):
    with Example(tmp_path, "nv12_camera", echo_model) as example:
        message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
        result = example.graph.infer("/image_raw", message, example.results("detector"))
        assert b"".join(data(result)[:2]) == message.data.tobytes()


def test_a_usb_camera_with_motion_jpeg(tmp_path):
    with Example(tmp_path, "mjpeg_camera", echo_model) as example:
        done, jpeg = cv2.imencode(".jpg", np.full((MODEL_HEIGHT, MODEL_WIDTH, 3), 255, np.uint8))
        assert done
        message = CompressedImage(format="jpeg")
        message.header.frame_id = "usb_camera"
        message.data.frombytes(jpeg.tobytes())
        result = example.graph.infer("/image_raw/compressed", message, example.results("detector"))
        np.testing.assert_allclose(np.frombuffer(data(result)[0], np.uint8), 235, atol=1)
        assert result.header.frame_id == "usb_camera"


def test_two_cameras_into_one_model(tmp_path):
    with Example(tmp_path, "two_cameras", stereo_model) as example:
        graph, results = example.graph, example.results("depth")
        left, right = (nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, seed=seed) for seed in (1, 2))

        def paired():
            """Best effort: pictures from before the connection was complete may be lost."""
            right.header.stamp = graph.publish("/stereo/left/image_raw", left).header.stamp
            right.header.stamp.nanosec -= right.header.stamp.nanosec % 1_000_000
            graph.publish_as_it_is("/stereo/right/image_raw", right)
            time.sleep(0.1)
            return bool(results)

        wait_until(paired, "a result of two pictures")
        result = results[0]
        size = MODEL_WIDTH * MODEL_HEIGHT
        assert data(result) == [left.data[:size].tobytes(), right.data[:size].tobytes()]
        assert len(result.transforms) == 2


def test_a_model_of_feature_tensors(tmp_path):
    with Example(tmp_path, "feature_tensors", feature_model) as example:
        values = np.arange(16, dtype=np.float32).reshape(1, 16)
        message = TensorList(tensors=[numpy_to_tensor(values, "features")])
        result = example.graph.infer("/features", message, example.results("planner"))
        assert data(result) == [(values / 0.5).astype(np.int8).tobytes()]


def shares(example, wanted=30):
    """Results of the detector and of the classifier, while both get more pictures than they can take."""
    detector, classifier = example.results("detector"), example.results("classifier")
    message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)

    def enough():
        example.graph.publish("/front/image", message)
        time.sleep(0.005)
        return len(detector) + len(classifier) >= wanted

    wait_until(enough, f"{wanted} results")
    return len(detector), len(classifier)


def test_the_urgent_detector_gets_nearly_all_of_the_core(tmp_path):
    with Example(tmp_path, "two_models", busy_model) as example:
        detector, classifier = shares(example)
        assert detector > 4 * classifier


def test_a_priority_below_254_leaves_both_models_half_of_the_core(tmp_path):
    with Example(tmp_path, "two_models", busy_model) as example:
        wait_until(lambda: example.graph.get_parameter("classifier.priority") == 10, "the parameters")
        assert example.graph.set_parameters({"detector.priority": 200})[0].successful
        detector, classifier = shares(example)
        assert detector < 2 * classifier


def is_kind(file, kind):
    is_parameter_file = next(iter(yaml.safe_load(file.read_text()))) == "/**"
    return is_parameter_file == (kind == "parameters")


def shipped(kind):
    """Names of the files of this kind. An installation may still have files of an older version."""
    return [file.stem for file in sorted(CHECKOUT.glob("config/*.yaml")) if is_kind(file, kind)]


def has_decoder(name):
    parameters = yaml.safe_load((CHECKOUT / "config" / f"{name}.yaml").read_text())["/**"]["ros__parameters"]
    return any("decoder" in parameters[model] for model in parameters["models"])


# A decoder needs the outputs of its network: test/ros/demo/test_network_examples.py has them.
@pytest.mark.parametrize("name", [name for name in shipped("parameters") if not has_decoder(name)])
def test_every_shipped_parameter_file_starts(tmp_path, name):
    make_model = {"two_cameras": stereo_model, "feature_tensors": feature_model}.get(name, echo_model)
    with Example(tmp_path, name, make_model) as example:
        models = example.parameters["models"]
        wait_until(
            lambda: [m.state for m in example.graph.call(ListModels, "list_models").models] == ["active"] * len(models), name
        )


@pytest.mark.parametrize("name", shipped("qos"))
def test_every_shipped_qos_file_has_known_policies_for_a_topic(name):
    policies = {"reliability": ReliabilityPolicy, "durability": DurabilityPolicy, "history": HistoryPolicy, "depth": int}
    for topic, profile in yaml.safe_load((CONFIG / f"{name}.yaml").read_text()).items():
        assert topic.startswith("/")
        for policy, value in profile.items():
            assert policies[policy] is int or policies[policy][value.upper()]
