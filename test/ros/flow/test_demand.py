# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether results are wanted is known on every distribution: where publishers tell it, and where they have to be asked."""

import pytest
import rclpy
from graph import wait_until
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import Empty

from hbm_runtime_ros import distribution
from hbm_runtime_ros.demand import Demand

TELLING = pytest.param(True, marks=pytest.mark.skipif(not distribution.PUBLISHER_TELLS_MATCHES, reason="Humble"))


@pytest.fixture
def context():
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    context.try_shutdown()


@pytest.mark.parametrize("publisher_tells", [TELLING, False])
def test_subscribers_that_come_and_go_are_noticed(monkeypatch, context, publisher_tells):
    monkeypatch.setattr(distribution, "PUBLISHER_TELLS_MATCHES", publisher_tells)
    node, other = (rclpy.create_node(name, context=context) for name in ("asked", "asking"))
    seen = []
    demand = Demand(node, lambda: seen.append(demand.exists))
    publisher = node.create_publisher(Empty, "wanted", 1, event_callbacks=demand.event_callbacks())
    demand.follow(publisher)
    assert not demand.exists
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
    demand.stop()
    assert not demand.exists
    executor.shutdown()
