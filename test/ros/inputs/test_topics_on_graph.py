# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors, and models that take several topics, through a node."""

import time

import numpy as np
import pytest
from diagnostics_reader import DiagnosticsReader
from graph import nv12_picture, wait_until
from hbm_runtime_ros.msg import TensorList
from model_packages import MODEL_HEIGHT, MODEL_WIDTH
from sensor_msgs.msg import Image
from tensor_messages import tensor, tensor_list

VALUES = np.arange(8, dtype=np.float32).reshape(1, 8)
MS = 1_000_000


def outputs(result):
    return [output.data.tobytes() for output in result.outputs]


def luma(message):
    return message.data[: MODEL_WIDTH * MODEL_HEIGHT].tobytes()


@pytest.fixture(scope="module")
def features(graph):
    return graph.results("/hbm_inference/features/result")


def test_tensors_reach_a_model_without_a_picture(graph, features):
    result = graph.infer("/features/image", tensor_list(tensor("features", VALUES)), features)
    assert outputs(result) == [VALUES.tobytes()]
    assert (result.header.frame_id, result.transforms) == ("lidar", [])


def test_a_bad_tensor_is_dropped_with_the_cause_and_the_next_one_runs(graph, features):
    topic = "/features/image"
    good = tensor_list(tensor("features", VALUES))
    graph.infer(topic, good, features)
    bad = [
        tensor_list(),
        tensor_list(tensor("feature", VALUES)),
        tensor_list(tensor("features", VALUES.astype(np.int64))),
        tensor_list(tensor("features", VALUES[0])),
        tensor_list(tensor("features", VALUES * np.nan)),
    ]
    sent = [graph.publish(topic, message).header.stamp for message in bad]
    graph.infer(topic, good, features)
    assert not [result for result in features if result.header.stamp in sent]
    # The first cause is logged at once; NaN is a cause of its own.
    wait_until(lambda: any("'features' is missing" in text for text in graph.warnings()), "a warning about the name")
    wait_until(lambda: any("8 NaN among 8 values" in text for text in graph.warnings()), "a warning about NaN")


def test_a_picture_and_tensors_make_one_frame(graph):
    results = graph.results("/hbm_inference/mixed/result")
    graph.publish("/mixed/lidar", tensor_list(tensor("features", VALUES)))
    message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
    result = graph.infer("/mixed/image", message, results)
    assert outputs(result) == [luma(message), VALUES.tobytes()]
    assert result.header.frame_id == "camera"
    assert [list(transform.inputs) for transform in result.transforms] == [["camera_y", "camera_uv"]]


class Stereo:
    """Two cameras of one model, which differ in their pictures."""

    def __init__(self, graph, model):
        self._graph = graph
        self.model = model
        self.results = graph.results(f"/hbm_inference/{model}/result")
        self.base_ns = graph.node.get_clock().now().nanoseconds

    def send(self, side, number, offset_ns=0):
        message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, seed=number)
        stamp_ns = self.base_ns + number * 100 * MS + offset_ns if offset_ns is not None else 0
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
        return self._graph.publish_as_it_is(f"/{self.model}/{side}", message)

    def wait_for(self, count):
        wait_until(lambda: len(self.results) >= count, f"{count} results of {self.model}")
        return [outputs(result) for result in self.results]


def lumas(*numbers):
    return [luma(nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, seed=number)) for number in numbers]


def test_latest_takes_the_newest_of_the_other_topic(graph):
    stereo = Stereo(graph, "stereo_latest")
    stereo.send("right", 1)
    time.sleep(0.3)  # nothing orders messages of two topics
    stereo.send("left", 10)
    stereo.wait_for(1)
    stereo.send("right", 2)
    stereo.send("right", 3)
    time.sleep(0.3)
    stereo.send("left", 11)
    assert stereo.wait_for(2) == [lumas(10, 1), lumas(11, 3)]
    assert [list(transform.inputs) for transform in stereo.results[0].transforms] == [
        ["left_y", "left_uv"],
        ["right_y", "right_uv"],
    ]


def test_exact_pairs_equal_stamps_and_counts_what_has_no_partner(graph):
    stereo = Stereo(graph, "stereo_exact")
    for number in (1, 2, 4):
        stereo.send("left", number)
    for number in (2, 3, 4):
        stereo.send("right", number)
    assert stereo.wait_for(2) == [lumas(2, 2), lumas(4, 4)]
    counts = DiagnosticsReader(graph).counts("stereo_exact")
    assert counts == {"received": 4, "inferred": 2, "unmatched": 2}


def test_approximate_pairs_stamps_within_the_slop(graph):
    stereo = Stereo(graph, "stereo_approximate")
    stereo.send("left", 1)
    stereo.send("right", 1, 9 * MS)
    stereo.wait_for(1)
    stereo.send("left", 2)
    stereo.send("right", 2, 11 * MS)
    stereo.send("left", 3)
    stereo.send("right", 3, -10 * MS)
    assert stereo.wait_for(2) == [lumas(1, 1), lumas(3, 3)]


def test_a_stamp_of_zero_has_no_partner_and_the_remedy_is_told_once(graph):
    stereo = Stereo(graph, "stereo_exact")
    for number in (1, 2):
        stereo.send("left", number, None)
        stereo.send("right", number, None)
    logged = lambda side: [  # noqa: E731
        text for text in graph.warnings() if f"/stereo_exact/{side}" in text and "sync to latest" in text
    ]
    wait_until(lambda: bool(logged("left") and logged("right")), "warnings about stamps of zero")
    stereo.send("left", 5)
    stereo.send("right", 5)
    assert stereo.wait_for(1) == [lumas(5, 5)]
    assert (len(logged("left")), len(logged("right"))) == (1, 1)


def test_the_list_of_models_names_every_topic(graph):
    lists = graph.model_lists()
    wait_until(lambda: bool(lists), "the list of models")
    topics = {each.name: list(each.input_topics) for each in lists[-1].models}
    assert topics["mixed"] == ["/mixed/image", "/mixed/lidar"]
    assert topics["features"] == ["/features/image"]


def test_the_types_in_the_graph_are_those_that_the_models_take(graph):
    def type_of(topic):
        infos = graph.node.get_subscriptions_info_by_topic(topic)
        return {info.topic_type for info in infos if info.node_name == "hbm_inference"}

    package = TensorList.__module__.split(".")[0]
    assert type_of("/mixed/lidar") == {f"{package}/msg/TensorList"}
    assert type_of("/stereo_exact/left") == {f"{Image.__module__.split('.')[0]}/msg/Image"}
