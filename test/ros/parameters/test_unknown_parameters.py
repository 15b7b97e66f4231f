# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that nobody reads are reported, with the name that was probably meant."""

import pytest
from graph import wait_until
from model_packages import echo_model, write_models
from node_process import NodeProcess

from hbm_runtime_ros.parameters.declaration import explain_unknown, explain_unused_qos_overrides

DECLARED = ("models", "backend", "detector.file", "detector.priority", "classifier.file", "recorder.seconds", "use_sim_time")
MODELS = ("detector", "classifier")


def test_what_is_declared_is_not_reported():
    assert explain_unknown(DECLARED, DECLARED, MODELS) == []


@pytest.mark.parametrize(
    "name",
    [
        "qos_overrides./image.subscription.depth",
        "diagnostic_updater.period",
        "use_sim_time",
        "start_type_description_service",
    ],
)
def test_what_others_read_is_not_reported(name):
    assert explain_unknown([name], (), MODELS) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("modles", "models"),
        ("bakend", "backend"),
        ("detector.prioritiy", "detector.priority"),
        ("detector.fil", "detector.file"),
        ("recorder.secnds", "recorder.seconds"),
    ],
)
def test_a_misspelled_parameter_is_reported_with_the_nearest(name, meant):
    (warning,) = explain_unknown([name], DECLARED, MODELS)
    assert warning == f"unknown parameter '{name}' (ignored); did you mean '{meant}'?"


def test_nothing_is_suggested_where_nothing_is_near():
    (warning,) = explain_unknown(["zzz"], DECLARED, MODELS)
    assert "did you mean" not in warning


def test_a_group_without_a_model_is_reported_once():
    (warning,) = explain_unknown(["detecter.file", "detecter.priority"], DECLARED, MODELS)
    assert "the parameters of 'detecter' (detecter.file, detecter.priority) are ignored" in warning
    assert "did you mean 'detector'?" in warning


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("qos_overrides./image.subscription.depht", "unknown QoS policy 'depht'"),
        ("qos_overrides./image.subscripton.depth", "expected qos_overrides.<topic>.<publisher or subscription>.<policy>"),
    ],
)
def test_a_misspelled_qos_override_is_reported(name, words):
    (warning,) = explain_unknown([name], (), MODELS)
    assert words in warning and name in warning


def test_qos_overrides_of_a_topic_that_the_node_does_not_have_are_reported():
    given = ["qos_overrides./camera/image.subscription.depth", "qos_overrides./image.subscription.depth"]
    (warning,) = explain_unused_qos_overrides(given, ["/camera/image_raw", "/image"])
    assert "'qos_overrides./camera/image.*'" in warning and "did you mean '/camera/image_raw'?" in warning


def test_the_node_warns_at_its_start(tmp_path):
    write_models(tmp_path / "echo.hbm", echo_model())
    parameters = {
        "models": ["detector"],
        "detector": {"file": "echo.hbm", "prioritiy": 3},
        "detecter": {"file": "echo.hbm", "priority": 3},
        "bakend": "sim",
        "qos_overrides": {"/image": {"subscription": {"depht": 3}}},
    }
    with NodeProcess(tmp_path, parameters) as node:
        wait_until(lambda: "/detector/result" in node.output, "the start")
        warnings = [line for line in node.output.splitlines() if "[WARN]" in line]
        assert len(warnings) == 4
        for meant in ("'detector.priority'", "'detector'", "'backend'", "'depth'"):
            assert any(f"did you mean {meant}?" in line for line in warnings)


def test_two_models_on_one_result_topic_are_refused(tmp_path):
    write_models(tmp_path / "echo.hbm", echo_model())
    groups = {name: {"file": "echo.hbm", "result_topic": "/boxes"} for name in ("left", "right")}
    with NodeProcess(tmp_path, {"models": list(groups), **groups}) as node:
        assert node.process.wait(20) == 1
        assert "duplicate result topic '/boxes' of the models 'left' and 'right'" in node.output
