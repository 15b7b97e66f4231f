# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The element types of the runtime in the words of the messages."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import _wire
from .errors import printable
from .msg import Tensor, TensorInfo


class ElementType(NamedTuple):
    """DLPack's type code and bits, and numpy's name."""

    code: int
    bits: int
    name: str


# By the names of hbm_runtime_core.hbDNNDataType.
ELEMENT_TYPES = {
    "S4": ElementType(Tensor.DTYPE_INT, 4, "int4"),
    "U4": ElementType(Tensor.DTYPE_UINT, 4, "uint4"),
    "S8": ElementType(Tensor.DTYPE_INT, 8, "int8"),
    "U8": ElementType(Tensor.DTYPE_UINT, 8, "uint8"),
    "F16": ElementType(Tensor.DTYPE_FLOAT, 16, "float16"),
    "S16": ElementType(Tensor.DTYPE_INT, 16, "int16"),
    "U16": ElementType(Tensor.DTYPE_UINT, 16, "uint16"),
    "F32": ElementType(Tensor.DTYPE_FLOAT, 32, "float32"),
    "S32": ElementType(Tensor.DTYPE_INT, 32, "int32"),
    "U32": ElementType(Tensor.DTYPE_UINT, 32, "uint32"),
    "F64": ElementType(Tensor.DTYPE_FLOAT, 64, "float64"),
    "S64": ElementType(Tensor.DTYPE_INT, 64, "int64"),
    "U64": ElementType(Tensor.DTYPE_UINT, 64, "uint64"),
    "BOOL8": ElementType(Tensor.DTYPE_BOOL, 8, "bool"),
}


def is_quantized(quant: Any) -> bool:
    """Return whether a hbm_runtime_core.QuantParams says how numbers become real values."""
    return int(quant.quant_type) != Tensor.QUANT_NONE


def quantization(quant: Any, rank: int) -> dict[str, Any]:
    """Return the quantisation fields of the messages for a hbm_runtime_core.QuantParams of a tensor with `rank` axes."""
    if not is_quantized(quant):
        return {"quant_type": Tensor.QUANT_NONE, "quant_scale": [], "quant_zero_point": [], "quant_axis": -1}
    scale = [float(value) for value in quant.scale]
    per_tensor = len(scale) == 1 or not 0 <= quant.axis < rank
    return {
        "quant_type": Tensor.QUANT_SCALE,
        "quant_scale": scale,
        "quant_zero_point": [int(value) for value in quant.zero_point],
        "quant_axis": -1 if per_tensor else int(quant.axis),
    }


def wire_type(name: str, dtype: Any, quant: Any, shape: Any) -> _wire.TensorType:
    """Return what every result contains of the output `name`."""
    element = ELEMENT_TYPES[dtype.name]
    return _wire.TensorType(
        name=name,
        dtype_code=element.code,
        dtype_bits=element.bits,
        packed_length=int(shape[-1]) if element.bits < 8 and len(shape) else 0,
        **quantization(quant, len(shape)),
    )


def tensor_info(name: str, description: str, dtype: Any, shape: Any, strides: Any, quant: Any) -> TensorInfo:
    """Return the message that describes an input or output of a model. `strides` are bytes."""
    element = ELEMENT_TYPES[dtype.name]
    return TensorInfo(
        name=printable(name),
        description=printable(description),
        dtype=element.name,
        dtype_code=element.code,
        dtype_bits=element.bits,
        dtype_lanes=1,
        shape=[int(length) for length in shape],
        stride_bytes=[int(stride) for stride in strides],
        **quantization(quant, len(shape)),
    )
