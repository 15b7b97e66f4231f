# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The element types of the message Tensor as numpy's.

The constants of the message are here as numbers, so that reading needs no generated module; a test compares them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hbm_runtime_core.dtypes import BFLOAT, from_code, from_numpy

QUANT_NONE, QUANT_SCALE = 0, 1


def describe(tensor: Any) -> str:
    """Return how errors name a tensor."""
    return f"tensor '{tensor.name}'"


def is_four_bit(tensor: Any) -> bool:
    """Return whether the elements are packed, two per byte."""
    dtype = from_code(tensor.dtype_code, tensor.dtype_bits)
    return dtype is not None and dtype.is_packed


def dtype_of(tensor: Any) -> np.dtype:
    """Return the dtype of the elements in `data`.

    Raises:
        ValueError: numpy has no such type.
        ImportError: it is bfloat16, which numpy knows only with the package ml_dtypes.
    """
    if tensor.dtype_lanes > 1:
        raise ValueError(f"{describe(tensor)}: expected elements of 1 lane, got {tensor.dtype_lanes}")
    if (tensor.dtype_code, tensor.dtype_bits) == (BFLOAT, 16):
        try:
            import ml_dtypes
        except ImportError as error:
            raise ImportError(
                f"{describe(tensor)} holds bfloat16, which numpy knows only with the package ml_dtypes: "
                "pip install ml_dtypes"
            ) from error
        return np.dtype(ml_dtypes.bfloat16)
    dtype = from_code(tensor.dtype_code, tensor.dtype_bits)
    if dtype is None or dtype.is_packed:
        raise ValueError(
            f"{describe(tensor)}: numpy has no type for dtype_code {tensor.dtype_code} with {tensor.dtype_bits} bits"
        )
    return dtype.numpy.newbyteorder("<")


def code_of(dtype: np.dtype) -> int:
    """Return the dtype_code of a numpy dtype.

    Raises:
        TypeError: the message has no code for it.
    """
    if dtype.name == "bfloat16":
        return BFLOAT
    known = from_numpy(dtype.name)
    if known is None:
        raise TypeError(f"a Tensor holds integers and floats of at most 64 bits, bool and bfloat16, got an array of {dtype}")
    return known.code
