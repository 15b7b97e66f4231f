# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who listens when, with which QoS, and that a subscriber who does not keep up holds nobody else up."""

import time

import psutil
import pytest
import rclpy
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.msg import InferenceResult
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from model_packages import echo_model, write_models
from node_process import NodeProcess
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

MODELS = ("lazy", "plain", "over", "first", "second", "keeper")
CAMERA_HZ = 30


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qos")
    write_models(folder / "models.hbm", *(echo_model(name) for name in MODELS))
    groups = {name: {"file": "models.hbm", "model_name": name, "input_topic": f"/{name}/image"} for name in MODELS}
    groups["lazy"]["lazy"] = True
    groups["plain"] |= {"reliability": "reliable", "depth": 10}
    for name in ("first", "second"):
        groups[name]["input_topic"] = "/shared/image"
    groups["second"] |= {"reliability": "reliable", "depth": 3}
    overrides = {
        "/over/image": {"subscription": {"reliability": "reliable", "depth": 7, "durability": "transient_local"}},
        "/hbm_inference/over/result": {
            "publisher": {"reliability": "best_effort", "depth": 2, "durability": "transient_local"}
        },
        "/hbm_inference/keeper/result": {"publisher": {"history": "keep_all"}},
    }
    with NodeProcess(folder, {"models": list(MODELS), "qos_overrides": overrides, **groups}) as process:
        yield process


@pytest.fixture(scope="module")
def graph(node):
    with Graph() as graph:
        wait_until(lambda: graph.node.count_publishers("/hbm_inference/keeper/result") > 0, "the node")
        yield graph


def test_a_lazy_model_listens_only_while_somebody_listens_to_it(graph, good):
    camera = graph.node.create_publisher(Image, "/lazy/image", QoSProfile(depth=1))
    results = []
    for _ in range(2):
        time.sleep(0.3)
        assert camera.get_subscription_count() == 0
        results.clear()
        subscription = graph.node.create_subscription(
            InferenceResult, "/hbm_inference/lazy/result", results.append, QoSProfile(depth=10)
        )
        wait_until(lambda: (graph.publish("/lazy/image", good), time.sleep(0.02), results)[-1], "a result")
        graph.node.destroy_subscription(subscription)
        wait_until(lambda: camera.get_subscription_count() == 0, "the end of the node's subscription")


def test_a_lazy_model_follows_the_lifecycle_too(graph, good):
    def change_to(label):
        transition = Transition(id=getattr(Transition, f"TRANSITION_{label.upper()}"))
        assert graph.call(ChangeState, "change_state", transition=transition).success

    camera = graph.node.create_publisher(Image, "/lazy/image", QoSProfile(depth=1))
    change_to("deactivate")
    subscription = graph.node.create_subscription(
        InferenceResult, "/hbm_inference/lazy/result", lambda _: None, QoSProfile(depth=10)
    )
    time.sleep(0.3)
    assert camera.get_subscription_count() == 0
    change_to("activate")
    wait_until(lambda: camera.get_subscription_count() == 1, "the node's subscription")
    graph.node.destroy_subscription(subscription)
    wait_until(lambda: camera.get_subscription_count() == 0, "the end of the node's subscription")


def test_a_lazy_model_costs_next_to_nothing_while_a_camera_runs(node, graph):
    camera = graph.node.create_publisher(Image, "/lazy/image", QoSProfile(depth=1))
    picture = serialize_message(nv12_picture(1920, 1080))
    process = psutil.Process(node.process.pid)
    used_s, started_s = sum(process.cpu_times()[:2]), time.monotonic()
    for _ in range(2 * CAMERA_HZ):
        camera.publish(picture)
        time.sleep(1 / CAMERA_HZ)
    share = (sum(process.cpu_times()[:2]) - used_s) / (time.monotonic() - started_s)
    assert share < 0.1, "of a core; to receive the pictures alone takes more"


def test_qos_overrides_have_the_last_word(graph):
    (subscription,) = graph.node.get_subscriptions_info_by_topic("/over/image")
    assert subscription.qos_profile.reliability == ReliabilityPolicy.RELIABLE
    assert subscription.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert graph.get_parameter("qos_overrides./over/image.subscription.depth") == 7
    (publisher,) = graph.node.get_publishers_info_by_topic("/hbm_inference/over/result")
    assert publisher.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
    assert publisher.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert graph.get_parameter("qos_overrides./hbm_inference/over/result.publisher.depth") == 2


def test_models_with_their_own_qos_on_one_topic_keep_it(graph):
    offered = [info.qos_profile.reliability for info in graph.node.get_subscriptions_info_by_topic("/shared/image")]
    assert sorted(offered) == sorted([ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE])
    assert graph.get_parameter("qos_overrides./shared/image.subscription.reliability") == "best_effort"
    assert graph.get_parameter("qos_overrides./shared/image.subscription_reliable_3.depth") == 3


@pytest.mark.parametrize("model", ["plain", "keeper"])
def test_a_subscriber_that_reads_nothing_does_not_stall_the_model(graph, good, model):
    results = graph.results(f"/hbm_inference/{model}/result")
    graph.infer(f"/{model}/image", good, results)
    blocked = rclpy.create_node("blocked", context=graph.node.context)
    everything = QoSProfile(history=HistoryPolicy.KEEP_ALL, reliability=ReliabilityPolicy.RELIABLE)
    topic = f"/hbm_inference/{model}/result"
    subscription = blocked.create_subscription(InferenceResult, topic, lambda _: None, everything)
    wait_until(lambda: subscription.get_publisher_count() > 0, "the node's publisher")
    before, started = len(results), time.monotonic()
    for _ in range(500):
        graph.publish(f"/{model}/image", good)
        time.sleep(0.002)
    wait_until(
        lambda: results[-1].header.stamp == good.header.stamp or not graph.publish(f"/{model}/image", good), "the end"
    )
    took_s = time.monotonic() - started
    blocked.destroy_node()
    # What is not stalled keeps giving most of the results of a model that takes 1 ms.
    assert len(results) - before > 100
    assert took_s < 10


@pytest.mark.parametrize(
    ("entity", "policy", "value", "words"),
    [
        ("subscription", "reliability", "maybe", ("/a/image", "subscription", "maybe")),
        ("subscription", "depth", 0, ("/a/image", "depth must be at least 1, got 0")),
        ("publisher", "depth", "deep", ("/hbm_inference/a/result", "publisher", "INTEGER")),
    ],
)
def test_bad_overrides_are_named_at_the_start(tmp_path, entity, policy, value, words):
    write_models(tmp_path / "models.hbm", echo_model())
    topic = "/a/image" if entity == "subscription" else "/hbm_inference/a/result"
    parameters = {
        "models": ["a"],
        "a": {"file": "models.hbm", "input_topic": "/a/image"},
        "qos_overrides": {topic: {entity: {policy: value}}},
    }
    with NodeProcess(tmp_path, parameters) as node:
        assert node.process.wait(20) == 1
    (fatal,) = [line for line in node.output.splitlines() if "[FATAL]" in line]
    for word in words:
        assert word in fatal
    assert "report it" not in node.output


def test_a_lazy_model_that_cannot_subscribe_warns_and_leaves_the_others_alone(tmp_path, good):
    write_models(tmp_path / "models.hbm", echo_model("pictures"), echo_model("numbers"))
    group = {"file": "models.hbm", "input_topic": "/one", "reliability": "reliable"}
    parameters = {
        "models": ["pictures", "numbers"],
        "pictures": {**group, "model_name": "pictures", "transport": "raw"},
        "numbers": {**group, "model_name": "numbers", "transport": "tensors", "lazy": True},
    }
    with NodeProcess(tmp_path, parameters, name="conflict") as node, Graph("/conflict") as graph:
        wait_until(lambda: "/conflict/numbers/result" in node.output, "the activation")
        graph.results("/conflict/numbers/result")
        wait_until(lambda: "'numbers': no results, because it cannot subscribe" in node.output, "the warning")
        assert "'numbers.transport': conflicting types for /one" in node.output
        graph.infer("/one", good, graph.results("/conflict/pictures/result"))
