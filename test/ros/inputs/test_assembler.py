# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of topics as frames: in what a thread takes them, and what is left when a model stops."""

import time

import pytest
import rclpy
from graph import wait_until
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from hbm_runtime_ros import _rcl
from hbm_runtime_ros.group_threads import ModelCallbackGroup
from hbm_runtime_ros.inputs.assembler import FrameAssembler, TopicConsumer
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES
from hbm_runtime_ros.monitoring.counters import FrameCounters
from hbm_runtime_ros.monitoring.health import ThrottledLogger
from hbm_runtime_ros.parameters import SyncParameters

DEPTH = 10
IMAGE = MESSAGE_TYPES["sensor_msgs/msg/Image"]


class Topic:
    """A topic of this process with a publisher, and one consumer of it."""

    def __init__(self, node, name):
        self.group = ModelCallbackGroup()
        qos = QoSProfile(depth=DEPTH)
        # Each its own topic: one of an earlier test may still be known to the middleware.
        topic = f"{name}_{time.monotonic_ns()}"
        self._publisher = node.create_publisher(Image, topic, qos)
        subscription = node.create_subscription(Image, topic, print, qos, callback_group=self.group, raw=True)
        self._reader = _rcl.TopicReader(subscription, DEPTH)
        self.consumer = TopicConsumer(name, name[1:], ["raw"], qos, self.group)
        self.consumer.connect(IMAGE, self._reader, qos)
        wait_until(lambda: self._publisher.get_subscription_count() == 1, "the subscription")
        wait_until(lambda: subscription.get_publisher_count() == 1, "the publisher")

    def send(self, *messages):
        expected = self._reader.arrivals + len(messages)
        for message in messages:
            self._publisher.publish(message)
        wait_until(lambda: self._reader.arrivals == expected, "the messages")


@pytest.fixture
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("assembler", context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def make_assembler():
    def make(names=("",), **sync):
        return FrameAssembler("m", names, SyncParameters(**sync), DEPTH, FrameCounters(), ThrottledLogger(print))

    return make


def test_a_message_without_a_byte_is_a_frame_as_every_other_one(node, make_assembler):
    topic, frames = Topic(node, "/image"), make_assembler()
    frames.open([topic.consumer])
    topic.send(b"", Image())
    assert len(frames.take()[0].data) == 0
    assert len(frames.take()[0].data) > 0
    assert frames.take() is None


def test_every_message_that_was_not_taken_is_left_when_the_consumer_is_disconnected(node):
    topic = Topic(node, "/image")
    topic.send(*[Image()] * 6)
    assert topic.consumer.take() is not None
    topic.consumer.disconnect()
    assert topic.consumer.left == 5
    topic.consumer.disconnect()
    assert topic.consumer.left == 5
    assert topic.consumer.take() is None


def test_a_new_subscription_does_not_change_since_when_a_topic_is_silent(node):
    topic = Topic(node, "/image")
    subscribed_s = topic.consumer.last_message_s
    topic.send(Image())
    arrived_s = topic.consumer.last_message_s
    assert arrived_s > subscribed_s
    topic.consumer.disconnect()
    assert topic.consumer.last_message_s == arrived_s


def test_messages_beyond_the_depth_are_counted_once(node):
    topic = Topic(node, "/image")
    topic.send(*[Image()] * (DEPTH + 3))
    assert topic.consumer.skipped() == 3
    topic.consumer.disconnect()
    assert topic.consumer.left == DEPTH


def test_frames_that_are_complete_when_the_model_stops_are_counted_and_not_taken_later(node, make_assembler):
    left, right, frames = Topic(node, "/left"), Topic(node, "/right"), make_assembler(("left", "right"))
    right.send(Image())
    frames.open([right.consumer, left.consumer])
    left.send(Image())
    assert frames.take() is None, "the first topic had nothing when the second one completed"
    right.send(*[Image()] * 3)
    assert frames.take() is not None
    assert frames.has_frame
    assert frames.close() == 2
    assert not frames.has_frame
    assert frames.take() is None
    assert frames.close() == 0
