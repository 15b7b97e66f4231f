# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Why there are no results: the node finds the cause by itself and names the remedy."""

import pytest
from graph import Graph, nv12_picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import String

MODELS = ("nobody", "unreliable", "mistyped", "silent", "pausing")


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("silence")
    write_models(folder / "models.hbm", *(echo_model(name) for name in MODELS))
    groups = {name: {"file": "models.hbm", "model_name": name, "input_topic": f"/{name}/image"} for name in MODELS}
    groups["nobody"]["input_topic"] = "/left_camera/image"
    groups["unreliable"]["reliability"] = "reliable"
    with Graph() as graph:
        publish = graph.node.create_publisher
        publish(Image, "/left/camera/image_raw", 1)
        publish(String, "/left_camera/images", 1)
        publish(Image, "/unreliable/image", QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
        publish(String, "/mistyped/image", 1)
        publish(Image, "/silent/image", 1)
        with NodeProcess(folder, {"models": list(MODELS), **groups}):
            results = graph.results("/hbm_inference/pausing/result")
            graph.infer("/pausing/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), results)
            yield graph


def warnings_of(graph, model):
    return [text for text in graph.warnings() if f"model '{model}': no message for" in text]


def warning_of(graph, model):
    wait_until(lambda: bool(warnings_of(graph, model)), f"a warning about {model}")
    return warnings_of(graph, model)[0]


def test_a_topic_without_publisher_is_told_with_similar_topics_and_the_remedy(graph):
    text = warning_of(graph, "nobody")
    assert "/left_camera/image " in text and "sensor_msgs/msg/Image" in text and "best_effort, depth 1" in text
    assert ": no publisher. Topics of this type: " in text
    assert "set `nobody.input_topic: /left/camera/image_raw` in the parameter file" in text
    assert "/left_camera/images" not in text, "that is no picture"


def test_an_incompatible_publisher_is_named_with_the_policy_and_the_remedy(graph):
    text = warning_of(graph, "unreliable")
    assert "/graph_of_the_test [best_effort, volatile]" in text
    assert "incompatible" in text and "Reliability" in text.title()
    assert "Set `unreliable.reliability: best_effort` in the parameter file" in text


def test_another_type_on_the_topic_is_named(graph):
    text = warning_of(graph, "mistyped")
    assert "/graph_of_the_test [std_msgs/msg/String" in text
    assert "sensor_msgs/msg/Image" in text


def test_a_publisher_that_sends_nothing_is_named(graph):
    text = warning_of(graph, "silent")
    assert "published by /graph_of_the_test [reliable, volatile], but no message arrives" in text
    assert "`ros2 topic hz /silent/image`" in text


def test_a_camera_that_stops_is_told_and_every_silence_once(graph):
    warning_of(graph, "pausing")
    for model in MODELS:
        assert len(warnings_of(graph, model)) == 1, model
