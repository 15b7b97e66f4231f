# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensor lists as a feature extractor sends them."""

from typing import Any

import numpy as np
from hbm_runtime_ros.msg import Tensor, TensorList

from hbm_runtime_ros.tensors import numpy_to_tensor


def tensor(name: str, values: Any, **fields: Any) -> Tensor:
    """A compact tensor; `fields` say otherwise."""
    message = numpy_to_tensor(np.asarray(values), name)
    for field, value in fields.items():
        setattr(message, field, value)
    return message


def tensor_list(*tensors: Tensor, frame_id: str = "lidar") -> TensorList:
    message = TensorList(tensors=list(tensors))
    message.header.frame_id = frame_id
    return message
