# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics and the first log lines report of a running node."""

import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from graph import picture, wait_until
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess

from hbm_runtime_ros.monitoring.counters import STAGES

MODELS = ("good", "bad", "lazy", "off", "late")
LATENCY_US = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("diagnostics")
    write_models(folder / "models.hbm", *(echo_model(name, LATENCY_US) for name in MODELS))
    return folder


@pytest.fixture(scope="module")
def parameters():
    groups = {name: {"file": "models.hbm", "model_name": name, "input_topic": f"/{name}/image"} for name in MODELS}
    groups["lazy"]["lazy"] = True
    groups["off"]["enabled"] = False
    groups["good"] |= {"priority": 7, "result_topic": "/good_results"}
    return {"models": list(MODELS), "diagnostic_updater": {"period": 0.25}, **groups}


@pytest.fixture(scope="module")
def node(folder, parameters):
    with NodeProcess(folder, parameters) as node:
        yield node


def publish_for(graph, topic, message, seconds, period_s=0.04):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        graph.publish(topic, message)
        time.sleep(period_s)


def test_a_model_at_work_tells_rates_latencies_and_stages(graph, diagnostics, good):
    publish_for(graph, "/good/image", good, 2.0)
    publish_for(graph, "/good/image", good, 1.0)
    status = diagnostics._last["model good"]
    assert status.level == DiagnosticStatus.OK
    assert "results/s" in status.message
    assert status.hardware_id == "s600 (sim)"
    values = {item.key: item.value for item in status.values}
    # Of 25 pictures a second. A node or a camera that was kept waiting makes up for that within one status.
    assert 5 < float(values["results/s"]) < 250 and 5 < float(values["frames in/s"]) < 250
    p50, p99 = float(values["latency p50 (ms)"]), float(values["latency p99 (ms)"])
    assert LATENCY_US / 1000 <= p50 <= p99
    means = {stage: float(values[f"{stage} mean (ms)"]) for stage in STAGES}
    assert means["device"] == max(means.values())
    assert sum(means.values()) == pytest.approx(p50, rel=1)
    assert 0 < float(values["inferences at the device (mean)"]) < 2
    assert (values["priority"], values["bpu_cores"], values["result"]) == ("7", "[-1]", "/good_results")
    assert values["input"] == "/good/image"


def test_the_node_tells_backend_and_the_state_of_each_model(diagnostics):
    status = diagnostics.next()["node"]
    values = {item.key: item.value for item in status.values}
    assert (values["backend"], values["SoC"], values["BPU cores"]) == ("sim", "s600", "4")
    assert values["models"] == ", ".join(MODELS)
    assert "lazy: nobody subscribes to a topic of the model" in status.message and "off: disabled" in status.message
    assert status.level == DiagnosticStatus.OK


def test_a_model_that_gets_bad_frames_only_is_an_error_with_the_reason(graph, diagnostics):
    short = picture(np.zeros(100, np.uint8), MODEL_WIDTH, MODEL_HEIGHT, "bgr8", MODEL_WIDTH * 3)
    publish_for(graph, "/bad/image", short, 1.0)
    status = diagnostics._last["model bad"]
    assert status.level == DiagnosticStatus.ERROR
    assert "no results" in status.message and "picture" in status.message


def test_what_is_off_on_purpose_is_fine(diagnostics):
    statuses = diagnostics.next()
    for model, message in (("off", "disabled"), ("lazy", "nobody subscribes to a topic of the model")):
        status = statuses[f"model {model}"]
        assert (status.level, status.message) == (DiagnosticStatus.OK, message)


def test_a_silent_input_is_a_warning(diagnostics):
    wait_until(lambda: diagnostics.next()["model late"].level == DiagnosticStatus.WARN, "a warning")
    assert "no input: /late/image" in diagnostics.next()["model late"].message


def test_inactive_models_are_fine_and_active_again(graph, diagnostics):
    def change(transition):
        assert graph.call(ChangeState, "change_state", transition=Transition(id=transition)).success

    change(Transition.TRANSITION_DEACTIVATE)
    statuses = diagnostics.next()
    for model in MODELS:
        assert (statuses[f"model {model}"].level, statuses[f"model {model}"].message) == (DiagnosticStatus.OK, "inactive")
    change(Transition.TRANSITION_CLEANUP)
    assert diagnostics.next()["model good"].message == "not loaded"
    change(Transition.TRANSITION_CONFIGURE)
    change(Transition.TRANSITION_ACTIVATE)
    assert diagnostics.next()["model off"].message == "disabled"


def test_the_first_lines_tell_topics_types_qos_and_shapes_in_one_block(node):
    (block,) = node.output.split("backend sim, SoC s600")[1].split("[INFO]")[:1]
    for text in (
        "model 'good'",
        "from /good/image [sensor_msgs/msg/",
        "best_effort, depth 1",
        "data_y U8 [1, 48, 64, 1]",
        "boxes S32 [1, 3, 4, 255]",
        "to /good_results [hbm_runtime_ros/msg/InferenceResult; reliable, depth 5]",
        "priority 7",
    ):
        assert text in block, block


def test_a_second_node_of_the_same_name_is_told(folder, parameters, node):
    with NodeProcess(folder, parameters) as second:
        wait_until(lambda: "another node is named /hbm_inference" in second.output, "a warning", 15)
        assert "namespace:=NAME" in second.output
