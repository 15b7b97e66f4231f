# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node gives when its models get more frames than they can take: throughput, age, and an ear for parameters."""

import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from graph import Graph, nv12_picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess

pytestmark = pytest.mark.alone

TOPIC = "/image"


@pytest.fixture(scope="module")
def latency_ms(tmp_path_factory):
    """An inference that is long beside everything else that this machine does for a frame."""
    folder = tmp_path_factory.mktemp("quick")
    write_models(folder / "models.hbm", echo_model("quick", latency_us=100))
    times_ms = []
    quick = {"file": "models.hbm", "input_topic": TOPIC, "reliability": "reliable"}
    picture = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
    with NodeProcess(folder, {"models": ["quick"], "quick": quick}), Graph() as graph:
        results = graph.results("/hbm_inference/quick/result")
        while not results:  # until both sides know each other
            graph.publish(TOPIC, picture)
            time.sleep(0.1)
        time.sleep(0.5)
        for _ in range(20):
            before, started_s = len(results), time.monotonic()
            graph.publish(TOPIC, picture)
            wait_until(lambda before=before: len(results) > before, "a result")
            times_ms.append((time.monotonic() - started_s) * 1000)
    return max(50, 3 * round(np.percentile(times_ms, 90)))


@pytest.fixture(scope="module")
def graph(tmp_path_factory, latency_ms):
    folder = tmp_path_factory.mktemp("load")
    write_models(folder / "models.hbm", *(echo_model(name, latency_ms * 1000) for name in ("left", "right")))
    groups = {
        name: {"file": "models.hbm", "model_name": name, "input_topic": TOPIC, "bpu_cores": [core]}
        for core, name in enumerate(("left", "right"))
    }
    with NodeProcess(folder, {"models": list(groups), **groups}), Graph() as graph:
        yield graph


@contextmanager
def camera(graph, latency_ms):
    """Publish pictures at three times what one model can take."""
    period_s = latency_ms / 3 / 1000
    stop = threading.Event()
    picture = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)

    def publish():
        due_s = time.monotonic()
        while not stop.is_set():
            graph.publish(TOPIC, picture)
            due_s += period_s
            time.sleep(max(0.0, due_s - time.monotonic()))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_two_models_on_two_cores_are_nearly_twice_as_fast_as_on_one(graph, latency_ms):
    results = [graph.results(f"/hbm_inference/{name}/result") for name in ("left", "right")]

    def results_of(inferences):
        time.sleep(10 * latency_ms / 1000)
        before = sum(map(len, results))
        time.sleep(inferences * latency_ms / 1000)
        return sum(map(len, results)) - before

    with camera(graph, latency_ms):
        wait_until(lambda: all(results), "results of both models")
        on_two_cores = results_of(60)
        assert graph.set_parameters({"right.bpu_cores": [0]})[0].successful
        on_one_core = results_of(60)
        assert graph.set_parameters({"right.bpu_cores": [1]})[0].successful
    assert on_two_cores / on_one_core > 1.8


def test_results_stay_young_and_parameters_answer_at_three_times_the_capacity(graph, latency_ms):
    inferences = 160
    ages_ms, answers_ms = [], []
    results = graph.results("/hbm_inference/left/result")
    with camera(graph, latency_ms):
        wait_until(lambda: bool(results), "a result")
        results.clear()
        end_s = time.monotonic() + inferences * latency_ms / 1000
        while time.monotonic() < end_s:
            started_s = time.monotonic()
            assert graph.set_parameters({"left.priority": len(answers_ms) % 100})[0].successful
            answers_ms.append((time.monotonic() - started_s) * 1000)
            time.sleep(2 * latency_ms / 1000)
    for result in results:
        sent_ns = result.header.stamp.sec * 1_000_000_000 + result.header.stamp.nanosec
        ages_ms.append((result.timing.received_ns - sent_ns + result.timing.total_ns) / 1e6)
    assert len(ages_ms) > 0.8 * inferences
    assert np.median(ages_ms) < 2 * latency_ms + latency_ms / 3
    first, *_, last = np.array_split(ages_ms, 3)
    assert np.median(last) < 1.2 * np.median(first), "results grow older"
    # A client of the test's own needs its time to find the service, so the slowest tenth may be the client's.
    assert np.percentile(answers_ms, 90) < 4 * latency_ms
