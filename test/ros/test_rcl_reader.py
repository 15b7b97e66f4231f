# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages that are taken and published through rcl, on real subscriptions and publishers of rclpy."""

import gc
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import rclpy
from graph import wait_until
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import String, UInt32

from hbm_runtime_ros import _rcl

PATIENCE_S = 20


@pytest.fixture
def node(context, request):
    node = rclpy.create_node("reader_test", context=context)
    yield node
    node.destroy_node()


def quality(depth=1, reliability=ReliabilityPolicy.RELIABLE):
    return QoSProfile(depth=depth, reliability=reliability)


class Topic:
    """A publisher, a subscription and what reads from it."""

    def __init__(self, node, qos=None, depth=None, name="topic", kind=UInt32, publisher_node=None):
        qos = qos or quality()
        self.node = node
        # Each its own topic: one of an earlier test may still be known to the middleware.
        self.name = f"{name}_{time.monotonic_ns()}"
        self.subscription = node.create_subscription(kind, self.name, lambda _: None, qos, raw=True)
        self.reader = _rcl.TopicReader(self.subscription, depth or qos.depth)
        self.publisher = (publisher_node or node).create_publisher(kind, self.name, quality(100))
        self.sent = 0
        wait_until(lambda: self.publisher.get_subscription_count() > 0, "the subscription")
        wait_until(lambda: self.subscription.get_publisher_count() > 0, "the publisher")

    def publish(self, *numbers):
        """Publish numbers and wait until all have arrived."""
        for number in numbers:
            self.publisher.publish(UInt32(data=number))
        self.sent += len(numbers)
        wait_until(lambda: self.reader.arrivals == self.sent, f"{self.sent} arrivals, not {self.reader.arrivals}")

    def consumer(self, waiter=None):
        return _rcl.Consumer(self.reader, waiter or _rcl.Waiter())


def number_in(message):
    return None if message is None else deserialize_message(bytes(message), UInt32).data


def run_in_thread(function):
    """Run it in a thread that has to end by itself."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    return thread


def join(thread):
    thread.join(PATIENCE_S)
    assert not thread.is_alive(), "the thread still waits"


def test_the_newest_message_wins_and_the_others_are_counted(node):
    topic = Topic(node)
    consumer = topic.consumer()
    topic.publish(1, 2, 3)
    assert number_in(consumer.take()) == 3
    assert consumer.skipped() == 2
    assert (consumer.take(), consumer.skipped()) == (None, 0)


def test_messages_that_arrive_while_nobody_takes_are_all_counted(node):
    topic = Topic(node)
    consumer = topic.consumer()
    topic.publish(*range(50))
    assert consumer.skipped() == 49
    assert number_in(consumer.take()) == 49


@pytest.mark.parametrize("reliability", [ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT])
def test_a_deeper_queue_delivers_in_order(node, reliability):
    topic = Topic(node, quality(10, reliability))
    consumer = topic.consumer()
    topic.publish(*range(10))
    assert [number_in(consumer.take()) for _ in range(11)] == [*range(10), None]
    assert consumer.skipped() == 0


def test_a_deeper_queue_counts_what_the_middleware_dropped(node):
    topic = Topic(node, quality(3))
    consumer = topic.consumer()
    topic.publish(*range(5))
    assert consumer.skipped() == 2
    assert [number_in(consumer.take()) for _ in range(4)] == [2, 3, 4, None]


def test_the_newest_message_wins_where_the_middleware_keeps_ten(node):
    topic = Topic(node, quality(10), depth=1)
    consumer = topic.consumer()
    topic.publish(1, 2, 3)
    assert number_in(consumer.take()) == 3
    assert consumer.skipped() == 2


def test_everything_is_delivered_where_the_middleware_keeps_all(node):
    topic = Topic(node, QoSProfile(history=HistoryPolicy.KEEP_ALL), depth=100)
    consumer = topic.consumer()
    topic.publish(*range(30))
    assert [number_in(consumer.take()) for _ in range(30)] == list(range(30))


def test_a_message_that_was_sent_before_the_reader_came_is_delivered(node):
    qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = node.create_publisher(UInt32, "kept_topic", qos)
    publisher.publish(UInt32(data=7))
    reader = _rcl.TopicReader(node.create_subscription(UInt32, "kept_topic", lambda _: None, qos, raw=True), 1)
    waiter = _rcl.Waiter()
    consumer = _rcl.Consumer(reader, waiter)
    assert waiter.wait(PATIENCE_S)
    assert number_in(consumer.take()) == 7


def test_two_consumers_share_one_take(node):
    topic = Topic(node)
    first, second = topic.consumer(), topic.consumer()
    topic.publish(1)
    views = [memoryview(consumer.take()) for consumer in (first, second)]
    assert views[0].obj is not views[1].obj
    assert len({np.frombuffer(view, np.uint8).ctypes.data for view in views}) == 1


def test_a_message_is_read_only_and_keeps_its_memory(node):
    topic = Topic(node, quality(10))
    consumer = topic.consumer()
    topic.publish(*range(10))
    views = [memoryview(consumer.take()) for _ in range(10)]
    assert [number_in(view) for view in views] == list(range(10))
    assert views[0].readonly
    topic.reader.close()
    del topic, consumer
    assert [number_in(view) for view in views] == list(range(10))


def test_the_memory_of_messages_is_used_again(node):
    topic = Topic(node)
    consumer = topic.consumer()
    addresses = set()
    for number in range(10):
        topic.publish(number)
        message = consumer.take()
        addresses.add(np.frombuffer(message, np.uint8).ctypes.data)
        del message
    assert len(addresses) <= 2


def test_times_of_arrival_are_on_the_clock_of_perf_counter(node):
    topic = Topic(node)
    consumer = topic.consumer()
    assert (topic.reader.last_arrival_ns, consumer.waiting_since_ns) == (0, 0)
    before_ns = time.perf_counter_ns()
    topic.publish(1)
    waiting_ns = consumer.waiting_since_ns
    assert before_ns < waiting_ns == topic.reader.last_arrival_ns < time.perf_counter_ns()
    message = consumer.take()
    assert (message.arrived_ns, message.loaned) == (waiting_ns, False)
    assert consumer.waiting_since_ns == 0


def test_a_wait_ends_when_a_message_arrives(node):
    topic = Topic(node)
    waiter = _rcl.Waiter()
    consumer = topic.consumer(waiter)
    received = []

    def serve():
        while not received:
            assert waiter.wait(PATIENCE_S)
            if (message := consumer.take()) is not None:
                received.append(number_in(message))

    thread = run_in_thread(serve)
    topic.publish(5)
    join(thread)
    assert received == [5]


def test_a_wait_ends_after_its_time_and_at_a_wake(node):
    waiter = _rcl.Waiter()
    assert not waiter.wait(0.01)
    assert not waiter.wait(-1)
    waiter.wake()
    assert waiter.wait()
    thread = run_in_thread(waiter.wait)
    waiter.wake()
    join(thread)


def test_one_waiter_serves_several_topics(node):
    topics = [Topic(node), Topic(node)]
    waiter = _rcl.Waiter()
    consumers = [topic.consumer(waiter) for topic in topics]
    for index, topic in enumerate(topics):
        topic.publish(index)
        assert waiter.wait(PATIENCE_S)
        assert [number_in(consumer.take()) for consumer in consumers] == [index if i == index else None for i in (0, 1)]
    assert not waiter.wait(0)


def test_a_wait_does_not_hold_the_gil(node):
    waiter = _rcl.Waiter()
    thread = run_in_thread(lambda: waiter.wait(PATIENCE_S))
    for _ in range(100):
        time.sleep(0)
    assert thread.is_alive()
    waiter.wake()
    join(thread)


def test_a_subscription_that_is_destroyed_under_a_wait_stays_until_the_reader_closes(node):
    topic = Topic(node)
    waiter = _rcl.Waiter()
    consumer = topic.consumer(waiter)
    thread = run_in_thread(waiter.wait)
    node.destroy_subscription(topic.subscription)
    topic.publish(3)
    join(thread)
    assert number_in(consumer.take()) == 3
    thread = run_in_thread(waiter.wait)
    topic.reader.close()
    join(thread)
    wait_until(lambda: topic.publisher.get_subscription_count() == 0, "an end of the subscription")
    assert consumer.take() is None


def test_a_closed_reader_and_a_closed_consumer_deliver_nothing(node):
    topic = Topic(node)
    consumer, other = topic.consumer(), topic.consumer()
    topic.publish(1)
    other.close()
    other.close()
    assert other.take() is None
    topic.reader.close()
    topic.reader.close()
    assert (consumer.take(), consumer.waiting_since_ns, consumer.skipped()) == (None, 0, 0)
    assert topic.reader.arrivals == 1


def test_a_context_that_is_shut_down_elsewhere_ends_nothing_but_the_messages(context, node):
    topic = Topic(node)
    waiter = _rcl.Waiter()
    consumer = topic.consumer(waiter)
    publisher = _rcl.MessagePublisher(topic.publisher)
    thread = run_in_thread(waiter.wait)
    context.shutdown()
    publisher.publish(serialize_message(UInt32(data=1)))
    assert consumer.take() is None
    waiter.wake()
    join(thread)
    topic.reader.close()
    publisher.close()


PARTS = ("reader", "consumer", "waiter", "message", "node")


@pytest.mark.parametrize("turn", range(len(PARTS)), ids=[f"{part} first" for part in PARTS])
@pytest.mark.parametrize("step", [1, -1])
def test_everything_may_be_dropped_in_any_order(context, turn, step):
    node = rclpy.create_node("reader_test", context=context)
    waiter = _rcl.Waiter()
    topic = Topic(node)
    parts = {"node": node, "waiter": waiter, "consumer": topic.consumer(waiter), "reader": topic.reader}
    topic.publish(1)
    parts["message"] = parts["consumer"].take()
    del topic, node, waiter
    for index in range(len(PARTS)):
        part = parts.pop(PARTS[(turn + step * index) % len(PARTS)])
        if isinstance(part, rclpy.node.Node):
            part.destroy_node()
        del part
        gc.collect()


def test_two_nodes_of_one_process_read_for_themselves(context, node):
    other = rclpy.create_node("other_reader_test", context=context)
    topics = [Topic(node), Topic(other)]
    consumers = [topic.consumer() for topic in topics]
    topics[0].publish(1)
    topics[1].publish(2)
    other.destroy_node()
    topics[0].publish(3)
    assert [number_in(consumer.take()) for consumer in consumers] == [3, 2]


@pytest.fixture
def other_node():
    """A node of another program, as far as the middleware knows."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("camera", context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


def test_a_publisher_that_restarts_with_another_type_is_read_by_a_new_reader(node, other_node):
    topic = Topic(node, publisher_node=other_node)
    consumer = topic.consumer()
    topic.publish(1)
    other_node.destroy_publisher(topic.publisher)
    topic.reader.close()
    assert consumer.take() is None
    node.destroy_subscription(topic.subscription)
    texts = other_node.create_publisher(String, topic.name, quality())
    reader = _rcl.TopicReader(node.create_subscription(String, topic.name, lambda _: None, quality(), raw=True), 1)
    consumer = _rcl.Consumer(reader, _rcl.Waiter())
    wait_until(lambda: texts.get_subscription_count() > 0, "a match")
    texts.publish(String(data="text"))
    wait_until(lambda: reader.arrivals > 0, "an arrival")
    assert deserialize_message(bytes(consumer.take()), String).data == "text"


def test_what_is_published_is_what_rclpy_publishes(node):
    topic = Topic(node)
    consumer = topic.consumer()
    publisher = _rcl.MessagePublisher(topic.publisher)
    payload = serialize_message(UInt32(data=9))
    for count, message in enumerate((payload, bytearray(payload), memoryview(payload)), 1):
        publisher.publish(message)
        wait_until(lambda count=count: topic.reader.arrivals == count, "an arrival")
        assert bytes(consumer.take()) == payload
    with pytest.raises((TypeError, ValueError)):
        publisher.publish(memoryview(payload)[::2])
    publisher.close()
    publisher.close()
    with pytest.raises(RuntimeError, match="closed"):
        publisher.publish(payload)


def test_a_publisher_that_is_destroyed_meanwhile_still_publishes(node):
    topic = Topic(node)
    publisher = _rcl.MessagePublisher(topic.publisher)
    node.destroy_publisher(topic.publisher)
    publisher.publish(serialize_message(UInt32(data=9)))
    wait_until(lambda: topic.reader.arrivals == 1, "an arrival")


def test_a_destroyed_subscription_is_refused(node):
    subscription = node.create_subscription(UInt32, "gone", lambda _: None, 1, raw=True)
    node.destroy_subscription(subscription)
    with pytest.raises(Exception, match="destruction"):
        _rcl.TopicReader(subscription, 1)


def test_a_depth_below_one_is_refused(node):
    subscription = node.create_subscription(UInt32, "any", lambda _: None, 1, raw=True)
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        _rcl.TopicReader(subscription, 0)


def test_threads_of_two_models_receive_or_count_every_message_while_one_is_reloaded(node):
    topic = Topic(node, quality(1, ReliabilityPolicy.BEST_EFFORT))
    waiters = [_rcl.Waiter(), _rcl.Waiter()]
    consumers = [topic.consumer(waiter) for waiter in waiters]
    received = [0, 0]
    ended = threading.Event()

    def serve(index):
        while not ended.is_set():
            waiters[index].wait(PATIENCE_S)
            if consumers[index].take() is not None:
                received[index] += 1

    def reload():
        while not ended.is_set():
            consumer = topic.consumer(waiters[0])
            consumer.take()
            consumer.close()

    threads = [run_in_thread(lambda index=index: serve(index)) for index in range(2)] + [run_in_thread(reload)]
    for number in range(300):
        topic.publisher.publish(UInt32(data=number))
        time.sleep(0.001)
    wait_until(lambda: all(consumer.waiting_since_ns == 0 for consumer in consumers), "the last message")
    ended.set()
    for waiter in waiters:
        waiter.wake()
    for thread in threads:
        join(thread)
    assert [received[i] + consumers[i].skipped() for i in range(2)] == [topic.reader.arrivals] * 2


EXIT = """
import threading
import time

import rclpy
from std_msgs.msg import UInt32
from rclpy.serialization import serialize_message
from hbm_runtime_ros import _rcl

rclpy.init()
node = rclpy.create_node("exit_test")
subscription = node.create_subscription(UInt32, "exit", lambda _: None, 1, raw=True)
reader = _rcl.TopicReader(subscription, 1)
waiter = _rcl.Waiter()
consumer = _rcl.Consumer(reader, waiter)
publisher = _rcl.MessagePublisher(node.create_publisher(UInt32, "exit", 1))
payload = serialize_message(UInt32(data=1))


def wait():
    while True:
        waiter.wait()
        consumer.take()


def publish():
    while True:
        publisher.publish(payload)
        waiter.wake()


for target in (wait, wait, publish):
    threading.Thread(target=target, daemon=True).start()
time.sleep(0.3)
"""


@pytest.mark.parametrize("end", ["", "rclpy.shutdown()", "node.destroy_node(); rclpy.shutdown()", "raise SystemExit(0)"])
def test_a_program_ends_quietly_while_daemon_threads_wait_take_and_publish(end):
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", EXIT + end],
            cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (run.returncode, run.stderr) == (0, "")
