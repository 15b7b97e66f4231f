# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors of results as arrays and back, their real values, and converters to DLPack and to messages of other packages.

The page docs/results.md shows how to use them. Reading needs numpy alone; messages of other packages are imported when
their converters are called.
"""

from .dlpack import from_dlpack, to_dlpack
from .isaac import from_isaac, to_isaac
from .numpy_arrays import numpy_to_tensor, tensor_to_numpy
from .real_values import dequantize
from .tensor_msgs import from_experimental_tensor, to_experimental_tensor

__all__ = [
    "tensor_to_numpy",
    "numpy_to_tensor",
    "dequantize",
    "to_dlpack",
    "from_dlpack",
    "to_experimental_tensor",
    "from_experimental_tensor",
    "to_isaac",
    "from_isaac",
]
