# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as numpy arrays, and the other way round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hbm_runtime_core import QuantParams, check_quantization, hbDNNQuantiType
from hbm_runtime_core.dtypes import DTYPES, INT
from hbm_runtime_core.four_bit import pack_four_bit, unpack_four_bit

from .element_types import QUANT_NONE, QUANT_SCALE, code_of, describe, dtype_of, is_four_bit

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import Tensor


def tensor_to_numpy(tensor: Tensor) -> np.ndarray:
    """Return the numbers of a tensor as they are, without dequantizing them.

    Args:
        tensor: of a result, or any message of that type.

    Returns:
        A view of `tensor.data` in the tensor's shape: nothing is copied, and writing to it writes to the message. While
        it lives, the message's data cannot change their length. 4-bit elements, which numpy cannot address, come
        unpacked in a new array of int8 or uint8. bfloat16 takes the package ml_dtypes.

    Raises:
        ValueError: shape, strides and byte_offset reach outside of the data, or numpy has no such element type.
        ImportError: the elements are bfloat16, and ml_dtypes is not installed.

    Source: msg/Tensor.msg; DLPack, "DLTensor".
    """
    what, shape = describe(tensor), tuple(tensor.shape)
    if is_four_bit(tensor):
        if len(tensor.strides) or not shape:
            raise ValueError(f"{what}: 4-bit elements are read row-major, from one axis on; got strides or no axis")
        packed_shape = (*shape[:-1], (shape[-1] + 1) // 2)
        packed = view_of(what, tensor.data, np.dtype(np.uint8), packed_shape, (), tensor.byte_offset)
        return unpack_four_bit(packed, shape[-1], signed=tensor.dtype_code == INT)
    dtype = dtype_of(tensor)
    stride_bytes = [stride * dtype.itemsize for stride in tensor.strides]
    return view_of(what, tensor.data, dtype, shape, stride_bytes, tensor.byte_offset)


def numpy_to_tensor(
    array: npt.ArrayLike,
    name: str,
    *,
    scale: npt.ArrayLike | None = None,
    zero_point: npt.ArrayLike | None = None,
    axis: int = -1,
    four_bit: bool = False,
) -> Tensor:
    """Make a tensor of an array. The elements are copied once, in row-major order.

    Args:
        array: integers and floats of up to 64 bits, bool or bfloat16; any strides and byte order.
        name: of the model's input, or whatever the reader expects.
        scale: real = (number - zero_point) * scale: one value, or one for each index along `axis`. None: the numbers
            are real values.
        zero_point: integers, as many as scales; None: all zero.
        axis: of the scales; -1 where there is one for the whole tensor.
        four_bit: pack int8 from -8 to 7, or uint8 from 0 to 15, two per byte.

    Raises:
        TypeError: a Tensor has no such element type.
        ValueError: scales and zero points do not fit the shape, or a number does not fit into 4 bits.

    Source: msg/Tensor.msg.
    """
    from hbm_runtime_ros.msg import Tensor  # generated: reading alone does without

    array = np.asarray(array)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    tensor = Tensor(
        name=name,
        dtype_code=code_of(array.dtype),
        dtype_bits=4 if four_bit else array.itemsize * 8,
        dtype_lanes=1,
        shape=list(array.shape),
        **_quantization(name, array.shape, scale, zero_point, axis),
    )
    if four_bit:
        array = _packed(name, array)
    # Humble checks every element of what is assigned to `data`, and none of what is appended in this way.
    tensor.data.frombytes(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    return tensor


def view_of(
    what: str, data: Any, dtype: np.dtype, shape: Sequence[int], stride_bytes: Sequence[int], offset: int = 0
) -> np.ndarray:
    """Return an array over `data` without copying.

    Args:
        what: the tensor, for errors.
        data: bytes, any C-contiguous buffer.
        shape: elements along each axis.
        stride_bytes: bytes between neighbors along each axis; empty = row-major without gaps.
        offset: bytes before the first element.

    Raises:
        ValueError: shape, strides and offset reach outside of `data` or do not fit each other, or the shape has more
            elements than `data`.
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
            f"of its data, which has {size_bytes}; was the message truncated?"
        )
    if (needed_bytes := dtype.itemsize * math.prod(shape)) > size_bytes:
        # Strides of 0 would let a few bytes have any shape, and whoever copies them would take memory for all of it.
        raise ValueError(f"{what}: {dtype} {list(shape)} takes {needed_bytes} bytes, its data has {size_bytes}")
    if size_bytes == 0:
        return np.empty(tuple(shape), dtype)
    # np.ndarray alone would not keep `data` from being resized under it.
    return np.ndarray(tuple(shape), dtype, np.frombuffer(data, np.uint8), offset, tuple(stride_bytes))


def _quantization(
    name: str, shape: tuple[int, ...], scale: npt.ArrayLike | None, zero_point: npt.ArrayLike | None, axis: int
) -> dict[str, Any]:
    if scale is None:
        if zero_point is not None:
            raise ValueError(f"tensor '{name}': zero_point cannot be used without scale; give `scale`, too")
        return {"quant_type": QUANT_NONE, "quant_axis": -1}
    scales = np.atleast_1d(np.asarray(scale, np.float32))
    zeros = np.atleast_1d(np.asarray([] if zero_point is None else zero_point))
    if zeros.size and zeros.dtype.kind not in "iu":
        raise ValueError(f"tensor '{name}': expected integers as zero points, got {zeros.dtype}")
    if scales.ndim != 1 or zeros.ndim != 1:
        raise ValueError(f"tensor '{name}': expected lists of scales and zero points, got {scales.shape} and {zeros.shape}")
    if axis < 0 and len(scales) > 1:
        raise ValueError(f"tensor '{name}': expected the axis of {len(scales)} scales, got {axis}, the whole tensor")
    try:
        check_quantization(QuantParams(hbDNNQuantiType.SCALE, axis=axis, scale=scales, zero_point=zeros), shape)
    except ValueError as error:
        raise ValueError(f"tensor '{name}': {error}") from error
    return {
        "quant_type": QUANT_SCALE,
        "quant_scale": scales.tolist(),
        "quant_zero_point": zeros.tolist(),
        "quant_axis": axis if len(scales) > 1 else -1,
    }


def _packed(name: str, array: np.ndarray) -> np.ndarray:
    name_of_packed = {"i1": "S4", "u1": "U4"}.get(array.dtype.str[1:])
    if name_of_packed is None or array.ndim == 0:
        raise ValueError(
            f"tensor '{name}': expected int8 or uint8 with an axis to pack into 4 bits, got {array.dtype} {array.shape}"
        )
    low, high = DTYPES[name_of_packed].limits
    if array.size and (array.min() < low or array.max() > high):
        raise ValueError(
            f"tensor '{name}': expected numbers from {low} to {high} to pack into 4 bits, got {array.min()} to {array.max()}"
        )
    return pack_four_bit(array)
