# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The element types of the message Tensor in numpy's words.

The message's constants stand here as numbers, so that reading needs no generated module; a test compares them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

INT, UINT, FLOAT, BFLOAT, BOOL = 0, 1, 2, 4, 6
QUANT_NONE, QUANT_SCALE = 0, 1

_KINDS = {"i": INT, "u": UINT, "f": FLOAT, "b": BOOL}
_DTYPES = {
    (INT, 8): "<i1", (INT, 16): "<i2", (INT, 32): "<i4", (INT, 64): "<i8",
    (UINT, 8): "<u1", (UINT, 16): "<u2", (UINT, 32): "<u4", (UINT, 64): "<u8",
    (FLOAT, 16): "<f2", (FLOAT, 32): "<f4", (FLOAT, 64): "<f8", (BOOL, 8): "?",
}  # fmt: skip


def describe(tensor: Any) -> str:
    """Return how errors name a tensor."""
    return f"tensor '{tensor.name}'"


def is_four_bit(tensor: Any) -> bool:
    """Return whether the elements stand two a byte."""
    return tensor.dtype_bits == 4 and tensor.dtype_code in (INT, UINT)


def dtype_of(tensor: Any) -> np.dtype:
    """Return the dtype of the elements as they stand in `data`.

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
    name = _DTYPES.get((tensor.dtype_code, tensor.dtype_bits))
    if name is None:
        raise ValueError(
            f"{describe(tensor)}: numpy has no type for dtype_code {tensor.dtype_code} with {tensor.dtype_bits} bits"
        )
    return np.dtype(name)


def code_of(dtype: np.dtype) -> int:
    """Return the dtype_code of a numpy dtype.

    Raises:
        TypeError: the message has no code for it.
    """
    if dtype.name == "bfloat16":
        return BFLOAT
    if dtype.kind not in _KINDS or (_KINDS[dtype.kind], dtype.itemsize * 8) not in _DTYPES:
        raise TypeError(f"a Tensor holds integers and floats of at most 64 bits, bool and bfloat16, got an array of {dtype}")
    return _KINDS[dtype.kind]
