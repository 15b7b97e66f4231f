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

from hbm_runtime_ros.parameters import (
    DECODER_PARAMETERS,
    INPUT_PARAMETERS,
    MODEL_PARAMETERS,
    OVERLAY_PARAMETERS,
    SYNC_PARAMETERS,
)

# By their names below the model's.
SPECS = {
    **{spec.name: spec for spec in (*MODEL_PARAMETERS, *INPUT_PARAMETERS, *SYNC_PARAMETERS)},
    **{f"decoder.{spec.name}": spec for spec in DECODER_PARAMETERS},
    **{f"overlay.{spec.name}": spec for spec in OVERLAY_PARAMETERS},
}
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
# An empty array of integers is one of them all the same.
ALSO = {"integer array": "empty integer array"}


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("types")
    write_models(folder / "echo.hbm", echo_model())
    with NodeProcess(folder, {"models": ["echo"], "echo": {"file": "echo.hbm"}}), Graph() as graph:
        wait_until(lambda: graph.call(ListModels, "list_models").models[0].state == "active", "the start")
        yield graph


def wrong(spec):
    taken = {kind.value for kind in spec.kinds}
    # Where only integers are taken, an empty array of them is refused for another reason.
    taken |= {ALSO[name] for name in taken & set(ALSO) if spec.kind.value != name}
    return [name for name in VALUES if name not in taken]


@pytest.mark.parametrize("short_name", SPECS)
def test_setting_it_is_refused_and_changes_nothing(graph, short_name):
    name, spec = f"echo.{short_name}", SPECS[short_name]
    before = graph.get_parameter(name)
    for value in wrong(spec):
        result = graph.set_raw_parameter(name, VALUES[value])
        assert not result.successful, value
        assert result.reason, value
    assert graph.get_parameter(name) == before


@pytest.mark.parametrize("short_name", SPECS)
def test_loading_a_model_with_it_is_refused_and_leaves_nothing(graph, short_name):
    for value in wrong(SPECS[short_name]):
        parameters = [Parameter(name=short_name, value=VALUES[value])]
        answer = graph.call(LoadModel, "load_model", name="other", parameters=parameters)
        assert not answer.success, value
        assert f"'other.{short_name}': " in answer.message, value
    assert not graph.call(ListParameters, "list_parameters", prefixes=["other"]).result.names
    assert [model.name for model in graph.call(ListModels, "list_models").models] == ["echo"]
