# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of parameters and the rules of scheduling, without a graph."""

import array

import pytest
from rclpy.parameter import Parameter

from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.parameters import (
    INPUT_PARAMETERS,
    MODEL_PARAMETERS,
    NODE_PARAMETERS,
    RECORDER_PARAMETERS,
    SYNC_PARAMETERS,
    Kind,
    Scheduling,
)
from hbm_runtime_ros.parameters.live import LiveParameters, ModelScheduling
from hbm_runtime_ros.parameters.spec import check_bpu_cores


@pytest.fixture
def scheduling():
    return LiveParameters({name: ModelScheduling(name, Scheduling()) for name in ("a", "b")})


def one_core(wanted):
    if max(wanted.bpu_cores) > 0:
        raise ValueError("model 'm': bpu_cores: the s100 has the core 0, got [3]")
    return 1


def integer(name, value):
    return Parameter(name, Parameter.Type.INTEGER, value)


def cores(name, value):
    return Parameter(name, Parameter.Type.INTEGER_ARRAY, value)


@pytest.mark.parametrize(
    "table", [NODE_PARAMETERS, RECORDER_PARAMETERS, MODEL_PARAMETERS, INPUT_PARAMETERS, SYNC_PARAMETERS]
)
def test_every_parameter_is_explained_and_accepts_its_default(table):
    names = [spec.name for spec in table]
    assert len(set(names)) == len(names)
    for spec in table:
        assert spec.text.endswith("."), spec.name
        assert spec.why_not(spec.default, spec.name) is None
        if spec.bounds:
            assert spec.kind is Kind.INTEGER, "rcl checks ranges of single numbers only"


@pytest.mark.parametrize("good", [[-1], [0], [3, 0], (1,), array.array("q", [0, 1])])
def test_core_lists_that_some_device_takes(good):
    assert check_bpu_cores(good) is None


@pytest.mark.parametrize(
    ("bad", "expected"),
    [([], "use [-1]"), ([-2], "core index -2"), ([-1, 0], "core index -1"), ([0, 1, 0], "duplicate core index 0")],
)
def test_core_lists_that_no_device_takes(bad, expected):
    assert expected in check_bpu_cores(bad)


def test_a_change_applies_to_its_model_alone(scheduling):
    assert scheduling.change([integer("a.priority", 200), cores("a.bpu_cores", [1, 0])]) == (None, True)
    assert scheduling["a"].current == Scheduling(priority=200, bpu_cores=(1, 0))
    assert scheduling["b"].current == Scheduling()


def test_one_refused_value_refuses_all_that_came_with_it(scheduling):
    scheduling["b"].bind(one_core)
    reason, changed = scheduling.change([integer("a.priority", 200), cores("b.bpu_cores", [3])])
    assert reason == "parameter 'b.bpu_cores': the s100 has the core 0, got [3]"
    assert not changed
    assert scheduling["a"].current == scheduling["b"].current == Scheduling()


@pytest.mark.parametrize("name", ["priority", "c.priority", "a.file", "a.b.priority", "use_sim_time"])
def test_parameters_of_others_are_ignored(scheduling, name):
    assert scheduling.change([integer(name, 999)]) == (None, False)


def test_the_device_checks_while_the_model_is_loaded_only(scheduling):
    scheduling["a"].bind(one_core)
    assert scheduling.change([cores("a.bpu_cores", [1])])[0] is not None
    scheduling["a"].bind(None)
    assert scheduling.change([cores("a.bpu_cores", [1])])[0] is None


def test_cores_that_were_accepted_before_the_model_was_loaded_are_checked_when_it_is(scheduling):
    scheduling.change([cores("a.bpu_cores", [3])])
    with pytest.raises(ConfigurationError, match="the core 0, got"):
        scheduling["a"].bind(one_core)


def test_how_many_inferences_run_side_by_side_follows_the_scheduling(scheduling):
    scheduling["a"].bind(lambda wanted: len(wanted.bpu_cores))
    scheduling.change([cores("a.bpu_cores", [0, 1])])
    assert scheduling["a"].tasks_at_once == 2
