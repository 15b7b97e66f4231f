# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as messages of Isaac ROS, and the other way round."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from .element_types import describe
from .numpy_arrays import numpy_to_tensor, tensor_to_numpy, view_of
from .tensor_msgs import from_experimental_tensor, to_experimental_tensor

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import InferenceResult, Tensor

# Isaac ROS 5 replaced the package of its tensor messages.
_PACKAGES = {4: "isaac_ros_tensor_list_interfaces", 5: "isaac_ros_tensor_msgs"}
_CODES = {
    "int8": 1, "uint8": 2, "int16": 3, "uint16": 4, "int32": 5,
    "uint32": 6, "int64": 7, "uint64": 8, "float32": 9, "float64": 10,
}  # fmt: skip
_NAMES = {code: name for name, code in _CODES.items()}
_WIDER = {"float16": np.float32, "bfloat16": np.float32, "bool": np.uint8}


def to_isaac(
    source: InferenceResult | Iterable[Tensor], header: Any = None, *, release: int = 4, widen: bool = False
) -> Any:
    """Make a `TensorList` of Isaac ROS.

    Args:
        source: a result, or tensors. Numbers go as they are: Isaac ROS has no field for scales and zero points, so let
            the node dequantize (parameter `dequantize`) what its decoders read as real values.
        header: a `std_msgs/Header`; None: that of the result, or an empty one.
        release: 4 for `isaac_ros_tensor_list_interfaces/TensorList`, which Isaac ROS up to 4.5 reads; 5 for
            `isaac_ros_tensor_msgs/TensorList`, which Isaac ROS 5 reads.
        widen: send float16 and bfloat16 as float32, and bool as uint8: the messages of release 4 have neither.

    Returns:
        The message. 4-bit integers become int8 or uint8.

    Raises:
        ImportError: the messages of this release are not installed.
        TypeError: release 4 has no such element type, and `widen` is False.
        ValueError: `release` is another number, or a tensor is not one that `tensor_to_numpy` reads.

    Source: isaac_ros_tensor_list_interfaces/msg/Tensor.msg; isaac_ros_tensor_msgs/msg/TensorList.msg.
    """
    if release not in _PACKAGES:
        raise ValueError(f"release must be 4 or 5, got {release}")
    messages = _messages(release)
    tensors = list(getattr(source, "outputs", source))
    if widen:
        tensors = [_widened(tensor) for tensor in tensors]
    if release == 4:
        converted = messages.TensorList(tensors=[_to_release_4(messages, tensor) for tensor in tensors])
    else:
        converted = messages.TensorList(
            names=[tensor.name for tensor in tensors], tensors=[to_experimental_tensor(tensor) for tensor in tensors]
        )
    header = getattr(source, "header", None) if header is None else header
    if header is not None:
        converted.header = header
    return converted


def from_isaac(tensor_list: Any) -> list[Tensor]:
    """Make tensors of those of a `TensorList` of Isaac ROS of any release, without quantization.

    Raises:
        ImportError: a tensor is bfloat16, and ml_dtypes is not installed.
        ValueError: the element type is unknown, the numbers of names, dimensions or tensors contradict each other, or
            shape and strides reach outside of the data.

    Source: isaac_ros_tensor_list_interfaces/msg/Tensor.msg; isaac_ros_tensor_msgs/msg/TensorList.msg.
    """
    if not hasattr(tensor_list, "names"):
        return [_from_release_4(tensor) for tensor in tensor_list.tensors]
    names, tensors = tensor_list.names, tensor_list.tensors
    if len(names) != len(tensors):
        raise ValueError(f"tensor list: expected as many names as tensors, got {len(names)} and {len(tensors)}")
    return [from_experimental_tensor(tensor, name) for name, tensor in zip(names, tensors)]


def _messages(release: int) -> Any:
    package = _PACKAGES[release]
    try:
        return importlib.import_module(f"{package}.msg")
    except ImportError as error:
        raise ImportError(
            f"{package} is not installed; install it with Isaac ROS {release} and source its setup file ({error})"
        ) from error


def _widened(tensor: Tensor) -> Tensor:
    array = tensor_to_numpy(tensor)
    wider = _WIDER.get(array.dtype.name)
    return tensor if wider is None else numpy_to_tensor(array.astype(wider), tensor.name)


def _to_release_4(messages: Any, tensor: Tensor) -> Any:
    array = tensor_to_numpy(tensor)
    code = _CODES.get(array.dtype.name)
    if code is None:
        raise TypeError(
            f"{describe(tensor)}: expected one of {', '.join(_CODES)}, got {array.dtype.name}; widen=True sends the next "
            "wider type"
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


def _from_release_4(tensor: Any) -> Tensor:
    what, dims = describe(tensor), list(tensor.shape.dims)
    if tensor.shape.rank != len(dims):
        raise ValueError(f"{what}: expected a dimension for each of rank {tensor.shape.rank}, got {dims}")
    name = _NAMES.get(tensor.data_type)
    if name is None:
        known = ", ".join(f"{code} = {each}" for code, each in _NAMES.items())
        raise ValueError(f"{what}: unknown data_type {tensor.data_type} (known: {known})")
    dtype = np.dtype(name).newbyteorder("<")
    return numpy_to_tensor(view_of(what, tensor.data, dtype, dims, list(tensor.strides)), tensor.name)
