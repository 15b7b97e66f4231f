# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recording of frames that is replayed twice gives the same tensors, byte for byte."""

import time

import numpy as np
import pytest
from graph import Graph, nv12_picture, picture, wait_until
from hbm_runtime_ros.msg import InferenceResult
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image

reader = pytest.importorskip("mcap.reader")
writer = pytest.importorskip("mcap.writer")

TOPIC = "/camera/image"
FRAMES = 60
DEEP = QoSProfile(depth=1000, reliability=ReliabilityPolicy.RELIABLE)


def frames():
    """Pictures as a camera with two modes sends them."""
    random = np.random.default_rng(11)
    for index in range(FRAMES):
        if index % 2:
            message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, seed=index)
        else:
            width, height = 100, 60
            message = picture(random.integers(0, 256, width * height * 3, np.uint8), width, height, "bgr8", width * 3)
        message.header.stamp.sec = 1_700_000_000 + index
        yield message


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("replay")


@pytest.fixture(scope="module")
def bag(folder):
    """The frames in an MCAP file, as `ros2 bag record` writes it."""
    file = folder / "frames.mcap"
    with file.open("wb") as stream:
        record = writer.Writer(stream)
        record.start(profile="ros2", library="test")
        schema = record.register_schema("sensor_msgs/msg/Image", "ros2msg", b"")
        channel = record.register_channel(TOPIC, "cdr", schema)
        for message in frames():
            time_ns = message.header.stamp.sec * 10**9
            record.add_message(channel, log_time=time_ns, publish_time=time_ns, data=serialize_message(message))
        record.finish()
    return file


@pytest.fixture(scope="module")
def graph(folder, bag):
    write_models(folder / "echo.hbm", echo_model())
    qos = {"publisher": {"depth": 1000}}
    parameters = {
        "models": ["echo"],
        "echo": {"file": "echo.hbm", "input_topic": TOPIC, "reliability": "reliable", "depth": 1000},
        "qos_overrides": {"/hbm_inference/echo/result": qos},
    }
    with NodeProcess(folder, parameters), Graph() as graph:
        yield graph


@pytest.fixture(scope="module")
def results(graph):
    collected = []
    subscription = graph.node.create_subscription(
        InferenceResult, "/hbm_inference/echo/result", collected.append, DEEP, raw=True
    )
    wait_until(lambda: subscription.get_publisher_count() > 0, "the node")
    return collected


def replay(graph, bag, results, rate_hz):
    """Publish the recording, and return its results."""
    publisher = graph.node.create_publisher(Image, TOPIC, DEEP)
    wait_until(lambda: publisher.get_subscription_count() > 0, "the node's subscription")
    results.clear()
    with bag.open("rb") as stream:
        for _, _, message in reader.make_reader(stream).iter_messages(topics=[TOPIC]):
            publisher.publish(message.data)
            time.sleep(1 / rate_hz)
    wait_until(lambda: len(results) >= FRAMES, "a result for each frame")
    graph.node.destroy_publisher(publisher)
    return [deserialize_message(result, InferenceResult) for result in results]


def test_two_replays_give_identical_tensors_in_the_same_order(graph, bag, results):
    first = replay(graph, bag, results, rate_hz=100)
    second = replay(graph, bag, results, rate_hz=1000)
    assert len(first) == len(second) == FRAMES
    assert [result.header.stamp.sec for result in first] == [1_700_000_000 + index for index in range(FRAMES)]
    for one, other in zip(first, second, strict=True):
        assert one.header == other.header
        assert one.transforms == other.transforms
        assert [tensor.name for tensor in one.outputs] == ["luma", "chroma", "boxes"]
        for left, right in zip(one.outputs, other.outputs, strict=True):
            assert left.data.tobytes() == right.data.tobytes()
            assert left == right
    # They are results of different pictures.
    assert len({result.outputs[0].data.tobytes() for result in first}) == FRAMES
