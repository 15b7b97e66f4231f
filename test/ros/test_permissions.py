# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which files the graph can make the node open, and that a pinned model file stays the one that was meant."""

import hashlib

import pytest
from graph import wait_until
from hbm_runtime_ros.srv import LoadModel, UnloadModel
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from model_packages import echo_model, write_models
from node_process import NodeProcess
from rcl_interfaces.srv import ListParameters
from rclpy.parameter import Parameter

# Parameters that name files or directories, or require their content.
READ_ONLY = {
    "model_dir": "/etc",
    "allowed_model_dirs": ["/"],
    "trace_file": "/tmp/trace.json",
    "recorder.directory": "/etc",
    "trusted.file": "/etc/passwd",
    "trusted.sha256": "",
    "trusted.decoder.labels": "/etc/passwd",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the parameter file and a model; beside it, files that only the parameter file may name."""
    folder = tmp_path_factory.mktemp("robot") / "models"
    folder.mkdir()
    write_models(folder / "echo.hbm", echo_model())
    outside = write_models(folder.parent / "outside.hbm", echo_model("outside"))
    (folder.parent / "labels.txt").write_text("a\nb\n")
    (folder / "link.hbm").symlink_to(outside)
    (folder / "link.txt").symlink_to(folder.parent / "labels.txt")
    return folder


@pytest.fixture(scope="module")
def node(folder):
    outside = folder.parent / "outside.hbm"
    parameters = {
        "models": ["trusted"],
        "trusted": {"file": str(outside), "sha256": hashlib.sha256(outside.read_bytes()).hexdigest().upper()},
    }
    with NodeProcess(folder, parameters) as process:
        yield process


@pytest.fixture(scope="module", autouse=True)
def started(graph):
    lists = graph.model_lists()
    wait_until(lambda: bool(lists) and [model.state for model in lists[-1].models] == ["active"], "the start")


def load(graph, **given):
    parameters = [Parameter(key, value=str(value)).to_parameter_msg() for key, value in given.items()]
    return graph.call(LoadModel, "load_model", name="second", parameters=parameters)


def unload(graph):
    assert graph.call(UnloadModel, "unload_model", name="second", drain=True).success


def refusal(folder, parameter, path):
    return f"parameter 'second.{parameter}' must be a file below one of `allowed_model_dirs` ({folder}), got '{path}'"


def outside(folder, name, suffix):
    """Return paths that a service may not name; the last one does not exist."""
    return (
        f"{folder}/../{name}",
        f"../{name}",
        f"{folder.parent}/{name}",
        f"{folder}/link{suffix}",
        f"{folder.parent}/missing{suffix}",
    )


def test_a_model_file_outside_of_the_directory_of_the_parameter_file_is_refused_by_the_service(graph, folder):
    for path in outside(folder, "outside.hbm", ".hbm"):
        assert load(graph, file=path).message == refusal(folder, "file", path)
    answer = graph.call(LoadModel, "load_model", name="second", file=path)
    assert answer.message == refusal(folder, "file", path)


def test_labels_outside_of_the_directory_of_the_parameter_file_are_refused_by_the_service(graph, folder):
    for path in outside(folder, "labels.txt", ".txt"):
        answer = load(graph, file="echo.hbm", decoder="yolov8", **{"decoder.labels": path})
        assert answer.message == refusal(folder, "decoder.labels", path)


def test_labels_that_are_no_text_are_refused_with_their_name(graph, folder):
    (folder / "numbers.txt").write_bytes(b"\xff\xfe")
    answer = load(graph, file="echo.hbm", decoder="yolov8", **{"decoder.labels": "numbers.txt"})
    assert answer.message.startswith(f"parameter 'second.decoder.labels': {folder / 'numbers.txt'}: 'utf-8' codec")


def test_a_model_file_in_the_directory_of_the_parameter_file_is_loaded(graph, folder):
    answer = load(graph, file="echo.hbm")
    assert answer.success, answer.message
    assert answer.info.file == str(folder / "echo.hbm")
    unload(graph)


def test_the_log_names_the_allowed_directories(node, folder):
    assert f"files that services may name are below `allowed_model_dirs`: {folder}" in node.output


def test_a_parameter_that_names_a_file_or_directory_cannot_be_set_at_run_time(graph):
    for name, value in READ_ONLY.items():
        result = graph.set_parameters({name: value})[0]
        assert (result.successful, "read-only" in result.reason) == (False, True), name
    declared = graph.call(ListParameters, "list_parameters").result.names
    assert set(READ_ONLY) == {
        name for name in declared if name.endswith(("file", "dir", "dirs", "directory", "sha256", "labels"))
    }


def test_the_service_loads_a_pinned_model_and_refuses_another_one(graph, folder):
    digest = hashlib.sha256((folder / "echo.hbm").read_bytes()).hexdigest()
    answer = load(graph, file="echo.hbm", sha256=digest)
    assert (answer.success, answer.info.sha256) == (True, digest), answer.message
    unload(graph)
    pin = "F" * 64
    expected = f"parameter 'second.sha256': expected {'f' * 64}, got {digest} of {folder / 'echo.hbm'}"
    assert load(graph, file="echo.hbm", sha256=pin).message == expected
    assert "must be 64 hexadecimal digits, or empty, got 'abc'" in load(graph, file="echo.hbm", sha256="abc").message


def test_a_pinned_file_that_was_replaced_is_refused_when_the_node_is_configured_again(graph, folder):
    outside = folder.parent / "outside.hbm"
    meant = outside.read_bytes()
    for label in ("deactivate", "cleanup"):
        assert change(graph, label)
    write_models(outside, echo_model("outside", latency_us=2000))
    assert not change(graph, "configure")
    expected = (
        f"parameter 'trusted.sha256': expected {hashlib.sha256(meant).hexdigest()}, "
        f"got {hashlib.sha256(outside.read_bytes()).hexdigest()} of {outside}"
    )
    wait_until(lambda: any(expected in log.msg for log in list(graph.logs) if log.level >= 50), "the reason in the log")
    outside.write_bytes(meant)
    assert change(graph, "configure")
    assert change(graph, "activate")
    assert graph.call(GetState, "get_state").current_state.label == "active"


def change(graph, label):
    return graph.call(ChangeState, "change_state", transition=Transition(label=label)).success
