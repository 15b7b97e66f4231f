# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of parameters and the rules of scheduling, without a graph."""

import array

import pytest
from rclpy.parameter import Parameter

from hbm_runtime_ros.parameters import MODEL_PARAMETERS, NODE_PARAMETERS, Kind, check_bpu_cores
from hbm_runtime_ros.scheduling import CoreLimits, Scheduling
from hbm_runtime_ros.scheduling_parameters import SchedulingParameters

VALUES = {"priority": 0, "bpu_cores": [-1], "custom_id": 0, "device_id": 0, "file": "x.hbm"}
VALUES |= {"custom_id_mode": "fixed", "enabled": True, "max_age_ms": 0, "timeout_ms": 0}


@pytest.fixture
def scheduling():
    parameters = SchedulingParameters()
    for model in ("a", "b"):
        parameters.add(model, VALUES)
    return parameters


def integer(name, value):
    return Parameter(name, Parameter.Type.INTEGER, value)


def cores(name, value):
    return Parameter(name, Parameter.Type.INTEGER_ARRAY, value)


@pytest.mark.parametrize("table", [NODE_PARAMETERS, MODEL_PARAMETERS])
def test_every_parameter_is_explained_and_accepts_its_default(table):
    names = [spec.name for spec in table]
    assert len(set(names)) == len(names)
    for spec in table:
        assert spec.text.endswith(".") or spec.text.endswith("node."), spec.name
        assert spec.why_not(spec.default, spec.name) is None
        if spec.bounds:
            assert spec.kind is Kind.INTEGER, "rcl checks ranges of single numbers only"


@pytest.mark.parametrize("good", [[-1], [0], [3, 0], (1,), array.array("q", [0, 1])])
def test_core_lists_that_some_device_takes(good):
    assert check_bpu_cores(good) is None


@pytest.mark.parametrize(
    ("bad", "expected"), [([], "[-1] lets"), ([-2], "-2 is no"), ([-1, 0], "-1 is no"), ([0, 1, 0], "twice")]
)
def test_core_lists_that_no_device_takes(bad, expected):
    assert expected in check_bpu_cores(bad)


def test_a_change_holds_for_its_model_alone(scheduling):
    assert scheduling.change([integer("a.priority", 200), cores("a.bpu_cores", [1, 0])]) == (None, True)
    assert scheduling["a"] == Scheduling(priority=200, bpu_cores=(1, 0), custom_id=0, device_id=0)
    assert scheduling["b"] == Scheduling(priority=0, bpu_cores=(-1,), custom_id=0, device_id=0)


def test_one_refused_value_refuses_all_that_came_with_it(scheduling):
    scheduling.set_limits("b", CoreLimits(device_cores=4, compiled_cores=1, soc="s600"))
    before = scheduling["a"], scheduling["b"]
    reason, changed = scheduling.change([integer("a.priority", 200), cores("b.bpu_cores", [4])])
    assert "'b.bpu_cores': core 4 is not in [0, 3] (s600 has 4)" in reason
    assert not changed
    assert (scheduling["a"], scheduling["b"]) == before


@pytest.mark.parametrize("name", ["priority", "c.priority", "a.file", "a.b.priority", "use_sim_time"])
def test_parameters_of_others_are_left_alone(scheduling, name):
    assert scheduling.change([integer(name, 999)]) == (None, False)


def test_limits_end_with_the_model(scheduling):
    scheduling.set_limits("a", CoreLimits(device_cores=1, compiled_cores=1, soc="s100"))
    assert scheduling.change([cores("a.bpu_cores", [1])])[0] is not None
    scheduling.set_limits("a", None)
    assert scheduling.change([cores("a.bpu_cores", [1])])[0] is None


def test_cores_that_were_fine_until_the_model_was_loaded_are_told_on_loading(scheduling):
    scheduling.change([cores("a.bpu_cores", [3])])
    assert "core 3" in scheduling.set_limits("a", CoreLimits(device_cores=1, compiled_cores=1, soc="s100"))


@pytest.mark.parametrize(
    ("compiled", "wanted", "fits"),
    [(1, (-1,), True), (1, (0, 3), True), (2, (-1,), False), (2, (0,), False), (2, (0, 1), True), (0, (-1,), True)],
)
def test_a_model_for_several_cores_needs_exactly_as_many(compiled, wanted, fits):
    limits = CoreLimits(device_cores=4, compiled_cores=compiled, soc="s600")
    assert (limits.why_not(wanted, "a.bpu_cores") is None) == fits


@pytest.mark.parametrize(
    ("device", "compiled", "cores", "alone"),
    [
        (4, 1, (-1,), False),
        (1, 1, (-1,), True),
        (4, 1, (2,), True),
        (4, 1, (0, 1), False),
        (4, 2, (0, 1), True),
        (4, 0, (1,), True),
    ],
)
def test_cores_for_two_inferences_side_by_side(device, compiled, cores, alone):
    assert CoreLimits(device_cores=device, compiled_cores=compiled, soc="s600").one_at_a_time(cores) == alone
