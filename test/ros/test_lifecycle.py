# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The states of the node, changed from outside as `ros2 lifecycle set` does."""

import pytest
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.srv import ListModels, LoadModel, UnloadModel, WarmUp
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess

# Big enough to be seen in the memory of the process: 2 frames of inputs and outputs.
WIDE, HIGH = 1920, 1080


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lifecycle")
    write_models(folder / "echo.hbm", echo_model())
    return folder


@pytest.fixture(scope="module")
def node(folder):
    parameters = {
        "models": ["echo", "other"],
        "autostart": False,
        "echo": {"file": "echo.hbm"},
        "other": {"file": "other.hbm", "input_topic": "/other"},
    }
    with NodeProcess(folder, parameters) as process:
        yield process


@pytest.fixture(autouse=True)
def unconfigured(graph, folder):
    """Every test begins and ends with the node as it starts, and with both of its model files."""
    write_models(folder / "other.hbm", echo_model("other"))
    yield
    if state(graph) == "active":
        assert change(graph, "deactivate")
    if state(graph) == "inactive":
        assert change(graph, "cleanup")
    assert state(graph) == "unconfigured"


def change(graph, label):
    return graph.call(ChangeState, "change_state", transition=Transition(label=label)).success


def state(graph):
    return graph.call(GetState, "get_state").current_state.label


def states(graph):
    return {model.name: model.state for model in graph.call(ListModels, "list_models").models}


def fatal(graph):
    return [log.msg for log in list(graph.logs) if log.level >= 50]


def infer(graph, topic, model):
    results = graph.results(f"/hbm_inference/{model}/result")
    return graph.infer(topic, nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), results)


def test_models_follow_the_states_of_the_node(graph):
    assert states(graph) == {"echo": "unloaded", "other": "unloaded"}
    assert change(graph, "configure")
    assert (state(graph), states(graph)) == ("inactive", {"echo": "loaded", "other": "loaded"})
    assert change(graph, "activate")
    assert (state(graph), states(graph)) == ("active", {"echo": "active", "other": "active"})
    assert infer(graph, "/image", "echo").outputs
    assert change(graph, "deactivate")
    assert states(graph) == {"echo": "loaded", "other": "loaded"}
    assert change(graph, "activate")
    assert infer(graph, "/image", "echo").outputs
    assert change(graph, "deactivate")
    assert change(graph, "cleanup")
    assert states(graph) == {"echo": "unloaded", "other": "unloaded"}


def test_the_list_of_models_follows_too(graph):
    assert change(graph, "configure")
    lists = graph.model_lists()
    wait_until(lambda: bool(lists) and [model.state for model in lists[-1].models] == ["loaded"] * 2, "loaded models")
    assert change(graph, "activate")
    wait_until(lambda: [model.state for model in lists[-1].models] == ["active"] * 2, "active models")
    assert change(graph, "deactivate")
    assert change(graph, "cleanup")
    wait_until(lambda: not lists[-1].models, "an empty list")
    assert lists[-1].backend == "sim"


@pytest.mark.parametrize(
    "wanted", ["activate", "deactivate", "cleanup", "destroy", "no_such_transition", "on_error_success"]
)
def test_a_transition_that_is_not_possible_is_refused_with_those_that_are(graph, wanted):
    before = len(graph.warnings())
    assert not change(graph, wanted)
    wait_until(lambda: len(graph.warnings()) > before, "a warning")
    assert graph.warnings()[-1] == f"cannot {wanted} while unconfigured; possible from here: configure, shutdown"
    assert state(graph) == "unconfigured"


@pytest.mark.parametrize("number", [Transition.TRANSITION_ACTIVATE, 211, 0])
def test_a_transition_by_its_number_is_refused_alike(graph, number):
    answer = graph.call(ChangeState, "change_state", transition=Transition(id=number))
    assert not answer.success
    assert state(graph) == "unconfigured"


def test_a_model_file_that_vanishes_fails_the_transition_and_nothing_else(graph, folder):
    assert change(graph, "configure")
    assert change(graph, "cleanup")
    (folder / "other.hbm").unlink()
    before = len(fatal(graph))
    assert not change(graph, "configure")
    wait_until(lambda: len(fatal(graph)) > before, "the reason")
    assert "cannot configure: parameter 'other.file': there is no file" in fatal(graph)[-1]
    assert state(graph) == "unconfigured"
    # Also the one that had been loaded before the missing one is free again.
    assert states(graph) == {"echo": "unloaded", "other": "unloaded"}
    write_models(folder / "other.hbm", echo_model("other"))
    assert change(graph, "configure")
    assert change(graph, "activate")
    assert infer(graph, "/other", "other").outputs


def test_a_model_file_that_vanishes_while_it_is_in_use_disturbs_nobody(graph, folder):
    assert change(graph, "configure")
    assert change(graph, "activate")
    (folder / "other.hbm").unlink()
    assert infer(graph, "/other", "other").outputs


def test_a_file_that_was_replaced_is_read_anew(graph, folder):
    assert change(graph, "configure")
    assert graph.call(UnloadModel, "unload_model", name="other").success
    write_models(folder / "other.hbm", echo_model("newer"))
    answer = graph.call(LoadModel, "load_model", name="other")
    assert answer.success, answer.message
    assert answer.info.model_name == "newer"


def test_loading_at_run_time_needs_a_configured_node(graph):
    answer = graph.call(LoadModel, "load_model", name="third", file="echo.hbm")
    assert not answer.success
    assert "the node is unconfigured" in answer.message
    assert "is not loaded" in graph.call(WarmUp, "warm_up", model="echo", runs=1).message


def test_a_model_loaded_at_run_time_stays_until_the_node_is_cleaned_up(graph):
    assert change(graph, "configure")
    answer = graph.call(LoadModel, "load_model", name="third", file="echo.hbm")
    assert answer.success, answer.message
    assert answer.info.state == "loaded"
    assert change(graph, "activate")
    assert states(graph)["third"] == "active"
    assert change(graph, "deactivate")
    assert states(graph)["third"] == "loaded"
    assert change(graph, "cleanup")
    assert states(graph) == {"echo": "unloaded", "other": "unloaded"}


def test_a_model_that_was_unloaded_comes_back_with_the_next_configuration(graph):
    assert change(graph, "configure")
    assert graph.call(UnloadModel, "unload_model", name="echo").success
    assert states(graph) == {"other": "loaded"}
    assert change(graph, "cleanup")
    assert change(graph, "configure")
    assert list(states(graph)) == ["echo", "other"]
    assert graph.get_parameter("echo.file") == "echo.hbm"


def resident_kb(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def test_cleaning_up_gives_the_memory_back(graph, folder, tmp_path):
    large = echo_model("large")
    large["outputs"] = [
        {"name": "big", "dtype": "float32", "shape": [1, HIGH, WIDE, 4], "fill": {"kind": "noise", "seed": 1}}
    ]
    write_models(tmp_path / "large.hbm", large)
    parameters = {"models": ["large"], "autostart": False, "large": {"file": "large.hbm"}}
    with NodeProcess(tmp_path, parameters, name="memory") as node, Graph("/memory") as other:
        assert change(other, "configure")
        assert change(other, "cleanup")
        before = resident_kb(node.process)
        left = []
        for _ in range(4):
            assert change(other, "configure")
            assert other.call(WarmUp, "warm_up", model="large", runs=2).success
            taken = resident_kb(node.process) - before
            assert taken > WIDE * HIGH * 16 // 1024
            assert change(other, "cleanup")
            left.append(resident_kb(node.process) - before)
            # The runtime keeps one block for the next call, whichever model that is of.
            assert left[-1] < taken / 2
        # The C library may keep one block at the end of a heap, until the heap is used again; a leak would be two by now.
        assert left[-1] < left[1] + WIDE * HIGH * 16 // 1024 + 2048


def test_a_node_that_was_shut_down_answers_and_ends(folder, tmp_path):
    write_models(tmp_path / "echo.hbm", echo_model())
    with NodeProcess(tmp_path, {"models": ["echo"], "echo": {"file": "echo.hbm"}}, name="finished") as node:
        with Graph("/finished") as other:
            wait_until(lambda: state(other) == "active", "the start")
            assert change(other, "shutdown")
            assert state(other) == "finalized"
            assert states(other) == {"echo": "unloaded"}
            assert not change(other, "configure")
        assert node.stop() < 2
        assert node.process.returncode == 0
