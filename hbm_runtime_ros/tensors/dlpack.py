# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors for libraries that support DLPack: PyTorch, JAX, CuPy, numpy and others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hbm_runtime_core.dtypes import BFLOAT

from .element_types import describe, is_four_bit
from .numpy_arrays import numpy_to_tensor, tensor_to_numpy

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import Tensor


def to_dlpack(tensor: Tensor) -> np.ndarray:
    """Return an object for `torch.from_dlpack`, `numpy.from_dlpack` and their like.

    Args:
        tensor: of a result, or any message of that type.

    Returns:
        An object with `__dlpack__` over the message's data in host memory, which it shares. Read-only data is copied,
        because numpy does not export it.

    Raises:
        ValueError: the elements are of 4 bits or bfloat16, which numpy cannot export, or the tensor is not one that
            `tensor_to_numpy` reads.

    Source: DLPack, "Python Specification".
    """
    if is_four_bit(tensor) or tensor.dtype_code == BFLOAT:
        raise ValueError(
            f"{describe(tensor)}: 4-bit integers and bfloat16 are not supported by numpy's DLPack; use "
            "numpy_to_tensor(dequantize(tensor), name)"
        )
    array = tensor_to_numpy(tensor)
    return array if array.flags.writeable else array.copy()


def from_dlpack(
    source: Any,
    name: str,
    *,
    scale: npt.ArrayLike | None = None,
    zero_point: npt.ArrayLike | None = None,
    axis: int = -1,
) -> Tensor:
    """Make a tensor of an object of a library that supports DLPack. The elements are copied once.

    Args:
        source: with `__dlpack__`, in host memory: a `torch.Tensor`, an array of JAX, ...
        name, scale, zero_point, axis: as for `numpy_to_tensor`.

    Raises:
        TypeError: `source` does not support DLPack, or a Tensor has no such element type.
        BufferError, RuntimeError: its library or numpy reports that it is not in host memory.
        ValueError: scales and zero points do not fit the shape.
    """
    if not hasattr(source, "__dlpack__"):
        raise TypeError(f"tensor '{name}': expected an object with __dlpack__, got {type(source).__name__}")
    # numpy refuses to export read-only arrays, and need not export its own ones.
    array = source if isinstance(source, np.ndarray) else np.from_dlpack(source)
    return numpy_to_tensor(array, name, scale=scale, zero_point=zero_point, axis=axis)
