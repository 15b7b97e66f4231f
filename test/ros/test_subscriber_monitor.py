# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Subscribers of a result are noticed on every distribution: with an event of the publisher, and by polling."""

import pytest
import rclpy
from graph import wait_until
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import Empty

from hbm_runtime_ros import compat
from hbm_runtime_ros.results import SubscriberMonitor

HAS_EVENT = pytest.param(True, marks=pytest.mark.skipif(not compat.PUBLISHER_HAS_MATCHED_EVENT, reason="Humble"))


@pytest.mark.parametrize("has_event", [HAS_EVENT, False])
def test_subscribers_that_come_and_go_are_noticed(monkeypatch, context, has_event):
    monkeypatch.setattr(compat, "PUBLISHER_HAS_MATCHED_EVENT", has_event)
    node, other = (rclpy.create_node(name, context=context) for name in ("asked", "asking"))
    seen = []
    monitor = SubscriberMonitor(node, lambda: seen.append(monitor.any))
    publisher = node.create_publisher(Empty, "wanted", 1, event_callbacks=monitor.event_callbacks())
    monitor.follow(publisher)
    assert not monitor.any
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def last_is(wanted):
        executor.spin_once(timeout_sec=0.01)
        return bool(seen) and seen[-1] == wanted

    for _ in range(2):
        subscription = other.create_subscription(Empty, "wanted", lambda _: None, 1)
        wait_until(lambda: last_is(True), "a subscriber")
        other.destroy_subscription(subscription)
        wait_until(lambda: last_is(False), "no subscriber")
    monitor.forget(publisher)
    assert not monitor.any
    executor.shutdown()
