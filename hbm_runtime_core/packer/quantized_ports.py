# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Conversion at the border of a network: from the type of a tensor to the type that the network computes with."""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtypes import DType
from .openvino_network import import_openvino
from .quantization import Quantization

# The largest float32 below 2^31: clipping to 2^31 - 1 would round up to 2^31, and overflow.
_LARGEST_S32_FLOAT = 2.0**31 - 128


def _along_axis(values: tuple[float, ...], axis: int, rank: int) -> np.ndarray:
    array = np.array(values, dtype=np.float32)
    if array.size == 1:
        return array.reshape(())
    shape = [1] * rank
    shape[axis] = array.size
    return array.reshape(shape)


def dequantize(value: Any, quantization: Quantization, rank: int, network_type: str) -> Any:
    """real = (q - zero_point) * scale"""
    ops = import_openvino().opset8
    real = ops.convert(value, "f32")
    if any(quantization.zero_point):
        real = ops.subtract(real, ops.constant(_along_axis(quantization.zero_point, quantization.axis, rank)))
    real = ops.multiply(real, ops.constant(_along_axis(quantization.scale, quantization.axis, rank)))
    return real if network_type == "f32" else ops.convert(real, network_type)


def quantize(value: Any, quantization: Quantization, rank: int, dtype: DType) -> Any:
    """q = clip(round_half_even(real / scale) + zero_point), at both ends of the type"""
    ops = import_openvino().opset8
    real = value if value.get_element_type().get_type_name() == "f32" else ops.convert(value, "f32")
    scaled = ops.divide(real, ops.constant(_along_axis(quantization.scale, quantization.axis, rank)))
    rounded = ops.round(scaled, "half_to_even")
    if any(quantization.zero_point):
        rounded = ops.add(rounded, ops.constant(_along_axis(quantization.zero_point, quantization.axis, rank)))
    low, high = dtype.limits
    if dtype.name != "S32":
        return ops.convert(ops.clamp(rounded, float(low), float(high)), dtype.openvino)
    below = ops.convert(ops.clamp(rounded, float(low), _LARGEST_S32_FLOAT), dtype.openvino)
    saturated = ops.greater(rounded, ops.constant(np.float32(_LARGEST_S32_FLOAT)))
    return ops.select(saturated, ops.constant(np.array(high, dtype=dtype.numpy)), below)
