# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which parameters of input topics are taken, and that a refusal names the parameter. Without a node under test."""

import itertools

import pytest
import rclpy
from model_packages import echo_model, write_models
from rclpy.parameter import Parameter

from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.file_locator import OpenFile
from hbm_runtime_ros.inputs import message_types
from hbm_runtime_ros.inputs.plan import declare_inputs, make_slot, plan_topics
from hbm_runtime_ros.model_files import ModelFileCache, ModelHandle
from hbm_runtime_ros.monitoring.health import ThrottledLogger
from hbm_runtime_ros.parameters import INPUT_PARAMETERS, SYNC_PARAMETERS

OUTPUT = {"name": "out", "dtype": "float32", "shape": [1]}
PICTURE = {"name": "image", "dtype": "float32", "shape": [1, 3, 48, 64]}
FEATURES = {"name": "features", "dtype": "float32", "shape": [1, 8]}
STEREO = [{"name": side, "nv12": {"width": 64, "height": 48}} for side in ("left", "right")]
INPUTS = {"float": [PICTURE], "features": [FEATURES], "both": [PICTURE, FEATURES], "stereo": STEREO}


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    file = tmp_path_factory.mktemp("parameters") / "models.hbm"
    models = [{"name": name, "inputs": inputs, "outputs": [OUTPUT]} for name, inputs in INPUTS.items()]
    write_models(file, echo_model("nv12"), *models)
    files = ModelFileCache("sim")
    return lambda name: ModelHandle(files, OpenFile(file), "m", name)


@pytest.fixture(scope="module")
def declare():
    context = rclpy.Context()
    rclpy.init(context=context)
    nodes, numbers = [], itertools.count()

    def declared(**values):
        overrides = [Parameter(f"m.{name.replace('__', '.')}", value=value) for name, value in values.items()]
        node = rclpy.create_node(f"node_{next(numbers)}", context=context, parameter_overrides=overrides)
        nodes.append(node)
        return declare_inputs(node, "m", {})

    yield declared
    for node in nodes:
        node.destroy_node()
    context.try_shutdown()


@pytest.mark.parametrize("table", [INPUT_PARAMETERS, SYNC_PARAMETERS])
def test_every_parameter_is_explained_read_only_and_accepts_its_default(table):
    for spec in table:
        assert spec.text.endswith("."), spec.name
        assert spec.why_not(spec.default, spec.name) is None
        assert spec.read_only


def test_one_topic_has_its_parameters_below_the_model(declare):
    (topic,) = declare(input_topic="camera", mean=[1, 2, 3], scale=[0.5])[0]
    assert (topic.name, topic.prefix, topic.topic) == ("", "m", "/camera")
    assert (topic.parameters.mean, topic.parameters.scale) == ((1.0, 2.0, 3.0), (0.5,))
    assert all(isinstance(value, float) for value in topic.parameters.mean)


def test_the_model_s_own_values_are_the_defaults_of_its_inputs(declare):
    (left, right), _ = declare(
        inputs=["left", "right"], resize="stretch", right__resize="none", right__input_topic="/r/image"
    )
    assert (left.topic, left.parameters.resize, left.prefix) == ("/left", "stretch", "m.left")
    assert (right.topic, right.parameters.resize, right.prefix) == ("/r/image", "none", "m.right")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"mean": [1.0, 2.0]}, ["'m.mean'", "three channels", "[1.0, 2.0]"]),
        ({"mean": "zero"}, ["'m.mean'", "double array", "'zero'"]),
        ({"mean": 3.0}, ["'m.mean'", "double array", "3.0"]),
        ({"mean": [float("nan")]}, ["'m.mean'", "finite numbers"]),
        ({"scale": [0, 1, 1]}, ["'m.scale'", "must not be 0"]),
        ({"region": [1, 2, 3]}, ["'m.region'", "[x, y, width, height]", "[1, 2, 3]"]),
        ({"region": [0, 0, 0, 10]}, ["'m.region'", "from 1"]),
        ({"region": [0.5, 0.0, 1.0, 1.0]}, ["'m.region'", "integer array"]),
        ({"color_order": "yuv"}, ["'m.color_order'", "rgb, bgr"]),
        ({"interpolation": "cubic"}, ["'m.interpolation'", "nearest, bilinear, box"]),
        ({"transport": "shared_memory"}, ["'m.transport'", "hbmem"]),
        ({"picture_range": "half"}, ["'m.picture_range'", "limited, full"]),
        ({"pad_value": 256}, ["'m.pad_value'", "255"]),
        ({"sync": "sometimes"}, ["'m.sync'", "latest, exact, approximate"]),
        ({"slop_ms": 0}, ["'m.slop_ms'", "1"]),
        ({"sync_queue": 0}, ["'m.sync_queue'", "1"]),
        ({"inputs": ["a b"]}, ["'m.inputs'", "'a b'"]),
        ({"inputs": ["a", "a"]}, ["'m.inputs'", "duplicate input name 'a'"]),
        ({"inputs": ["resize"]}, ["'m.inputs'", "'resize'"]),
        ({"inputs": ["priority"]}, ["'m.inputs'", "'priority'"]),
        ({"inputs": ["a"], "input_topic": "x"}, ["'m.input_topic'", "'m.<input>.input_topic'"]),
        ({"inputs": ["a", "b"], "a__input_topic": "x", "b__input_topic": "/x"}, ["'m.a.input_topic'", "'m.b.input_topic'"]),
        ({"inputs": ["a"], "a__mean": [1.0, 2.0]}, ["'m.a.mean'"]),
        ({"input_topic": "a b"}, ["'m.input_topic'", "a b"]),
        ({"tensors": ["x", "x"]}, ["'m.tensors'", "duplicate tensor name 'x'"]),
    ],
)
def test_a_bad_value_names_its_parameter(declare, values, words):
    with pytest.raises(ConfigurationError) as refusal:
        declare(**values)
    for word in words:
        assert word in str(refusal.value)


ALL = ("raw", "compressed", "hbmem", "tensors")


@pytest.mark.parametrize(
    ("model", "values", "transports"),
    [
        ("nv12", {}, [ALL]),
        ("float", {"mean": [1.0, 2.0, 3.0], "color_order": "bgr"}, [ALL]),
        ("float", {"transport": "tensors"}, [("tensors",)]),
        ("nv12", {"transport": "compressed"}, [("compressed",)]),
        ("features", {}, [("tensors",)]),
        ("both", {"transport": "tensors"}, [("tensors",)]),
        ("both", {"inputs": ["image", "features"]}, [ALL, ("tensors",)]),
        ("stereo", {"inputs": ["left", "right"]}, [ALL, ALL]),
        (
            "stereo",
            {"inputs": ["a", "b"], "a__tensors": ["left_y", "left_uv"], "b__tensors": ["right_uv", "right_y"]},
            [ALL] * 2,
        ),
    ],
)
def test_the_models_inputs_say_what_a_topic_can_carry(load, declare, model, values, transports):
    plans = plan_topics(load(model), declare(**values)[0])
    assert [plan.transports for plan in plans] == transports


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        ("features", {"transport": "raw"}, ["'m.transport'", "'features'", "[1, 8]"]),
        ("both", {}, ["'image'", "'features'", "'m.inputs'", "'m.transport'"]),
        ("stereo", {"transport": "raw"}, ["'m.transport'", "left_y"]),
        ("stereo", {"inputs": ["left"]}, ["'right_y', 'right_uv'", "'m.inputs'"]),
        ("stereo", {"inputs": ["left", "front"]}, ["'m.front.tensors'", "'front'"]),
        ("nv12", {"mean": [1.0]}, ["'m.mean'", "NV12"]),
        ("nv12", {"scale": [2.0]}, ["'m.scale'", "NV12"]),
        ("nv12", {"std": [2.0]}, ["'m.std'", "NV12"]),
        ("nv12", {"color_order": "bgr"}, ["'m.color_order'", "NV12"]),
        ("float", {"model_range": "full"}, ["'m.model_range'", "NV12"]),
        ("nv12", {"tensors": ["data"]}, ["'m.tensors'", "'data'", "'data_y', 'data_uv'"]),
    ],
)
def test_parameters_that_do_not_fit_the_model_are_refused(load, declare, model, values, words):
    with pytest.raises(ConfigurationError) as refusal:
        plan_topics(load(model), declare(**values)[0])
    for word in words:
        assert word in str(refusal.value)


def test_shared_memory_pictures_need_their_package(load, declare, monkeypatch):
    monkeypatch.setattr(message_types.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"'m\.transport': hbm_img_msgs is not installed"):
        plan_topics(load("nv12"), declare(transport="hbmem")[0])


def test_std_and_scale_cannot_be_combined(load, declare):
    model = load("float")
    topics, _ = declare(scale=[0.5], std=[2.0])
    with pytest.raises(ConfigurationError, match=r"parameters 'm\.\*': scale cannot be combined with std"):
        make_slot(model, plan_topics(model, topics), ThrottledLogger(print))


def test_mean_and_scale_for_pixels_of_0_to_1_are_refused(load, declare):
    model = load("float")
    topics, _ = declare(mean=[0.485, 0.456, 0.406], scale=[4.37, 4.46, 4.44])
    with pytest.raises(
        ConfigurationError, match=r"parameters 'm\.\*': .* did you mean mean 123.675,116.28,103.53 and scale"
    ):
        make_slot(model, plan_topics(model, topics), ThrottledLogger(print))
