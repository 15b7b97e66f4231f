# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as messages of Isaac ROS (isaac_ros_tensor_list_interfaces), and the other way round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from .element_types import describe
from .numpy_arrays import numpy_to_tensor, tensor_to_numpy, view_of

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import InferenceResult, Tensor

_CODES = {
    "int8": 1, "uint8": 2, "int16": 3, "uint16": 4, "int32": 5,
    "uint32": 6, "int64": 7, "uint64": 8, "float32": 9, "float64": 10,
}  # fmt: skip
_NAMES = {code: name for name, code in _CODES.items()}
_WIDER = {"float16": np.float32, "bfloat16": np.float32, "bool": np.uint8}


def to_isaac(source: InferenceResult | Iterable[Tensor], header: Any = None, *, widen: bool = False) -> Any:
    """Make an `isaac_ros_tensor_list_interfaces/TensorList`.

    Args:
        source: a result, or tensors. Numbers go as they are: Isaac ROS has no place for scales and zero points, so let
            the node dequantise (parameter `dequantize`) what its decoders read as real values.
        header: a `std_msgs/Header`; None: that of the result, or an empty one.
        widen: send the types that Isaac ROS has not in the next wider one: float16 and bfloat16 as float32, bool as
            uint8. 4-bit integers always go as int8 or uint8.

    Raises:
        ImportError: isaac_ros_tensor_list_interfaces is not installed.
        TypeError: Isaac ROS has no such element type, and `widen` is False.
        ValueError: a tensor is not one that `tensor_to_numpy` reads.

    Source: isaac_ros_tensor_list_interfaces/msg/Tensor.msg.
    """
    messages = _messages()
    tensors = getattr(source, "outputs", source)
    header = getattr(source, "header", None) if header is None else header
    converted = messages.TensorList(tensors=[_to_isaac(messages, tensor, widen) for tensor in tensors])
    if header is not None:
        converted.header = header
    return converted


def from_isaac(tensor_list: Any) -> list[Tensor]:
    """Make tensors of the tensors of an `isaac_ros_tensor_list_interfaces/TensorList`, without quantisation.

    Raises:
        ValueError: the element type is unknown, the rank is not that of the dimensions, or shape and strides reach
            outside of the data.

    Source: isaac_ros_tensor_list_interfaces/msg/Tensor.msg.
    """
    return [_from_isaac(tensor) for tensor in tensor_list.tensors]


def _messages() -> Any:
    try:
        import isaac_ros_tensor_list_interfaces.msg
    except ImportError as error:
        raise ImportError(
            f"the messages of Isaac ROS cannot be imported ({error}). Install isaac_ros_tensor_list_interfaces and source "
            "its setup file"
        ) from error
    return isaac_ros_tensor_list_interfaces.msg


def _to_isaac(messages: Any, tensor: Tensor, widen: bool) -> Any:
    array = tensor_to_numpy(tensor)
    if widen and array.dtype.name in _WIDER:
        array = array.astype(_WIDER[array.dtype.name])
    code = _CODES.get(array.dtype.name)
    if code is None:
        raise TypeError(
            f"{describe(tensor)}: Isaac ROS has no {array.dtype.name}, it has {', '.join(_CODES)}; widen=True sends the "
            "next wider type"
        )
    dense = np.ascontiguousarray(array).reshape(array.shape)
    converted = messages.Tensor(
        name=tensor.name,
        shape=messages.TensorShape(rank=dense.ndim, dims=list(dense.shape)),
        data_type=code,
        strides=list(dense.strides),
    )
    converted.data.frombytes(dense.reshape(-1).view(np.uint8))
    return converted


def _from_isaac(tensor: Any) -> Tensor:
    what, dims = describe(tensor), list(tensor.shape.dims)
    if tensor.shape.rank != len(dims):
        raise ValueError(f"{what}: rank {tensor.shape.rank}, but {len(dims)} dimensions {dims}")
    name = _NAMES.get(tensor.data_type)
    if name is None:
        known = ", ".join(f"{code} = {each}" for code, each in _NAMES.items())
        raise ValueError(f"{what}: data_type {tensor.data_type} is unknown; known are {known}")
    dtype = np.dtype(name).newbyteorder("<")
    return numpy_to_tensor(view_of(what, tensor.data, dtype, dims, list(tensor.strides)), tensor.name)
