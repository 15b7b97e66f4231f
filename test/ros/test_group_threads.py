# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that serve one callback group in turn, and the order in which what they do ends."""

import threading
import time
from queue import SimpleQueue
from types import SimpleNamespace

import pytest
import rclpy
from graph import PATIENCE_S, wait_until
from rclpy.executors import MultiThreadedExecutor
from std_msgs.msg import Empty

from hbm_runtime_ros.group_threads import GroupThreads, InOrder, ModelCallbackGroup, NodeExecutor, run_on_executor
from hbm_runtime_ros.pipeline import InferencePipeline


class Items:
    """Items for the threads of a group; None ends them."""

    def __init__(self):
        self.queue = SimpleQueue()
        self.takers = []
        self._taken = SimpleQueue()

    def wait(self):
        item = self.queue.get()
        if item is None:
            self.queue.put(None)
            return False
        self._taken.put(item)
        return True

    def take(self):
        self.takers.append(threading.current_thread().name)
        return self._taken.get()


def test_the_thread_that_takes_an_item_works_on_it():
    items, workers = Items(), []
    threads = GroupThreads("m", items.wait, items.take, [lambda _: workers.append(threading.current_thread().name)] * 2)
    for number in range(100):
        items.queue.put(number)
    items.queue.put(None)
    assert threads.join(10)
    assert sorted(workers) == sorted(items.takers)


def test_a_thread_whose_item_another_one_took_waits_again():
    waits, ended = SimpleQueue(), []
    for answer in (True, True, False):
        waits.put(answer)
    threads = GroupThreads("m", waits.get, lambda: None, [ended.append])
    assert threads.join(10)
    assert ended == []


def test_one_thread_leads_while_another_works():
    items, working, finish = Items(), threading.Semaphore(0), threading.Event()

    def work(item):
        working.release()
        assert finish.wait(10)

    threads = GroupThreads("m", items.wait, items.take, [work, work])
    for number in range(2):
        items.queue.put(number)
        assert working.acquire(timeout=10)
    assert sorted(items.takers) == ["m-0", "m-1"]
    items.queue.put(2)
    time.sleep(0.05)
    assert len(items.takers) == 2, "nobody takes while all threads work"
    finish.set()
    items.queue.put(None)
    assert threads.join(10)


def test_join_returns_false_while_a_worker_hangs():
    items, finish = Items(), threading.Event()
    threads = GroupThreads("m", items.wait, items.take, [lambda _: finish.wait(10)])
    items.queue.put(0)
    items.queue.put(None)
    assert not threads.join(0.05)
    finish.set()
    assert threads.join(10)


def test_items_end_in_the_order_in_which_they_began():
    changed = threading.Condition()
    order = InOrder(changed)
    with changed:
        first, second = order.begin(), order.begin()
    ended = []

    def end_second():
        with order.turn(second):
            ended.append("second")

    late = threading.Thread(target=end_second)
    late.start()
    assert not order.wait_until_idle(0.05)
    with order.turn(first):
        ended.append("first")
    late.join(10)
    assert ended == ["first", "second"]
    assert order.wait_until_idle(0)


def test_an_item_that_fails_lets_the_next_one_end():
    changed = threading.Condition()
    order = InOrder(changed)
    with changed:
        first, second = order.begin(), order.begin()
    with pytest.raises(RuntimeError), order.turn(first):
        raise RuntimeError
    with order.turn(second):
        assert not order.wait_until_idle(0)
    assert order.wait_until_idle(0)


@pytest.fixture
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    yield rclpy.create_node("served", context=context)
    context.try_shutdown()


def test_no_executor_takes_from_a_model_callback_group(node):
    taken = []
    node.create_subscription(Empty, "topic", taken.append, 1, callback_group=ModelCallbackGroup())
    others = []
    node.create_subscription(Empty, "topic", others.append, 1)
    publisher = node.create_publisher(Empty, "topic", 1)
    executor = MultiThreadedExecutor(2, context=node.context)
    executor.add_node(node)

    def arrived():
        publisher.publish(Empty())
        executor.spin_once(timeout_sec=0.05)
        return len(others) >= 3

    wait_until(arrived, "messages of the other subscription")
    assert taken == []
    executor.shutdown()


def test_a_job_runs_on_the_executor_thread_and_returns_its_result(node):
    executor = NodeExecutor(node)
    executor.start()
    assert run_on_executor(node, lambda: threading.current_thread()) is executor.spinning.thread
    with pytest.raises(ValueError, match="of the job"):
        run_on_executor(node, lambda: int("of the job"))
    assert executor.stop(10)


def test_a_job_runs_in_place_where_no_executor_of_the_node_spins(node):
    assert run_on_executor(node, threading.current_thread) is threading.current_thread()
    executor = NodeExecutor(node)
    executor.start()
    assert executor.stop(10)
    assert run_on_executor(node, threading.current_thread) is threading.current_thread()


def test_slow_jobs_run_beside_the_executor_thread(node):
    executor = NodeExecutor(node)
    executor.start()
    names, finish = [], threading.Event()
    executor.run_slow(lambda: (names.append(threading.current_thread().name), finish.wait(10)))
    wait_until(lambda: bool(names), "the slow job")
    assert run_on_executor(node, lambda: 1) == 1
    finish.set()
    assert names == ["executor-slow"]
    assert executor.stop(10)


def test_a_thread_that_is_about_to_wait_when_a_pipeline_is_closed_ends_too():
    group = ModelCallbackGroup()
    waits, about_to_wait, closing = iter(range(2)), threading.Event(), threading.Event()

    def wait():
        if next(waits, None) == 0:
            about_to_wait.set()
            closing.wait(PATIENCE_S)
        return real.wait()

    real, group.waiter = group.waiter, SimpleNamespace(wait=wait)
    group.waiter.wake = lambda: (real.wake(), closing.set())
    frames = SimpleNamespace(has_frame=False, take=lambda: None)
    context = SimpleNamespace(name="model", group=group, scheduling=SimpleNamespace(tasks_at_once=2), clock=None, log=None)
    pipeline = InferencePipeline(context, frames, [SimpleNamespace(request=None)] * 2, SimpleNamespace(close=bool))
    assert about_to_wait.wait(PATIENCE_S)
    time.sleep(0.1)  # the other thread waits
    pipeline.end_threads()
    wait_until(lambda: not any(thread.name.startswith("model-") for thread in threading.enumerate()), "the end of both")
