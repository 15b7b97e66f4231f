# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device that answers late or never, on one thread of a model or on both, and what can be done about the model then."""

import contextlib
import time

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostics_reader import DiagnosticsReader
from graph import Graph, wait_until
from hbm_runtime_ros.srv import ListModels, LoadModel, UnloadModel
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from model_packages import echo_model, write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

LATE_MS = 1500
TIMEOUT_MS = 200


@contextlib.contextmanager
def running(folder, fault, threads, timeout_ms=TIMEOUT_MS, faults=None):
    """Run a node whose device does `fault` to that many frames after the first one, or `faults`. Yields it and the graph."""
    for name in ("faulty", "healthy"):
        write_models(folder / f"{name}.hbm", echo_model(name))
    group = {"reliability": "reliable", "depth": 10}
    parameters = {
        "models": ["faulty", "healthy"],
        "faulty": {
            **group,
            "file": "faulty.hbm",
            "model_name": "faulty",
            "input_topic": "/faulty/image",
            "timeout_ms": timeout_ms,
        },
        "healthy": {**group, "file": "healthy.hbm", "model_name": "healthy", "input_topic": "/healthy/image"},
    }
    faults = faults or f"hbUCPWaitTaskDone:{fault}:model=faulty:after=1:count={threads}"
    with NodeProcess(folder, parameters, HBM_SIM_FAULTS=faults) as node, Graph() as graph:
        yield node, graph


class Model:
    def __init__(self, graph, name):
        self._graph = graph
        self.results = graph.results(f"/hbm_inference/{name}/result")
        self._publisher = graph.node.create_publisher(Image, f"/{name}/image", QoSProfile(depth=10))
        self.is_subscribed()

    def is_subscribed(self):
        wait_until(lambda: self._publisher.get_subscription_count() == 1, "the subscription")

    def send(self, message):
        message.header.stamp = self._graph.node.get_clock().now().to_msg()
        self._publisher.publish(message)
        return message.header.stamp

    def answers(self, message):
        """Publish a picture and wait for its result."""
        stamp = self.send(message)
        wait_until(lambda: stamp in [result.header.stamp for result in list(self.results)], "the result")


def fault_begins(graph, good, threads):
    """Let the faults begin. Return the model that has them."""
    model = Model(graph, "faulty")
    model.answers(good)
    for _ in range(threads):
        model.send(good)
    time.sleep(2 * TIMEOUT_MS / 1000)
    return model


def change(graph, label):
    return graph.call(ChangeState, "change_state", transition=Transition(label=label)).success


def states(graph):
    return {model.name: model.state for model in graph.call(ListModels, "list_models").models}


both = pytest.mark.parametrize("threads", [1, 2])


@both
@pytest.mark.parametrize("fault", ["hang=1", f"delay_ms={LATE_MS}"])
def test_a_model_whose_frames_timed_out_can_be_unloaded_and_loaded_again(tmp_path, good, fault, threads):
    with running(tmp_path, fault, threads) as (_, graph):
        model = fault_begins(graph, good, threads)
        assert graph.call(UnloadModel, "unload_model", name="faulty", drain=True, timeout_s=1.0).success
        assert states(graph) == {"healthy": "active"}
        assert graph.call(LoadModel, "load_model", name="faulty").success
        model.is_subscribed()
        model.answers(good)


@both
def test_a_model_that_waits_for_the_device_without_a_timeout_is_not_unloaded_and_continues(tmp_path, good, threads):
    with running(tmp_path, f"delay_ms={LATE_MS}", threads, timeout_ms=0) as (_, graph):
        model = fault_begins(graph, good, threads)
        answer = graph.call(UnloadModel, "unload_model", name="faulty", drain=True, timeout_s=0.1)
        assert not answer.success
        assert "still has frames in flight after 0.1 s" in answer.message
        assert states(graph)["faulty"] == "active"
        model.is_subscribed()
        model.answers(good)


@both
@pytest.mark.parametrize("timeout_ms", [0, TIMEOUT_MS])
def test_cleaning_up_does_not_wait_for_a_device_that_hangs_and_the_next_configuration_works(
    tmp_path, good, threads, timeout_ms
):
    with running(tmp_path, "hang=1", threads, timeout_ms) as (_, graph):
        model = fault_begins(graph, good, threads)
        for label in ("deactivate", "cleanup", "configure", "activate"):
            assert change(graph, label)
        model.is_subscribed()
        model.answers(good)
        healthy = Model(graph, "healthy")
        healthy.answers(good)


@both
def test_a_frame_from_before_the_cleanup_is_not_published_after_it(tmp_path, good, threads):
    with running(tmp_path, f"delay_ms={LATE_MS}", threads, timeout_ms=0) as (_, graph):
        model = fault_begins(graph, good, threads)
        for label in ("deactivate", "cleanup"):
            assert change(graph, label)
        time.sleep(0.3)  # a result may be on its way: cleaning up waits a moment for the frames in flight
        before = len(model.results)
        for label in ("configure", "activate"):
            assert change(graph, label)
        model.is_subscribed()
        model.answers(good)
        time.sleep(LATE_MS / 1000)
        assert len(model.results) == before + 1


@pytest.mark.parametrize(
    ("fault", "threads", "timeout_ms"),
    [
        ("hang=1", 1, 0),
        ("hang=1", 1, TIMEOUT_MS),
        ("hang=1", 2, 0),
        ("hang=1", 2, TIMEOUT_MS),
        (f"delay_ms={LATE_MS}", 2, TIMEOUT_MS),
    ],
)
def test_a_signal_ends_the_node(tmp_path, good, fault, threads, timeout_ms):
    with running(tmp_path, fault, threads, timeout_ms) as (node, graph):
        fault_begins(graph, good, threads)
        node.stop()
        assert node.process.returncode == 0
        assert "Traceback" not in node.output


def test_a_task_whose_release_hangs_is_reported_and_leaves_the_other_model_and_the_end_of_the_node(tmp_path, good):
    with running(tmp_path, "", 2, faults="hbUCPReleaseTask:hang=1:model=faulty:after=1") as (node, graph):
        faulty, healthy = Model(graph, "faulty"), Model(graph, "healthy")
        faulty.answers(good)
        diagnostics = DiagnosticsReader(graph)

        def is_reported():
            faulty.send(good)
            healthy.answers(good)
            return diagnostics.next()["model faulty"].level != DiagnosticStatus.OK

        wait_until(is_reported, "a report of the faulty model")
        assert diagnostics.next()["model healthy"].level == DiagnosticStatus.OK
        node.stop()
        assert node.process.returncode == 0
        assert "Traceback" not in node.output


@pytest.mark.parametrize(
    ("call", "fault"),
    [("load_model", "hbDNNInitializeFromFiles:hang=1:after=2"), ("unload_model", "hbDNNRelease:hang=1")],
)
def test_loading_or_unloading_that_hangs_leaves_the_other_model_and_the_end_of_the_node(tmp_path, good, call, fault):
    with running(tmp_path, "", 1, faults=fault) as (node, graph):
        healthy = Model(graph, "healthy")
        healthy.answers(good)
        kind = LoadModel if call == "load_model" else UnloadModel
        assert graph.call(UnloadModel, "unload_model", name="faulty").success
        if call == "load_model":
            client = graph.node.create_client(kind, "/hbm_inference/load_model")
            client.call_async(kind.Request(name="faulty"))
        for _ in range(10):
            healthy.answers(good)
        node.stop()
        assert node.process.returncode == 0
        assert "Traceback" not in node.output
