# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as `tensor_msgs/ExperimentalTensor`, which has the fields of Tensor except name and quantization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .element_types import describe, is_four_bit
from .numpy_arrays import numpy_to_tensor, tensor_to_numpy

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import Tensor

# The two messages define these in the same way, both after DLPack.
_SHARED_FIELDS = ("dtype_code", "dtype_bits", "dtype_lanes", "shape", "strides", "byte_offset", "data")


def to_experimental_tensor(tensor: Tensor) -> Any:
    """Make a `tensor_msgs/ExperimentalTensor`, field by field.

    Args:
        tensor: of a result, or any message of that type. The message has no field for scales and zero points: let the node
            dequantize (parameter `dequantize`) what its readers use as real values.

    Returns:
        The message, with a copy of the data. 4-bit integers become int8 or uint8, because its readers expect whole bytes.

    Raises:
        ImportError: tensor_msgs is not installed.
        ValueError: `tensor` is not one that `tensor_to_numpy` reads.

    Source: tensor_msgs/msg/ExperimentalTensor.msg; DLPack, "DLTensor".
    """
    try:
        from tensor_msgs.msg import ExperimentalTensor
    except ImportError as error:
        raise ImportError(f"tensor_msgs is not installed; install it with your ROS distribution ({error})") from error
    if is_four_bit(tensor):
        tensor = numpy_to_tensor(tensor_to_numpy(tensor), tensor.name)
    return ExperimentalTensor(**{field: getattr(tensor, field) for field in _SHARED_FIELDS})


def from_experimental_tensor(message: Any, name: str) -> Tensor:
    """Make a tensor of a `tensor_msgs/ExperimentalTensor`, field by field, without quantization.

    Args:
        message: whose elements are integers or floats of whole bytes, or bool. Its data is copied.
        name: of the model's input, or whatever the reader expects.

    Raises:
        ImportError: the elements are bfloat16, and ml_dtypes is not installed.
        ValueError: a Tensor has no such element type, or shape, strides and offset reach outside of the data.

    Source: tensor_msgs/msg/ExperimentalTensor.msg; DLPack, "DLTensor".
    """
    from hbm_runtime_ros.msg import Tensor  # generated: reading alone does without

    tensor = Tensor(name=name, quant_axis=-1, **{field: getattr(message, field) for field in _SHARED_FIELDS})
    if is_four_bit(tensor):
        # DLPack packs 4-bit rows without gaps; in a Tensor each row begins with a new byte.
        raise ValueError(f"{describe(tensor)}: expected elements of whole bytes, got 4 bits; send int8 or uint8")
    tensor_to_numpy(tensor)  # raises what does not fit
    return tensor
