# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensor lists as a feature extractor sends them."""

from typing import Any

import numpy as np
from hbm_runtime_ros.msg import Tensor, TensorList

_CODES = {"i": Tensor.DTYPE_INT, "u": Tensor.DTYPE_UINT, "f": Tensor.DTYPE_FLOAT, "b": Tensor.DTYPE_BOOL}


def tensor(name: str, values: Any, **fields: Any) -> Tensor:
    """A compact tensor; `fields` say otherwise."""
    values = np.asarray(values)
    message = Tensor(
        name=name,
        dtype_code=_CODES[values.dtype.kind],
        dtype_bits=values.dtype.itemsize * 8,
        dtype_lanes=1,
        shape=list(values.shape),
        quant_axis=-1,
    )
    message.data.frombytes(np.ascontiguousarray(values).tobytes())
    for field, value in fields.items():
        setattr(message, field, value)
    return message


def tensor_list(*tensors: Tensor, frame_id: str = "lidar") -> TensorList:
    message = TensorList(tensors=list(tensors))
    message.header.frame_id = frame_id
    return message
