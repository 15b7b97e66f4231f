# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Enumerations and the two parameter classes."""

import copy
import pickle

import numpy as np
import pytest

from hbm_runtime_core import QuantParams, SchedParam, hbDNNDataType, hbDNNQuantiType

manual = pytest.mark.manual

DATA_TYPES = ["S4", "U4", "S8", "U8", "F16", "S16", "U16", "F32", "S32", "U32", "F64", "S64", "U64", "BOOL8", "MAX"]


@pytest.mark.parametrize(
    ("value", "name"),
    [pytest.param(value, name, marks=manual(f"`hbDNNDataType.{name}`")) for value, name in enumerate(DATA_TYPES)],
)
def test_a_data_type_has_its_name_value_and_texts(value, name):
    member = getattr(hbDNNDataType, name)
    assert (member.name, member.value, int(member)) == (name, value, value)
    assert str(member) == f"hbDNNDataType.{name}"
    assert repr(member) == f"<hbDNNDataType.{name}: {value}>"
    assert pickle.loads(pickle.dumps(member)) == member


@pytest.mark.parametrize(
    ("value", "name"),
    [pytest.param(value, name, marks=manual(f"`hbDNNQuantiType.{name}`")) for value, name in enumerate(["NONE", "SCALE"])],
)
def test_a_quantisation_type_equals_its_number(value, name):
    member = getattr(hbDNNQuantiType, name)
    assert (member.name, member.value) == (name, value)
    assert member == value
    assert not member != value
    assert str(member) == f"hbDNNQuantiType.{name}"


@manual("`QuantParams`: scale, zero_point, quant_type, axis")
def test_quantisation_parameters_can_be_made_copied_and_pickled():
    quant = QuantParams()
    quant.scale = np.array([0.5, 0.25], np.float32)
    quant.zero_point = np.array([1, 2], np.int32)
    quant.quant_type = hbDNNQuantiType.SCALE
    quant.axis = 1
    for twin in (copy.copy(quant), copy.deepcopy(quant), pickle.loads(pickle.dumps(quant))):
        np.testing.assert_array_equal(twin.scale, quant.scale)
        np.testing.assert_array_equal(twin.zero_point, quant.zero_point)
        assert (twin.quant_type, twin.axis) == (1, 1)


@manual("`SchedParam`: priority, customId, bpu_cores, deviceId")
def test_scheduling_parameters_can_be_made_changed_and_pickled():
    params = SchedParam()
    assert (params.priority, params.customId, params.bpu_cores, params.deviceId) == (0, 0, [-1], 0)
    params.priority = 7
    params.bpu_cores = [0, 1]
    twin = pickle.loads(pickle.dumps(params))
    assert (twin.priority, twin.bpu_cores) == (7, [0, 1])
