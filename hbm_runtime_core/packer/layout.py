# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the elements of a tensor lie: strides in bytes, dense, padded or left to the caller."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..dtypes import DType
from .errors import PackError

# More than the simulated device has for all models and tensors.
MAX_TENSOR_BYTES = 1 << 32
MAX_DIMENSIONS = 10
DYNAMIC = -1


def align_up(value: int, alignment: int) -> int:
    return (value + alignment - 1) // alignment * alignment


def _span(shape: Sequence[int], strides: Sequence[int], dtype: DType, i: int) -> int:
    """Bytes from the start of dimension `i` to its end, -1 where that is not known."""
    if DYNAMIC in (shape[i], strides[i]):
        return DYNAMIC
    return strides[i] * (dtype.items(shape[i]) if i == len(shape) - 1 else shape[i])


def strides_for(shape: Sequence[int], dtype: DType, align_bytes: int = 1) -> list[int]:
    """Strides in bytes of a row-major tensor, every one but the innermost a multiple of `align_bytes`.

    A stride that spans a dynamic dimension is -1: the caller chooses it with the shape.
    """
    strides = [dtype.element_bytes] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        span = _span(shape, strides, dtype, i + 1)
        strides[i] = DYNAMIC if span == DYNAMIC else align_up(span, align_bytes)
    return strides


def dense_bytes(shape: Sequence[int], dtype: DType) -> int:
    """Bytes of all elements row by row, without padding between rows."""
    return math.prod(shape[:-1]) * dtype.items(shape[-1]) * dtype.element_bytes


def aligned_bytes_for(shape: Sequence[int], strides: Sequence[int], dtype: DType) -> int:
    """Bytes of the buffer that holds the tensor, -1 where a dimension or stride is dynamic."""
    if DYNAMIC in shape or DYNAMIC in strides:
        return DYNAMIC
    return _span(shape, strides, dtype, 0)


def check_layout(shape: Sequence[int], strides: Sequence[int], dtype: DType, where: str) -> None:
    """Refuse strides that overlap, are not whole elements, or make an absurd tensor.

    Raises:
        PackError: names the stride, the least valid value, and what came.
    """
    if len(strides) != len(shape):
        raise PackError(f"{where}: expected {len(shape)} strides for shape {list(shape)}, got {list(strides)}")
    element_bytes = dtype.element_bytes
    if strides[-1] != element_bytes:
        raise PackError(
            f"{where}: the innermost stride is the size of an element: expected {element_bytes}, "
            f"got {strides[-1]} in {list(strides)}"
        )
    for i, stride in enumerate(strides):
        if stride == DYNAMIC:
            continue
        if stride <= 0 or stride % element_bytes:
            raise PackError(
                f"{where}: stride {i} must be a positive multiple of the element's {element_bytes} bytes, "
                f"got {stride} in {list(strides)}"
            )
        if stride > MAX_TENSOR_BYTES:
            raise PackError(f"{where}: stride {i} must be at most {MAX_TENSOR_BYTES} bytes, got {stride} in {list(strides)}")
        if i + 1 < len(strides):
            least = _span(shape, strides, dtype, i + 1)
            if stride < least:
                raise PackError(
                    f"{where}: stride {i} is too small for shape {list(shape)}: expected at least {least} bytes, "
                    f"got {stride} in {list(strides)}"
                )
    total = aligned_bytes_for(shape, strides, dtype)
    if total > MAX_TENSOR_BYTES:
        raise PackError(
            f"{where}: shape {list(shape)} takes {total} bytes, more than the {MAX_TENSOR_BYTES} a tensor may have"
        )
