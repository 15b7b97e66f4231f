# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors for libraries that speak DLPack: PyTorch, JAX, CuPy, numpy and others."""

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
        An object with `__dlpack__`, over the message's data in the memory of the processor; what is made of it shares
        them. A copy is made where they cannot be written to, because DLPack has no word for that.

    Raises:
        ValueError: the elements are of 4 bits or bfloat16, which numpy's DLPack has not, or the tensor is not one that
            `tensor_to_numpy` reads.

    Source: DLPack, "Python Specification".
    """
    if is_four_bit(tensor) or tensor.dtype_code == BFLOAT:
        raise ValueError(
            f"{describe(tensor)}: 4-bit integers and bfloat16 do not go through DLPack; pass on "
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
    """Make a tensor of an object of a library that speaks DLPack. The elements are copied once.

    Args:
        source: with `__dlpack__`, in the memory of the processor: a `torch.Tensor`, an array of JAX, ...
        name, scale, zero_point, axis: as for `numpy_to_tensor`.

    Raises:
        TypeError: `source` does not speak DLPack, or its element type has no place in a Tensor.
        BufferError, RuntimeError: it cannot be read from the processor's memory, as its library or numpy puts it.
        ValueError: scales and zero points do not fit the shape.
    """
    if not hasattr(source, "__dlpack__"):
        raise TypeError(f"tensor '{name}': expected an object with __dlpack__, got {type(source).__name__}")
    # numpy refuses to export arrays that cannot be written to, and needs no export of its own ones.
    array = source if isinstance(source, np.ndarray) else np.from_dlpack(source)
    return numpy_to_tensor(array, name, scale=scale, zero_point=zero_point, axis=axis)
