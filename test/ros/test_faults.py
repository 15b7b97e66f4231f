# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What may happen to a topic or a model while threads wait, take or run: no thread ends, and every frame is counted once."""

import threading
import time

import cv2
import numpy as np
import pytest
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.msg import InferenceResult
from hbm_runtime_ros.srv import LoadModel, UnloadModel
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

QUICK_US, SLOW_US = 1000, 20_000
# Each on a topic of its own, but for those that share one.
MODELS = {
    "changing": QUICK_US,
    "overloaded": SLOW_US,
    "deep": SLOW_US,
    "lazy": QUICK_US,
    "first": QUICK_US,
    "second": QUICK_US,
    "fast": QUICK_US,
    "slow": SLOW_US,
}
SHARED = {"first": "/shared/image", "second": "/shared/image", "fast": "/pair/image", "slow": "/pair/image"}
DEPTH = 200


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    write_models(folder / "models.hbm", *(echo_model(name, latency_us) for name, latency_us in MODELS.items()))
    groups = {
        name: {
            "file": "models.hbm",
            "model_name": name,
            "input_topic": SHARED.get(name, f"/{name}/image"),
            "reliability": "reliable",
            "depth": 1 if name == "overloaded" else DEPTH,
            "lazy": name == "lazy",
        }
        for name in MODELS
    }
    with NodeProcess(folder, {"models": list(MODELS), "diagnostic_updater": {"period": 0.2}, **groups}) as process:
        yield process


class Camera:
    """Publishes pictures with stamps that increase, once everybody listens."""

    def __init__(self, graph, topic, kind=Image, listeners=1):
        self._graph = graph
        self._publisher = graph.node.create_publisher(kind, topic, QoSProfile(depth=1000))
        self.stamps = []
        wait_until(lambda: self._publisher.get_subscription_count() >= listeners, f"a subscription to {topic}")

    def send(self, message):
        message.header.stamp = self._graph.node.get_clock().now().to_msg()
        self.stamps.append(message.header.stamp)
        self._publisher.publish(message)

    def end(self):
        self._graph.node.destroy_publisher(self._publisher)


@pytest.fixture
def stream(good):
    """Publishes in a thread of its own, until the test ends or stop() is called."""
    running, threads = threading.Event(), []

    def start(camera, period_s=0.002):
        def run():
            while not running.is_set():
                camera.send(good)
                time.sleep(period_s)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    def stop():
        running.set()
        for thread in threads:
            thread.join()

    start.stop = stop
    yield start
    stop()


def jpeg():
    _, data = cv2.imencode(".jpg", np.full((MODEL_HEIGHT, MODEL_WIDTH, 3), 128, np.uint8))
    message = CompressedImage(format="jpeg")
    message.data.frombytes(data.tobytes())
    return message


def change(graph, label):
    return graph.call(ChangeState, "change_state", transition=Transition(label=label)).success


def counted_since(diagnostics, model, before):
    counts = diagnostics.counts(model)
    return {key: counts[key] - before.get(key, 0) for key in counts if counts[key] != before.get(key, 0)}


def results_of(graph, model):
    return graph.results(f"/hbm_inference/{model}/result")


def stamps_of(results):
    return [result.header.stamp for result in results]


def test_the_type_of_a_topic_changes_while_a_thread_waits(graph, diagnostics, good):
    results, topic = results_of(graph, "changing"), "/changing/image"
    sent = []
    for kind, message in (
        (Image, good),
        (CompressedImage, jpeg()),
        (Image, nv12_picture(32, 24)),
        (CompressedImage, jpeg()),
    ):
        with Graph() as driver:  # one participant of DDS has one type for a topic
            camera = Camera(driver, topic, kind)
            for _ in range(5):
                camera.send(message)
            sent += camera.stamps
            wait_until(lambda: len(results) == len(sent), f"the results of {kind.__name__}")  # noqa: B023
    assert stamps_of(results) == sent
    assert diagnostics.counts("changing")["inferred"] == len(sent)


def test_frames_that_a_slow_model_skips_are_counted(graph, diagnostics, good):
    before = diagnostics.counts("overloaded")
    camera = Camera(graph, "/overloaded/image")
    for _ in range(200):
        camera.send(good)
        time.sleep(0.002)
    # Frames that DDS has to repeat on a busy machine may become available together: the middleware reports them as one.
    wait_until(lambda: counted_since(diagnostics, "overloaded", before).get("received", 0) >= 100, "most frames")
    time.sleep(0.5)
    counts = counted_since(diagnostics, "overloaded", before)
    assert counts["newer frame"] > counts["inferred"] > 0
    assert counts["inferred"] + counts["newer frame"] == counts["received"] <= 200
    camera.end()


def test_two_models_of_different_speed_on_one_topic_get_every_frame_in_order(graph, good):
    fast, slow = results_of(graph, "fast"), results_of(graph, "slow")
    camera = Camera(graph, "/pair/image")
    for _ in range(100):
        camera.send(good)
    wait_until(lambda: len(fast) == len(slow) == 100, "the results of both")
    assert stamps_of(fast) == stamps_of(slow) == camera.stamps
    camera.end()


def test_unloading_the_model_whose_callback_group_has_the_subscription_loses_nothing_for_the_other(
    graph, diagnostics, good, stream
):
    camera = Camera(graph, "/shared/image")
    results = results_of(graph, "second")
    before = diagnostics.counts("second")
    stream(camera)
    for _ in range(3):
        wait_until(lambda: len(results) > 20, "results")
        assert graph.call(UnloadModel, "unload_model", name="first", drain=True).success
        already = len(results)
        wait_until(lambda: len(results) > already + 20, "results after the first model was unloaded")  # noqa: B023
        assert graph.call(LoadModel, "load_model", name="first").success
    stream.stop()
    wait_until(lambda: len(results) == len(camera.stamps), "the last result")
    assert stamps_of(results) == camera.stamps
    assert counted_since(diagnostics, "second", before) == dict.fromkeys(("received", "inferred"), len(results))
    camera.end()


def test_frames_that_wait_when_a_model_is_deactivated_are_counted_as_stopped(graph, diagnostics, good):
    camera = Camera(graph, "/deep/image")
    before = diagnostics.counts("deep")
    for _ in range(50):
        camera.send(good)
    wait_until(lambda: diagnostics.values("deep")["queue age (ms)"] != "0.0", "frames that wait")
    assert change(graph, "deactivate")
    counts = counted_since(diagnostics, "deep", before)
    assert counts["received"] == 50
    assert counts["stopped"] == 50 - counts.get("inferred", 0) > 1
    assert change(graph, "activate")
    camera.end()


@pytest.mark.parametrize("model", ["deep", "overloaded", "changing"])
def test_deactivating_and_unloading_while_frames_arrive_leaves_a_model_that_works(graph, diagnostics, stream, model):
    results = results_of(graph, model)
    camera = Camera(graph, f"/{model}/image")
    stream(camera)
    for _ in range(3):
        assert change(graph, "deactivate")
        assert change(graph, "activate")
        seen = len(results)
        wait_until(lambda: len(results) > seen, "a result after the activation")  # noqa: B023
        assert graph.call(UnloadModel, "unload_model", name=model, drain=True).success
        assert graph.call(LoadModel, "load_model", name=model).success
        seen = len(results)
        wait_until(lambda: len(results) > seen, "a result after loading")  # noqa: B023
    stream.stop()
    assert diagnostics.counts(model)["inferred"] > 0, "diagnostics.counts() waits until nothing is in flight"
    camera.end()


def test_subscribers_that_come_and_go_leave_a_lazy_model_that_works(graph, diagnostics, stream, good):
    topic = "/hbm_inference/lazy/result"
    publisher = graph.node.create_publisher(Image, "/lazy/image", 10)
    running = threading.Event()

    def publish():
        while not running.is_set():
            publisher.publish(good)
            time.sleep(0.002)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        for _ in range(5):
            results = []
            subscription = graph.node.create_subscription(InferenceResult, topic, results.append, 10)
            wait_until(lambda: len(results) > 2, "results")  # noqa: B023
            graph.node.destroy_subscription(subscription)
            wait_until(lambda: publisher.get_subscription_count() == 0, "the end of the node's subscription")
    finally:
        running.set()
        thread.join()
    assert diagnostics.counts("lazy")["inferred"] > 0
    graph.node.destroy_publisher(publisher)


def test_no_thread_of_the_node_has_failed(node):
    assert "Traceback" not in node.output
