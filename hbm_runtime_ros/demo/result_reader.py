# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a reader of results needs: tensors as real numbers, and model pixels as pixels of the source picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import ImageTransform, Tensor

# DLPack's type codes in numpy's letters.
_LETTERS = {0: "i", 1: "u", 2: "f"}
_QUANT_SCALE = 1


def tensor_values(tensor: Tensor) -> npt.NDArray[np.float32]:
    """The real values of a tensor without gaps, dequantised where it is quantised for the whole tensor.

    Raises:
        ValueError: the tensor has a type, strides or a quantisation for each channel that the demo's networks have not.
    """
    letter = _LETTERS.get(tensor.dtype_code)
    if letter is None or tensor.dtype_bits % 8 or len(tensor.strides) or len(tensor.quant_scale) > 1:
        raise ValueError(
            f"tensor '{tensor.name}': expected numbers of whole bytes without gaps and at most one scale, got DLPack "
            f"type {tensor.dtype_code}, {tensor.dtype_bits} bits, strides {list(tensor.strides)}, "
            f"{len(tensor.quant_scale)} scales"
        )
    dtype = np.dtype(f"<{letter}{tensor.dtype_bits // 8}")
    numbers = np.frombuffer(tensor.data, dtype, offset=tensor.byte_offset).reshape(tuple(tensor.shape))
    if tensor.quant_type != _QUANT_SCALE:
        return numbers.astype(np.float32, copy=False)
    zero_point = tensor.quant_zero_point[0] if len(tensor.quant_zero_point) else 0
    return (numbers.astype(np.float32) - zero_point) * np.float32(tensor.quant_scale[0])


def source_points(transform: ImageTransform, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Map points of the model's picture ([n, 2], x and y) to the picture that arrived."""
    scale = np.array([transform.scale_x, transform.scale_y])
    pad = np.array([transform.pad_left, transform.pad_top])
    crop = np.array([transform.crop_left, transform.crop_top])
    return (points - pad) / scale + crop
