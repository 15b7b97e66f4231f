# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes simulated model files (`.hbm`) from networks and from descriptions.

`docs/model-file.md` describes the file and the descriptions. OpenVINO is imported only when a network is packed.
"""

from ..dtypes import DTYPES, DType
from .container import Package, PackedModel, Program, read_package, write_package
from .description import read_description
from .errors import PackError, PackFileError
from .manifest import Fill, Manifest, Model, Tensor, make_tensor, nv12_tensors
from .network import pack_network
from .options import InputOptions, NetworkOptions, Nv12, PortOptions, parse_dtype
from .quantization import Quantization

__all__ = [
    "DTYPES",
    "DType",
    "Fill",
    "InputOptions",
    "Manifest",
    "Model",
    "NetworkOptions",
    "Nv12",
    "PackError",
    "PackFileError",
    "Package",
    "PackedModel",
    "PortOptions",
    "Program",
    "Quantization",
    "Tensor",
    "make_tensor",
    "nv12_tensors",
    "pack_network",
    "parse_dtype",
    "read_description",
    "read_package",
    "write_package",
]
