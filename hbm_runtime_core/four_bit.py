# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors of S4 and U4: two values per byte, the first in the low nibble, packed along the last dimension."""

from __future__ import annotations

import numpy as np

from .errors import HbmValueError


def pack_four_bit(values: np.ndarray) -> np.ndarray:
    """Pack 4-bit integers for an S4 or U4 tensor.

    Args:
        values: integers from -8 to 15, shape [..., n].

    Returns:
        uint8, shape [..., ceil(n / 2)]; an odd last value leaves its high nibble 0.

    Raises:
        HbmValueError: a value does not fit into 4 bits, or the array has no dimension.
    """
    values = np.asarray(values)
    if values.ndim == 0:
        raise HbmValueError("pack_four_bit: expected an array with at least one dimension, got a scalar")
    if values.dtype.kind not in "iub":
        raise TypeError(f"pack_four_bit: expected integers, got {values.dtype}")
    if values.size and (values.min() < -8 or values.max() > 15):
        raise HbmValueError(f"pack_four_bit: expected values from -8 to 15, got {values.min()} to {values.max()}")
    nibbles = values.astype(np.uint8) & 0x0F
    if nibbles.shape[-1] % 2:
        nibbles = np.concatenate([nibbles, np.zeros_like(nibbles[..., :1])], axis=-1)
    return nibbles[..., 0::2] | (nibbles[..., 1::2] << 4)


def unpack_four_bit(packed: np.ndarray, count: int, signed: bool = True) -> np.ndarray:
    """Unpack an S4 (signed) or U4 tensor.

    Args:
        packed: uint8, shape [..., ceil(count / 2)].
        count: values along the last dimension, as in `output_shapes`.
        signed: True for S4, False for U4.

    Returns:
        int8 or uint8, shape [..., count].

    Raises:
        HbmValueError: the last dimension does not hold `count` values.
    """
    packed = np.asarray(packed)
    if packed.dtype != np.uint8:
        raise TypeError(f"unpack_four_bit: expected uint8, got {packed.dtype}")
    if packed.ndim == 0 or packed.shape[-1] != (count + 1) // 2:
        raise HbmValueError(
            f"unpack_four_bit: {count} values take {(count + 1) // 2} bytes along the last dimension, "
            f"got the shape {list(packed.shape)}"
        )
    nibbles = np.stack([packed & 0x0F, packed >> 4], axis=-1).reshape(*packed.shape[:-1], -1)[..., :count]
    if not signed:
        return nibbles
    return ((nibbles ^ 8).astype(np.int8) - 8).astype(np.int8)
