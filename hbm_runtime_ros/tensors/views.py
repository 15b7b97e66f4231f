# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arrays laid over the bytes of a message, after a check that they stay inside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


def view_of(
    what: str, data: Any, dtype: np.dtype, shape: Sequence[int], stride_bytes: Sequence[int], offset: int = 0
) -> np.ndarray:
    """Return an array over `data` without copying.

    Args:
        what: the tensor, for errors.
        data: bytes, any C-contiguous buffer.
        shape: elements along each axis.
        stride_bytes: bytes between neighbours along each axis; empty = row-major without gaps.
        offset: bytes before the first element.

    Raises:
        ValueError: shape, strides and offset reach outside of `data`, or do not fit each other.
    """
    if any(length < 0 for length in shape):
        raise ValueError(f"{what}: expected lengths of 0 or more, got the shape {list(shape)}")
    if not len(stride_bytes):
        stride_bytes = [dtype.itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    elif len(stride_bytes) != len(shape):
        raise ValueError(f"{what}: expected a stride for each of {len(shape)} axes, or none, got {len(stride_bytes)}")
    size_bytes = memoryview(data).nbytes
    first, end = offset, offset
    if 0 not in shape:
        reach = [stride * (length - 1) for stride, length in zip(stride_bytes, shape)]
        first += sum(distance for distance in reach if distance < 0)
        end += sum(distance for distance in reach if distance > 0) + dtype.itemsize
    if first < 0 or end > size_bytes:
        raise ValueError(
            f"{what}: {dtype} {list(shape)} with strides of {list(stride_bytes)} bytes takes the bytes {first} to {end} "
            f"of its data, which has {size_bytes}; was the message cut, or put together by hand?"
        )
    if size_bytes == 0:
        return np.empty(tuple(shape), dtype)
    # np.ndarray alone would not keep `data` from being resized under it.
    return np.ndarray(tuple(shape), dtype, np.frombuffer(data, np.uint8), offset, tuple(stride_bytes))
