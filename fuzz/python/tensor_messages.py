# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors of messages as programs read them: any shape, strides, offset and type over a few bytes."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hbm_runtime_ros.tensors import dequantize, tensor_to_numpy

_LENGTHS = st.one_of(st.integers(-1, 5), st.integers(-(2**63), 2**63 - 1))
_TENSORS = st.builds(
    SimpleNamespace,
    name=st.text(max_size=3),
    dtype_code=st.one_of(st.integers(0, 6), st.integers(0, 255)),
    dtype_bits=st.one_of(st.sampled_from([4, 8, 16, 32, 64]), st.integers(0, 255)),
    dtype_lanes=st.one_of(st.just(1), st.integers(0, 65535)),
    shape=st.lists(_LENGTHS, max_size=5),
    strides=st.one_of(st.just([]), st.lists(_LENGTHS, max_size=5)),
    byte_offset=st.one_of(st.just(0), st.integers(0, 2**64 - 1)),
    quant_type=st.integers(0, 3),
    quant_scale=st.lists(st.floats(width=32), max_size=4),
    quant_zero_point=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4),
    quant_axis=st.integers(-3, 6),
    data=st.binary(max_size=64).map(lambda data: np.frombuffer(data, np.uint8)),
)


@given(_TENSORS)
def execute(tensor: SimpleNamespace) -> None:
    """Read the numbers of a tensor, and their real values."""
    with suppress(ValueError, ImportError):
        numbers = tensor_to_numpy(tensor)
        assert numbers.size <= 2 * max(1, len(tensor.data))
        assert dequantize(tensor).shape == numbers.shape
