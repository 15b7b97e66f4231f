# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded outputs, which a timed model writes instead of computing them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..four_bit import pack_four_bit
from .errors import PackError, PackFileError
from .layout import DYNAMIC
from .manifest import Tensor


def read_recording(path: Path, output: Tensor, where: str) -> tuple[bytes, int]:
    """Read a `.npy` file with one array of the output's type and shape, or with a first dimension for the runs.

    Returns:
        The elements row by row without padding, run after run (S4 and U4 two to a byte), and the number of runs.

    Raises:
        PackFileError: there is no such file.
        PackError: it is no array, or one of another type or shape.
    """
    expected = f"{output.dtype.numpy} {list(output.shape)}, or with one more dimension before it for several runs"
    if DYNAMIC in output.shape:
        raise PackError(f"{where}: a recording needs an output of fixed shape, got {list(output.shape)}")
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise PackFileError(f"{where}: no such recording: {path}") from None
    except (OSError, ValueError, EOFError) as error:
        raise PackError(f"{where}: {path}: expected a .npy file, got one that numpy cannot read: {error}") from None
    if not isinstance(array, np.ndarray):
        raise PackError(f"{where}: {path}: expected one array in a .npy file, got an .npz file")
    if array.dtype.newbyteorder("=") != output.dtype.numpy or array.shape[array.ndim - len(output.shape) :] != output.shape:
        raise PackError(f"{where}: {path}: expected {expected}, got {array.dtype} {list(array.shape)}")
    if array.ndim not in (len(output.shape), len(output.shape) + 1) or array.size == 0:
        raise PackError(f"{where}: {path}: expected {expected}, got {array.dtype} {list(array.shape)}")
    runs = array.shape[0] if array.ndim > len(output.shape) else 1
    values = np.ascontiguousarray(array, dtype=output.dtype.numpy)
    if output.dtype.is_packed:
        low, high = output.dtype.limits
        if values.min() < low or values.max() > high:
            raise PackError(
                f"{where}: {path}: expected values in {low}..{high} for {output.dtype.name}, "
                f"got {values.min()}..{values.max()}"
            )
        values = pack_four_bit(values)
    return values.tobytes(), runs
