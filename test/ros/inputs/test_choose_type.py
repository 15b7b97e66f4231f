# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which type a topic is subscribed with."""

import pytest

from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, TRANSPORTS
from hbm_runtime_ros.inputs.subscription import choose_type

IMAGE, COMPRESSED, TENSORS = (
    "sensor_msgs/msg/Image",
    "sensor_msgs/msg/CompressedImage",
    "hbm_runtime_ros/msg/TensorList",
)


def chosen(topic="/image", transports=TRANSPORTS, published=(), current=None):
    message_type = choose_type(topic, transports, published, MESSAGE_TYPES.get(current))
    return message_type.type_name if message_type else None


@pytest.mark.parametrize("published", [IMAGE, COMPRESSED, TENSORS])
def test_the_type_of_the_publishers_is_taken(published):
    assert chosen(published=["std_msgs/msg/String", published]) == published
    assert chosen(published=[published], current=IMAGE) == published


@pytest.mark.parametrize(
    ("topic", "expected"),
    [("/image", IMAGE), ("/image/compressed", COMPRESSED), ("/compressed/image", IMAGE), ("/hbmem_img", None)],
)
def test_without_publishers_the_name_decides(topic, expected):
    assert chosen(topic) == expected


def test_without_publishers_a_model_without_pictures_takes_tensors():
    assert chosen(transports=["tensors"]) == TENSORS
    assert chosen("/x/compressed", transports=["tensors"]) == TENSORS


def test_a_transport_that_was_asked_for_is_not_given_up_for_what_is_published():
    assert chosen(transports=["raw"], published=[COMPRESSED]) == IMAGE


def test_a_type_that_somebody_still_publishes_is_kept():
    assert chosen(published=[IMAGE, COMPRESSED], current=COMPRESSED) == COMPRESSED


def test_a_type_stays_while_there_are_no_publishers():
    assert chosen(published=[], current=COMPRESSED) == COMPRESSED
    assert chosen(published=["std_msgs/msg/String"], current=COMPRESSED) == COMPRESSED


def test_a_type_that_a_new_consumer_cannot_take_is_changed():
    assert chosen(transports=["raw"], published=[COMPRESSED], current=COMPRESSED) == IMAGE


def test_only_a_publisher_shows_the_size_of_a_shared_memory_picture():
    assert chosen(transports=["hbmem"]) is None
