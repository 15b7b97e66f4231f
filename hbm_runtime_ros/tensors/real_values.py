# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The real values of tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import hbm_runtime_core
from hbm_runtime_core import QuantParams, hbDNNQuantiType

from .element_types import QUANT_NONE, QUANT_SCALE, describe
from .numpy_arrays import tensor_to_numpy

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import Tensor


def dequantize(tensor: Tensor) -> np.ndarray:
    """Return the real values of a tensor.

    Args:
        tensor: of a result, or any message of that type, quantized or not.

    Returns:
        float32 in the tensor's shape where it is quantized: (number - zero_point) * scale. Numbers that are real values
        already have the float type that holds all of them: float64 for integers of 32 and 64 bits and for
        float64, else float32. float32 is a view of the message's data, all else is new.

    Raises:
        ValueError: the quantization does not fit the shape, or the tensor is not one that `tensor_to_numpy` reads.

    Source: msg/Tensor.msg; RDK S manual, "output_quants".
    """
    numbers = tensor_to_numpy(tensor)
    if tensor.quant_type == QUANT_NONE:
        return numbers.astype(np.result_type(numbers.dtype, np.float32), copy=False)
    if tensor.quant_type != QUANT_SCALE:
        raise ValueError(f"{describe(tensor)}: quant_type {tensor.quant_type} is unknown; known are 0 (none) and 1 (scale)")
    if numbers.dtype.kind not in "iu":
        raise ValueError(f"{describe(tensor)}: expected integers with a quantization, got {numbers.dtype}")
    scale = np.asarray(tensor.quant_scale, np.float32)
    zero_point = (
        np.asarray(tensor.quant_zero_point, np.int32) if len(tensor.quant_zero_point) else np.zeros(len(scale), np.int32)
    )
    quant = QuantParams(hbDNNQuantiType.SCALE, axis=max(tensor.quant_axis, 0), scale=scale, zero_point=zero_point)
    if len(scale) > 1 and not 0 <= tensor.quant_axis < numbers.ndim:
        raise ValueError(
            f"{describe(tensor)}: {len(scale)} scales, but quant_axis {tensor.quant_axis} is none of {list(numbers.shape)}"
        )
    try:
        return hbm_runtime_core.dequantize(numbers, quant)
    except ValueError as error:
        raise ValueError(f"{describe(tensor)}: {error}") from error
