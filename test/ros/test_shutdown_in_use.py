# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The end of the node's process, or of the context in a program that contains the node, in everything that a model may do."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from graph import Graph, wait_until
from hbm_runtime_ros.srv import UnloadModel
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from model_packages import echo_model, write_models, write_parameters
from node_process import NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image
from shared_memory import SharedMemory

PROGRAM = Path(__file__).with_name("guest_program.py")
TOPIC = "/echo/image"


def parameters(lazy=False, timeout_ms=0):
    group = {"file": "models.hbm", "input_topic": TOPIC, "reliability": "reliable", "depth": 50}
    return {"models": ["echo"], "echo": {**group, "lazy": lazy, "timeout_ms": timeout_ms}}


@pytest.fixture
def folder(tmp_path):
    write_models(tmp_path / "models.hbm", echo_model(latency_us=20_000))
    return tmp_path


class Program:
    """The node in a program of somebody else. Has the interface of NodeProcess as far as it is used here."""

    def __init__(self, folder, values, **env):
        file = write_parameters(folder / "guest.yaml", **values)
        self._log = folder / "guest.log"
        command = [sys.executable, PROGRAM, "--ros-args", "--params-file", file]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env={**os.environ, **env}
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()

    @property
    def output(self):
        return self._log.read_text()


@contextlib.contextmanager
def publishing(graph, message):
    """Publish faster than the model runs."""
    publisher = graph.node.create_publisher(type(message), TOPIC, QoSProfile(depth=10))
    stopped = threading.Event()

    def publish():
        while not stopped.is_set():
            message.header.stamp = graph.node.get_clock().now().to_msg()
            publisher.publish(message)
            time.sleep(0.002)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def result_arrives(graph):
    results = graph.results("/hbm_inference/echo/result")
    wait_until(lambda: len(results) > 3, "results")
    return results


@contextlib.contextmanager
def waits_for_frames(graph, good):
    publisher = graph.node.create_publisher(Image, TOPIC, 10)
    wait_until(lambda: publisher.get_subscription_count() == 1, "the node's subscription")
    yield


@contextlib.contextmanager
def frames_arrive(graph, good):
    with publishing(graph, good):
        result_arrives(graph)
        yield


@contextlib.contextmanager
def the_type_of_the_topic_changes(graph, good):
    with publishing(graph, good):
        result_arrives(graph)
    with Graph() as other, publishing(other, CompressedImage(format="jpeg")):
        yield


@contextlib.contextmanager
def is_inactive(graph, good):
    with publishing(graph, good):
        result_arrives(graph)
        assert graph.call(ChangeState, "change_state", transition=Transition(label="deactivate")).success
        yield


@contextlib.contextmanager
def is_unloaded(graph, good):
    with publishing(graph, good):
        result_arrives(graph)
        assert graph.call(UnloadModel, "unload_model", name="echo", drain=True).success
        yield


@contextlib.contextmanager
def has_lost_its_subscribers(graph, good):
    with publishing(graph, good):
        with Graph() as other:
            result_arrives(other)
        yield


@contextlib.contextmanager
def waits_for_a_device_that_hangs(graph, good):
    with publishing(graph, good):
        time.sleep(1)
        yield


SITUATIONS = {
    waits_for_frames: {},
    frames_arrive: {},
    the_type_of_the_topic_changes: {},
    is_inactive: {},
    is_unloaded: {},
    has_lost_its_subscribers: {"lazy": True},
    waits_for_a_device_that_hangs: {"timeout_ms": 200},
}
situations = pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)


@contextlib.contextmanager
def in_situation(situation, kind, folder, good):
    """Yield a program that is in `situation`. At the end of the context it must have ended and left nothing behind."""
    hangs = situation is waits_for_a_device_that_hangs
    env = {"HBM_SIM_FAULTS": "hbUCPWaitTaskDone:hang=1"} if hangs else {}
    memory = SharedMemory()
    with kind(folder, parameters(**SITUATIONS[situation]), **env) as program:
        wait_until(lambda: "loaded in" in program.output, "the start")
        memory.look(program.process.pid)
        with Graph() as graph, situation(graph, good):
            yield program
            assert program.process.wait(20) == 0, program.output
        assert "Traceback" not in program.output
        assert "[ERROR]" not in program.output
        assert not memory.left()


@situations
def test_a_signal_ends_the_node_while_its_model(folder, good, situation):
    with in_situation(situation, NodeProcess, folder, good) as node:
        node.process.send_signal(signal.SIGINT)


@situations
def test_a_program_that_shuts_its_context_down_ends_while_the_model_of_its_node(folder, good, situation):
    with in_situation(situation, Program, folder, good) as program:
        program.process.stdin.write(b"\n")
        program.process.stdin.flush()


@situations
def test_a_signal_that_rclpy_handles_ends_a_program_while_the_model_of_its_node(folder, good, situation):
    with in_situation(situation, Program, folder, good) as program:
        program.process.send_signal(signal.SIGINT)
