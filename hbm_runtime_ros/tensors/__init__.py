# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors of results as arrays and back, their real values, and converters to DLPack and Isaac ROS.

The page docs/results.md shows them at work. Reading needs numpy alone; the messages of Isaac ROS are imported when its
converters are called.
"""

from .dlpack import from_dlpack, to_dlpack
from .isaac import from_isaac, to_isaac
from .numpy_arrays import numpy_to_tensor, tensor_to_numpy
from .real_values import dequantize

__all__ = [
    "tensor_to_numpy",
    "numpy_to_tensor",
    "dequantize",
    "to_dlpack",
    "from_dlpack",
    "to_isaac",
    "from_isaac",
]
