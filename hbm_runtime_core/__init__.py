# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Models on the BPU of D-Robotics boards, or on its simulator.

    from hbm_runtime_core import HB_HBMRuntime
    runtime = HB_HBMRuntime("model.hbm")
    results = runtime.run(array)

Importing opens no library. The first runtime opens the vendor's libraries if they are installed, otherwise the simulator's
(environment variable HBM_RUNTIME_BACKEND = auto, bpu or sim).
"""

from __future__ import annotations

import pkgutil
from typing import Any

# In the checkout Python finds this folder first; the compiled module is in the installed package.
__path__ = pkgutil.extend_path(__path__, __name__)

from ._native import (
    CallTiming,
    HB_HBMRuntime,
    InferRequest,
    QuantParams,
    SchedParam,
    check_quantization,
    dequantize,
    hbDNNDataType,
    hbDNNQuantiType,
    quantize,
)
from .errors import HbmEncodingError, HbmFileNotFoundError, HbmRuntimeError, HbmTimeoutError, HbmValueError

__all__ = [
    "HB_HBMRuntime",
    "InferRequest",
    "CallTiming",
    "QuantParams",
    "SchedParam",
    "hbDNNDataType",
    "hbDNNQuantiType",
    "HbmRuntimeError",
    "HbmValueError",
    "HbmEncodingError",
    "HbmFileNotFoundError",
    "HbmTimeoutError",
    "InferFuture",
    "quantize",
    "dequantize",
    "check_quantization",
    "pack_four_bit",
    "unpack_four_bit",
    "nv12_planes",
    "get_include",
]

# Names that are imported when first used, so that importing the package costs little more than loading its library.
_LAZY = {
    "InferFuture": "future",
    "pack_four_bit": "four_bit",
    "unpack_four_bit": "four_bit",
    "nv12_planes": "nv12",
}


def get_include() -> str:
    """Directory of the C API's headers: compile with -I<this>, include "hobot/dnn/hb_dnn.h"."""
    import os

    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "include")


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
