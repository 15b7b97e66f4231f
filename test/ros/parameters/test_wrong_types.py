# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every parameter of a model refuses every value of another type, and nothing is left of the attempt."""

import pytest
from graph import Graph, wait_until
from hbm_runtime_ros.srv import ListModels, LoadModel
from model_packages import echo_model, write_models
from node_process import NodeProcess
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import ListParameters

from hbm_runtime_ros.parameters import INPUT_PARAMETERS, MODEL_PARAMETERS, SYNC_PARAMETERS

SPECS = (*MODEL_PARAMETERS, *INPUT_PARAMETERS, *SYNC_PARAMETERS)
VALUES = {
    "boolean": ParameterValue(type=ParameterType.PARAMETER_BOOL, bool_value=True),
    "integer": ParameterValue(type=ParameterType.PARAMETER_INTEGER, integer_value=1),
    "double": ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=1.5),
    "string": ParameterValue(type=ParameterType.PARAMETER_STRING, string_value="x"),
    "integer array": ParameterValue(type=ParameterType.PARAMETER_INTEGER_ARRAY, integer_array_value=[1]),
    "double array": ParameterValue(type=ParameterType.PARAMETER_DOUBLE_ARRAY, double_array_value=[1.5]),
    "string array": ParameterValue(type=ParameterType.PARAMETER_STRING_ARRAY, string_array_value=["x"]),
    "boolean array": ParameterValue(type=ParameterType.PARAMETER_BOOL_ARRAY, bool_array_value=[True]),
    "byte array": ParameterValue(type=ParameterType.PARAMETER_BYTE_ARRAY, byte_array_value=[b"x"]),
    # What `ros2 param set NODE NAME "[]"` sends.
    "empty array": ParameterValue(type=ParameterType.PARAMETER_BOOL_ARRAY),
    "empty integer array": ParameterValue(type=ParameterType.PARAMETER_INTEGER_ARRAY),
    "nothing": ParameterValue(type=ParameterType.PARAMETER_NOT_SET),
}
# Numbers without a fraction may stand in an array of real ones; an empty array says nothing of its type.
TAKEN = {("double array", "integer array"), ("double array", "empty integer array")}


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("types")
    write_models(folder / "echo.hbm", echo_model())
    with NodeProcess(folder, {"models": ["echo"], "echo": {"file": "echo.hbm"}}), Graph() as graph:
        wait_until(lambda: graph.call(ListModels, "list_models").models[0].state == "active", "the start")
        yield graph


def wrong(spec):
    return [name for name in VALUES if name != spec.kind.value and (spec.kind.value, name) not in TAKEN]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_setting_it_is_refused_and_changes_nothing(graph, spec):
    name = f"echo.{spec.name}"
    before = graph.get_parameter(name)
    for value in wrong(spec):
        result = graph.set_raw_parameter(name, VALUES[value])
        assert not result.successful, value
        assert result.reason, value
    assert graph.get_parameter(name) == before


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_loading_a_model_with_it_is_refused_and_leaves_nothing(graph, spec):
    for value in wrong(spec):
        parameters = [Parameter(name=spec.name, value=VALUES[value])]
        answer = graph.call(LoadModel, "load_model", name="other", parameters=parameters)
        assert not answer.success, value
        assert f"'other.{spec.name}': " in answer.message, value
    assert not graph.call(ListParameters, "list_parameters", prefixes=["other"]).result.names
    assert [model.name for model in graph.call(ListModels, "list_models").models] == ["echo"]
