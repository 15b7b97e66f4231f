# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Element types and quantization of the runtime as the fields of messages."""

from __future__ import annotations

from typing import Any

from hbm_runtime_core.dtypes import DTYPES

from . import _wire
from .errors import printable
from .msg import Tensor, TensorInfo


def is_quantized(quant: Any) -> bool:
    """Return whether a hbm_runtime_core.QuantParams says how numbers become real values."""
    return int(quant.quant_type) != Tensor.QUANT_NONE


def quantization(quant: Any, rank: int) -> dict[str, Any]:
    """Return the quantization fields of the messages for a hbm_runtime_core.QuantParams of a tensor with `rank` axes."""
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
    element = DTYPES[dtype.name]
    return _wire.TensorType(
        name=name,
        dtype_code=element.code,
        dtype_bits=element.bits,
        packed_length=int(shape[-1]) if element.is_packed and len(shape) else 0,
        **quantization(quant, len(shape)),
    )


def tensor_info(name: str, description: str, dtype: Any, shape: Any, strides: Any, quant: Any) -> TensorInfo:
    """Return the message that describes an input or output of a model. `strides` are bytes."""
    element = DTYPES[dtype.name]
    return TensorInfo(
        name=printable(name),
        description=printable(description),
        dtype=element.numpy_name,
        dtype_code=element.code,
        dtype_bits=element.bits,
        dtype_lanes=1,
        shape=[int(length) for length in shape],
        stride_bytes=[int(stride) for stride in strides],
        **quantization(quant, len(shape)),
    )
