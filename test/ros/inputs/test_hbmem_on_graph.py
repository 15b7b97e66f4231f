# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of hbm_img_msgs through a node. The package is generated for the tests from the fields that boards have."""

import time

import numpy as np
import pytest
from graph import nv12_picture, wait_until
from hbm_img_msgs.msg import HbmMsg480P, HbmMsg540P
from model_packages import MODEL_HEIGHT, MODEL_WIDTH

from hbm_runtime_ros import _wire
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES

WIDTH, HEIGHT = MODEL_WIDTH, MODEL_HEIGHT
TOPIC = "/hbmem_img"


@pytest.fixture(scope="module")
def results(graph):
    return graph.results("/hbm_inference/hbmem/result")


@pytest.fixture(scope="module")
def publisher(graph):
    # The type is known only now: the node waits for it.
    publisher = graph.node.create_publisher(HbmMsg480P, TOPIC, 10)
    wait_until(lambda: publisher.get_subscription_count() > 0, f"a subscriber on {TOPIC}")
    return publisher


def hbmem_picture(index, kind=HbmMsg480P, encoding="nv12", **fields):
    source = nv12_picture(WIDTH, HEIGHT).data
    message = kind(index=index, height=HEIGHT, width=WIDTH, step=WIDTH, data_size=len(source))
    message.encoding = np.frombuffer(encoding.encode().ljust(12, b"\0"), np.uint8)
    message.data[: len(source)] = np.frombuffer(source, np.uint8)
    message.time_stamp.sec, message.time_stamp.nanosec = 100 + index, 5
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def send(publisher, results, index, **fields):
    """Publish until the result of the picture `index` arrives."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        publisher.publish(hbmem_picture(index, **fields))
        time.sleep(0.05)
        for result in results:
            if result.header.stamp.sec == 100 + index:
                return result
    raise AssertionError(f"no result for the picture {index}")


def test_a_picture_arrives_with_its_stamp_and_its_number_for_a_frame(graph, publisher, results):
    result = send(publisher, results, 7)
    assert b"".join(output.data.tobytes() for output in result.outputs[:2]) == nv12_picture(WIDTH, HEIGHT).data.tobytes()
    assert (result.header.stamp.sec, result.header.stamp.nanosec, result.header.frame_id) == (107, 5, "7")


def test_bad_pictures_are_dropped_with_the_cause(graph, publisher, results):
    send(publisher, results, 20)
    bad = {
        "data_size": hbmem_picture(21, data_size=10**7),
        "unknown picture encoding 'h264'": hbmem_picture(22, encoding="h264"),
        "nothing": hbmem_picture(23, data_size=0),
        "cut": hbmem_picture(24, data_size=1000),
        "sides": hbmem_picture(25, width=0),
        "no name": hbmem_picture(26, encoding="\xff" * 6),
    }
    for message in bad.values():
        publisher.publish(message)
    send(publisher, results, 30)
    assert not [result for result in results if 121 <= result.header.stamp.sec <= 126]
    wait_until(lambda: any("'h264'" in text and "nv12" in text for text in graph.warnings()), "a warning about h264")


def test_another_size_of_the_same_family_is_followed(graph, publisher, results):
    from graph import Graph

    graph.node.destroy_publisher(publisher)
    with Graph() as other:
        larger = other.node.create_publisher(HbmMsg540P, TOPIC, 10)
        wait_until(lambda: larger.get_subscription_count() > 0, f"a subscriber on {TOPIC}")
        result = None
        deadline = time.monotonic() + 20
        while result is None and time.monotonic() < deadline:
            larger.publish(hbmem_picture(50, kind=HbmMsg540P))
            time.sleep(0.05)
            result = next((each for each in results if each.header.stamp.sec == 150), None)
    assert result is not None


def test_the_room_for_the_picture_is_that_of_the_installed_package():
    assert MESSAGE_TYPES["hbm_img_msgs/msg/HbmMsg480P"].capacity_bytes == HbmMsg480P().data.size
    with pytest.raises(_wire.WireError, match="data"):
        _wire.parse_hbmem_image(b"\0\1\0\0" + bytes(44), 100)
