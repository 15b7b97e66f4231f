# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Python's table of element types against those of the C API, numpy and OpenVINO."""

import numpy as np
import openvino
import pytest

from hbm_runtime_core import QuantParams, hbDNNDataType, hbDNNQuantiType, pack_four_bit, quantize
from hbm_runtime_core.dtypes import DTYPES, from_code, from_numpy, from_openvino

ALL = list(DTYPES.values())


def test_the_table_has_the_types_of_the_c_api_in_their_order():
    assert [*DTYPES, "MAX"] == list(hbDNNDataType.__members__)


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.name)
def test_every_name_leads_back_to_its_type(dtype):
    assert from_code(dtype.code, dtype.bits) is dtype
    assert from_numpy(dtype.numpy_name) is dtype
    assert from_openvino(dtype.openvino.replace("8", "4") if dtype.is_packed else dtype.openvino) is dtype


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.name)
def test_numpy_and_openvino_have_types_of_these_names_and_sizes(dtype):
    assert dtype.is_packed or str(dtype.numpy) == dtype.numpy_name
    assert getattr(openvino.Type, dtype.openvino).to_dtype() == dtype.numpy
    assert dtype.numpy.itemsize == dtype.element_bytes == dtype.items(1) * dtype.element_bytes


@pytest.mark.parametrize("dtype", [each for each in ALL if each.is_quantizable], ids=lambda dtype: dtype.name)
def test_the_core_saturates_at_the_limits_of_the_table(dtype):
    ends = np.array([-np.inf, np.inf], np.float32)
    got = quantize(ends, QuantParams(hbDNNQuantiType.SCALE, scale=[1.0]), getattr(hbDNNDataType, dtype.name))
    expected = np.array(dtype.limits, dtype.numpy)
    np.testing.assert_array_equal(got, pack_four_bit(expected) if dtype.is_packed else expected)
