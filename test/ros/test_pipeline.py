# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames run, what becomes of the others, and that each is counted once: on a graph, with a device that has faults."""

import subprocess
import time

import numpy as np
import pytest
from graph import picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters
from node_process import NodeProcess
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from hbm_runtime_ros.compat import param_set_timeout

SLOW_US = 100_000
LATE_MS = 1500
MODELS = ("plain", "slow", "late", "hung", "deep")
FAULTS = ",".join(
    (
        f"hbUCPWaitTaskDone:delay_ms={LATE_MS}:model=late:after=1:count=2",
        "hbUCPWaitTaskDone:hang=1:model=hung:after=1:count=2",
    )
)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flow")
    write_models(folder / "models.hbm", *(echo_model(name, SLOW_US if name == "slow" else 1000) for name in MODELS))
    groups = {name: {"file": "models.hbm", "model_name": name, "input_topic": f"/{name}/image"} for name in MODELS}
    for name in ("plain", "deep"):
        groups[name] |= {"reliability": "reliable", "depth": 200}
    for name in ("late", "hung"):
        groups[name]["timeout_ms"] = 200
    parameters = {"models": list(MODELS), "diagnostic_updater": {"period": 0.2}, **groups}
    with NodeProcess(folder, parameters, HBM_SIM_FAULTS=FAULTS) as process:
        yield process


class Camera:
    """Publishes to one model, and collects its results."""

    def __init__(self, graph, model):
        self._graph = graph
        self.results = graph.results(f"/hbm_inference/{model}/result")
        self.publisher = graph.node.create_publisher(Image, f"/{model}/image", 300)
        wait_until(lambda: self.publisher.get_subscription_count() > 0, "the node's subscription")

    def send(self, message, age_ms=0.0):
        stamp_ns = self._graph.node.get_clock().now().nanoseconds - round(age_ms * 1e6)
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
        self.publisher.publish(message)

    def send_until_result(self, message):
        count = len(self.results)

        def answered():
            self.send(message)
            time.sleep(0.05)
            return len(self.results) > count

        wait_until(answered, "a result")


@pytest.fixture(scope="module")
def cameras(graph):
    return {name: Camera(graph, name) for name in MODELS}


def test_a_device_that_answers_late_costs_the_late_frames_only(graph, cameras, diagnostics, good):
    camera = cameras["late"]
    camera.send_until_result(good)
    before = len(camera.results)
    started = time.monotonic()
    wait_until(
        lambda: (camera.send(good), time.sleep(0.05), len(camera.results) > before + 3)[-1], "results after the late ones"
    )
    assert time.monotonic() - started > LATE_MS / 1000 / 2, "the calls were not late"
    assert diagnostics.counts("late")["timeout"] == 2
    logged = [text for text in graph.warnings() if "model 'late'" in text and "not done within" in text]
    assert len(logged) == 1, "one warning, rate-limited"
    assert "200 ms" in logged[0] and "late.timeout_ms" in logged[0]


def test_a_device_that_never_answers_one_model_leaves_the_others_alone(graph, cameras, diagnostics, good):
    hung, plain = cameras["hung"], cameras["plain"]
    hung.send_until_result(good)
    for _ in range(30):
        hung.send(good)
        time.sleep(0.03)
    plain.send_until_result(good)
    status = diagnostics.next()["model hung"]
    wait_until(lambda: diagnostics.next()["model hung"].level == b"\x02", "an error of the hung model")
    status = diagnostics.next()["model hung"]
    assert "has not answered" in status.message
    values = {item.key: item.value for item in status.values}
    assert values["dropped: timeout"] == "2", "two requests are all that a hanging device may hold"
    before = len(plain.results)
    for _ in range(20):
        plain.send(good)
    wait_until(lambda: len(plain.results) >= before + 20, "results of the healthy model")
    wait_until(lambda: any("'hung': the device has not answered" in text for text in graph.warnings()), "a warning")


def test_a_disabled_model_drops_its_frames_and_goes_on_when_it_is_enabled(graph, cameras, diagnostics, good):
    camera = cameras["plain"]
    camera.send_until_result(good)
    assert graph.set_parameters({"plain.enabled": False})[0].successful
    before = diagnostics.counts("plain")
    for _ in range(5):
        camera.send(good)
    wait_until(lambda: diagnostics.counts("plain").get("disabled", 0) - before.get("disabled", 0) == 5, "5 dropped frames")
    assert diagnostics.counts("plain")["inferred"] == before["inferred"]
    assert diagnostics.next()["model plain"].message == "disabled"
    assert graph.set_parameters({"plain.enabled": True})[0].successful
    camera.send_until_result(good)


def test_frames_that_are_too_old_are_dropped_and_those_of_unknown_age_are_not(graph, cameras, diagnostics, good):
    camera = cameras["plain"]
    assert graph.set_parameters({"plain.max_age_ms": 500})[0].successful
    before, results = diagnostics.counts("plain"), len(camera.results)
    for _ in range(4):
        camera.send(good, age_ms=700)
    wait_until(lambda: diagnostics.counts("plain").get("too old", 0) - before.get("too old", 0) == 4, "4 dropped frames")
    assert len(camera.results) == results
    for _ in range(2):
        camera.send(good, age_ms=-5000)
        good.header.stamp.sec = good.header.stamp.nanosec = 0
        camera.publisher.publish(good)
    wait_until(lambda: len(camera.results) == results + 4, "results of frames of unknown age")
    for cause in ("stamp of zero", "ahead of the node's clock"):
        logged = [text for text in graph.warnings() if cause in text]
        assert len(logged) == 1 and "model 'plain'" in logged[0], logged
    assert any("it is 70" in text and "plain.max_age_ms is 500" in text for text in graph.warnings())
    assert graph.set_parameters({"plain.max_age_ms": 0})[0].successful
    camera.send(good, age_ms=60_000_000)
    wait_until(lambda: len(camera.results) == results + 5, "the result of an old frame")


def test_every_frame_of_a_storm_is_counted_once(graph, cameras, diagnostics, good):
    camera = cameras["deep"]
    camera.send_until_result(good)
    before = diagnostics.counts("deep")
    short = picture(np.zeros(100, np.uint8), MODEL_WIDTH, MODEL_HEIGHT, "bgr8", MODEL_WIDTH * 3)
    unknown = picture(np.zeros(100, np.uint8), 10, 10, "32FC1", 40)
    broken = bytes(serialize_message(good))[:20]
    assert graph.set_parameters({"deep.max_age_ms": 5000})[0].successful
    rounds = 20
    for index in range(rounds):
        camera.send(good)
        camera.send(short)
        camera.send(unknown)
        camera.send(good, age_ms=9000)
        camera.publisher.publish(broken)
        if index == rounds // 2:
            assert graph.set_parameters({"deep.enabled": False})[0].successful
        if index == rounds * 3 // 4:
            assert graph.set_parameters({"deep.enabled": True})[0].successful
    wait_until(lambda: diagnostics.counts("deep")["received"] - before["received"] == 5 * rounds, "every frame")
    counts = {key: n - before.get(key, 0) for key, n in diagnostics.counts("deep").items()}
    assert counts.pop("received") == sum(counts.values())
    assert counts["disabled"] > 0 and counts["inferred"] > 0
    for reason in ("picture", "encoding", "too old", "malformed"):
        assert 0 < counts[reason] <= rounds, counts
    assert graph.set_parameters({"deep.max_age_ms": 0})[0].successful


def test_only_the_newest_frame_waits_for_a_busy_model(cameras, diagnostics, good):
    camera = cameras["slow"]
    camera.send_until_result(good)
    before = diagnostics.counts("slow")
    for _ in range(30):
        camera.send(good)
        time.sleep(0.01)
    counts = {key: n - before.get(key, 0) for key, n in diagnostics.counts("slow").items()}
    assert counts["newer frame"] > 10
    assert counts["received"] == counts["inferred"] + counts["newer frame"]


# How rclpy says it, which names or numbers the types after it.
WRONG_TYPE = ("Wrong parameter type",)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("max_age_ms", -1, ("0", "3600000")),
        ("max_age_ms", 3_600_001, ("0", "3600000")),
        ("max_age_ms", 1.5, WRONG_TYPE),
        ("timeout_ms", -5, ("0", "3600000")),
        ("timeout_ms", "soon", WRONG_TYPE),
        ("enabled", 1, WRONG_TYPE),
        ("enabled", "yes", WRONG_TYPE),
        ("custom_id_mode", "age", ("'age' is not one of fixed, sequence, stamp",)),
        ("lazy", True, ("read-only",)),
        ("depth", 5, ("read-only",)),
    ],
)
def test_a_bad_value_is_refused_and_changes_nothing(graph, name, value, words):
    before = graph.get_parameter(f"plain.{name}")
    (result,) = graph.set_parameters({f"plain.{name}": value})
    assert not result.successful
    for word in words:
        assert word in result.reason
    assert graph.get_parameter(f"plain.{name}") == before


def test_values_that_are_set_together_are_taken_together_or_not_at_all(graph):
    def set_together(**values):
        parameters = [Parameter(f"plain.{name}", value=value).to_parameter_msg() for name, value in values.items()]
        return graph.call(SetParametersAtomically, "set_parameters_atomically", parameters=parameters).result

    assert set_together(priority=3, max_age_ms=9000, timeout_ms=5000, custom_id_mode="stamp").successful
    refused = set_together(priority=4, enabled=False, timeout_ms=-1)
    assert not refused.successful
    assert (graph.get_parameter("plain.priority"), graph.get_parameter("plain.enabled")) == (3, True)
    assert set_together(priority=0, max_age_ms=0, timeout_ms=0, custom_id_mode="fixed").successful


def test_a_parameter_file_that_is_loaded_sets_what_is_right_and_names_what_is_wrong(graph, tmp_path):
    file = write_parameters(tmp_path / "load.yaml", plain={"priority": 9, "max_age_ms": -1, "custom_id": 77})
    done = subprocess.run(
        ["ros2", "param", "load", *param_set_timeout(20), "/hbm_inference", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "max_age_ms" in done.stdout + done.stderr
    assert (graph.get_parameter("plain.priority"), graph.get_parameter("plain.custom_id")) == (9, 77)
    assert graph.get_parameter("plain.max_age_ms") == 0


def test_flow_parameters_describe_themselves_with_unit_and_range(graph):
    age, timeout, mode, lazy = graph.describe_parameters(
        [f"plain.{n}" for n in ("max_age_ms", "timeout_ms", "custom_id_mode", "lazy")]
    )
    for descriptor in (age, timeout):
        assert "ms" in descriptor.description and "0 = " in descriptor.description
        assert (descriptor.integer_range[0].from_value, descriptor.integer_range[0].to_value) == (0, 3_600_000)
    assert "fixed, sequence, stamp" in mode.additional_constraints
    assert lazy.read_only and not age.read_only


def test_the_node_ends_within_two_seconds_while_the_device_hangs(node, cameras, good):
    for name in ("plain", "hung"):
        cameras[name].send(good)
    assert node.stop() < 4.0, node.output  # 2 s, and as much for a busy machine
    assert "Traceback" not in node.output
    assert node.process.returncode == 0
