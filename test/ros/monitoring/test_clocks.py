# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clocks that are simulated, that stop and that jump: no model is stuck, and each is logged."""

import time

import pytest
from graph import Graph, nv12_picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

START_S = 1_000_000


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clocks")
    write_models(folder / "models.hbm", echo_model())
    aged = {"file": "models.hbm", "input_topic": "/aged/image", "max_age_ms": 1000, "reliability": "reliable", "depth": 50}
    with NodeProcess(folder, {"models": ["aged"], "use_sim_time": True, "aged": aged}), Graph() as graph:
        yield graph


@pytest.fixture(scope="module")
def clock(graph):
    publisher = graph.node.create_publisher(Clock, "/clock", 10)

    def set_clock(seconds):
        message = Clock()
        message.clock.sec = seconds
        wait_until(lambda: publisher.get_subscription_count() > 0, "the node's subscription to /clock")
        for _ in range(3):  # it is best effort
            publisher.publish(message)
            time.sleep(0.05)

    return set_clock


@pytest.fixture(scope="module")
def results(graph):
    return graph.results("/hbm_inference/aged/result")


@pytest.fixture(scope="module")
def send(graph):
    publisher = graph.node.create_publisher(Image, "/aged/image", 10)
    wait_until(lambda: publisher.get_subscription_count() > 0, "the node's subscription")
    message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)

    def send(stamp_s):
        message.header.stamp.sec = stamp_s
        publisher.publish(message)

    return send


def comes_out(results, send, stamp_s, patience_s=5.0):
    """Whether a frame with this stamp gives a result."""
    before = len(results)
    send(stamp_s)
    deadline = time.monotonic() + patience_s
    while len(results) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    return len(results) > before


def warnings_with(graph, text):
    return [warning for warning in graph.warnings() if text in warning]


def test_frames_run_while_the_simulated_clock_has_not_begun(graph, results, send):
    assert comes_out(results, send, START_S)
    (text,) = warnings_with(graph, "ahead of the node's clock")
    assert "nothing publishes /clock" in text


def test_the_age_of_frames_follows_the_simulated_clock(clock, results, send):
    clock(START_S)
    assert comes_out(results, send, START_S)
    assert comes_out(results, send, START_S - 1)
    assert not comes_out(results, send, START_S - 2, patience_s=0.5)


def test_after_a_jump_back_the_model_goes_on_and_it_is_warnings_with(graph, clock, results, send):
    clock(START_S - 3600)
    assert comes_out(results, send, START_S - 3600)
    assert comes_out(results, send, START_S), "a frame that seems to come from the future"
    wait_until(lambda: warnings_with(graph, "the clock has jumped back by 3600.000 s"), "a warning")


def test_after_a_jump_forward_old_frames_are_dropped_and_new_ones_run(graph, clock, results, send):
    clock(START_S + 3600)
    assert not comes_out(results, send, START_S, patience_s=0.5)
    assert comes_out(results, send, START_S + 3600)
    (text,) = warnings_with(graph, "set use_sim_time on both camera and node, or on neither")
    assert "aged.max_age_ms is 1000" in text


def test_repeated_jumps_are_not_repeated_warnings(graph, clock, results, send):
    for loop in range(4):
        clock(START_S + 7200)
        clock(START_S)
        assert comes_out(results, send, START_S), f"loop {loop}"
    assert len(warnings_with(graph, "the clock has jumped")) <= 3
