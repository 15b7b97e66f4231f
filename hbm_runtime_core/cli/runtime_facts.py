# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a model file that a loaded runtime reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model_file import file_sha256
from ..packer import Quantization
from .model_table import ModelFacts, TensorFacts

if TYPE_CHECKING:
    from .. import HB_HBMRuntime


def model_facts(runtime: HB_HBMRuntime, name: str) -> ModelFacts:
    """One model of a runtime."""
    try:
        bpu_cores = runtime.compile_bpu_core_num[name]
    except RuntimeError:  # an older libdnn does not report it
        bpu_cores = None
    return ModelFacts(
        name,
        runtime.model_descs[name],
        bpu_cores,
        _tensors(runtime, name, "input"),
        _tensors(runtime, name, "output"),
    )


def _tensors(runtime: HB_HBMRuntime, model: str, kind: str) -> list[TensorFacts]:
    def of(what: str) -> Any:
        return getattr(runtime, f"{kind}_{what}")[model]

    descriptions, dtypes, shapes, quants = of("descs"), of("dtypes"), of("shapes"), of("quants")
    strides, aligned_bytes = of("strides"), of("aligned_bytes")
    return [
        TensorFacts(
            name,
            descriptions[name],
            dtypes[name].name,
            list(shapes[name]),
            list(strides[name]),
            aligned_bytes[name],
            _quantization(quants[name]),
        )
        for name in of("names")
    ]


def _quantization(quant: Any) -> Quantization | None:
    if quant.quant_type == 0:
        return None
    return Quantization(
        tuple(float(value) for value in quant.scale), tuple(int(value) for value in quant.zero_point), int(quant.axis)
    )


def _load(path: str | os.PathLike[str]) -> HB_HBMRuntime:
    from .. import HB_HBMRuntime

    return HB_HBMRuntime(os.fspath(path))


def runtime_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    runtime = _load(path)
    return {
        "file": str(path),
        "backend": runtime.backend,
        "bytes": Path(path).stat().st_size,
        "sha256": file_sha256(path),
        "description": next(iter(runtime.hbm_descs.values()), ""),
        "soc": runtime.soc,
        "models": [model_facts(runtime, name).to_json() for name in runtime.model_names],
    }


def describe_runtime(path: str | os.PathLike[str]) -> str:
    runtime = _load(path)
    size = Path(path).stat().st_size
    head = f"{path}: compiled for a BPU (backend {runtime.backend}), on {runtime.soc}, {size} bytes"
    head += f"\n  SHA-256 {file_sha256(path)}"
    description = next(iter(runtime.hbm_descs.values()), "")
    if description:
        head += f"\n  {description}"
    return "\n\n".join([head, *(model_facts(runtime, name).to_text() for name in runtime.model_names)])
