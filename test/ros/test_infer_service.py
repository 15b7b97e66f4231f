# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A model that is run once on given tensors, by the service ~/infer."""

import time

import numpy as np
import pytest
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.srv import Infer, ListModels
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess

from hbm_runtime_ros.tensors import numpy_to_tensor, tensor_to_numpy


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("infer")
    models = echo_model(), echo_model("hung"), echo_model("slow", latency_us=300_000)
    write_models(folder / "models.hbm", *models)
    groups = {
        model["name"]: {"file": "models.hbm", "model_name": model["name"], "input_topic": f"/{model['name']}"}
        for model in models
    }
    parameters = {"models": list(groups), **groups}
    with NodeProcess(folder, parameters, HBM_SIM_FAULTS="hbUCPWaitTaskDone:hang=1:model=hung"), Graph() as graph:
        wait_until(lambda: {m.state for m in graph.call(ListModels, "list_models").models} == {"active"}, "the start")
        yield graph


@pytest.fixture
def planes():
    random = np.random.default_rng(3)
    return {
        "data_y": random.integers(0, 256, (1, MODEL_HEIGHT, MODEL_WIDTH, 1), np.uint8),
        "data_uv": random.integers(0, 256, (1, MODEL_HEIGHT // 2, MODEL_WIDTH // 2, 2), np.uint8),
    }


def infer(graph, model, planes, **fields):
    inputs = [numpy_to_tensor(values, name) for name, values in planes.items()]
    return graph.call(Infer, "infer", model=model, inputs=inputs, **fields)


def test_the_outputs_are_those_of_the_model(graph, planes):
    answer = infer(graph, "echo", planes)
    assert answer.success, answer.message
    outputs = {tensor.name: tensor_to_numpy(tensor) for tensor in answer.result.outputs}
    np.testing.assert_array_equal(outputs["luma"], planes["data_y"])
    np.testing.assert_array_equal(outputs["chroma"], planes["data_uv"])
    assert answer.result.model == "echo"
    assert answer.result.timing.total_ns >= answer.result.timing.device_ns > 0


def test_frames_from_the_topic_go_on_meanwhile(graph, planes):
    results = graph.results("/hbm_inference/slow/result")
    graph.infer("/slow", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), results)
    graph.publish("/slow", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT))
    before = len(results)
    assert infer(graph, "slow", planes).success
    wait_until(lambda: len(results) > before, "the result of the frame")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda planes: planes.pop("data_uv"), "'data_uv' is missing"),
        (lambda planes: planes.update(other=planes["data_y"]), "'other'"),
        (lambda planes: planes.update(data_y=planes["data_y"].astype(np.float32)), "expected uint8"),
        (lambda planes: planes.update(data_y=planes["data_y"][:, 1:]), "expected the shape"),
    ],
    ids=["missing", "unknown", "type", "shape"],
)
def test_tensors_that_do_not_fit_are_refused(graph, planes, change, expected):
    change(planes)
    answer = infer(graph, "echo", planes)
    assert not answer.success
    assert expected in answer.message


def test_an_unknown_model_is_refused(graph, planes):
    assert "unknown model 'ecko'" in infer(graph, "ecko", planes).message


def test_a_device_that_hangs_holds_nobody_else(graph, planes):
    began = time.monotonic()
    answer = infer(graph, "hung", planes, timeout_s=0.2)
    assert not answer.success
    assert "hung" in answer.message
    assert infer(graph, "echo", planes).success
    assert time.monotonic() - began < 5
