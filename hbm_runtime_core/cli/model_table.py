# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a model, as text and as JSON: the same for a simulated file and for one that a runtime has loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..decode.stored import decoder_of, text_of
from ..errors import HbmValueError
from ..model_file import file_sha256
from ..packer import Package, Quantization, Tensor
from .console import table

_SHOWN_VALUES = 6
_SHOWN_LABELS = 5


@dataclass(frozen=True)
class TensorFacts:
    """One input or output; `aligned_bytes` is that of the whole buffer."""

    name: str
    description: str
    dtype: str
    shape: list[int]
    strides: list[int]
    aligned_bytes: int
    quantization: Quantization | None

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "dtype": self.dtype,
            "shape": self.shape,
            "strides": self.strides,
            "aligned_bytes": self.aligned_bytes,
            "quantization": self.quantization.to_json() if self.quantization else {"type": "none"},
        }


@dataclass(frozen=True)
class ModelFacts:
    """One model.

    Attributes:
        bpu_cores: None where the board's library does not report it.
        extra: what only one kind of file has.
    """

    name: str
    description: str
    bpu_cores: int | None
    inputs: list[TensorFacts]
    outputs: list[TensorFacts]
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": text_of(self.description),
            **self._decoder(),
            "bpu_cores": self.bpu_cores,
            **self.extra,
            "inputs": [tensor.to_json() for tensor in self.inputs],
            "outputs": [tensor.to_json() for tensor in self.outputs],
        }

    def _decoder(self) -> dict[str, Any]:
        try:
            decoder = decoder_of(self.description, self.name)
        except HbmValueError as error:
            return {"decoder": f"unreadable: {error}"}
        return {"decoder": decoder.to_json()} if decoder else {}

    def to_text(self) -> str:
        lines = [f"model {self.name}"]
        facts: dict[str, Any] = {
            "description": text_of(self.description) or "-",
            **self._decoder(),
            "BPU cores": self.bpu_cores or "?",
            **self.extra,
        }
        rows = [[label.replace("_us", " (us)").replace("_", " "), _fact(label, value)] for label, value in facts.items()]
        lines.append(table(rows, indent="  "))
        rows = [["", "name", "type", "shape", "stride (bytes)", "aligned bytes", "quantization", "description"]]
        for kind, tensors in (("input", self.inputs), ("output", self.outputs)):
            rows += [[f"{kind} {i}", *_tensor_row(tensor)] for i, tensor in enumerate(tensors)]
        lines.append(table(rows, indent="  ", right=(5,)))
        if any(-1 in tensor.strides for tensor in (*self.inputs, *self.outputs)):
            lines.append("  -1: chosen by the program that allocates the tensor; the runtime does it by itself")
        return "\n".join(lines)


def _fact(label: str, value: Any) -> str:
    if label == "latency_us" and value == 0:
        return "not declared"
    if label == "max_time_per_fc_us" and value == 0:
        return "not declared: the whole model is one function call"
    return _shown(value)


def _tensor_row(tensor: TensorFacts) -> list[str]:
    return [
        tensor.name,
        tensor.dtype,
        _shown(tensor.shape),
        _shown(tensor.strides),
        str(tensor.aligned_bytes),
        _quantization(tensor.quantization),
        tensor.description,
    ]


def _quantization(quantization: Quantization | None) -> str:
    if quantization is None:
        return "none"
    text = f"scale {_first(quantization.scale)}"
    if quantization.zero_point:
        text += f" zero point {_first(quantization.zero_point)}"
    return text + (f" axis {quantization.axis}" if len(quantization.scale) > 1 else "")


def _first(values: tuple[float, ...]) -> str:
    shown = " ".join(f"{value:g}" for value in values[:_SHOWN_VALUES])
    return shown if len(values) <= _SHOWN_VALUES else f"{shown} ... ({len(values)})"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(item)}" for key, item in value.items())
    if isinstance(value, list) and len(value) > _SHOWN_LABELS and isinstance(value[0], str):
        return f"[{','.join(value[:_SHOWN_LABELS])},... ({len(value)})]"
    if isinstance(value, list):
        return "[" + ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in value) + "]"
    return str(value)


def package_facts(package: Package) -> list[ModelFacts]:
    """The models of a simulated file."""
    result = []
    for packed in package.models:
        model = packed.model
        extra: dict[str, Any] = {
            "engine": model.engine,
            "latency_us": model.latency_us,
            "max_time_per_fc_us": model.max_time_per_fc_us,
        }
        if model.engine == "timed":
            extra["fills"] = {output.name: output.fill.to_json() for output in model.outputs if output.fill}
        extra.update(packed.provenance)
        result.append(
            ModelFacts(
                model.name,
                model.description,
                model.bpu_cores,
                [_facts(tensor) for tensor in model.inputs],
                [_facts(tensor) for tensor in model.outputs],
                extra,
            )
        )
    return result


def _facts(tensor: Tensor) -> TensorFacts:
    return TensorFacts(
        tensor.name,
        tensor.description,
        tensor.dtype.name,
        list(tensor.shape),
        list(tensor.strides),
        tensor.aligned_bytes,
        tensor.quantization,
    )


def package_json(package: Package, path: str | os.PathLike[str]) -> dict[str, Any]:
    return {
        "file": str(path),
        "backend": "sim",
        "bytes": Path(path).stat().st_size,
        "sha256": file_sha256(path),
        "description": package.description,
        "soc": package.soc,
        "created_by": package.created_by,
        "models": [facts.to_json() for facts in package_facts(package)],
    }


def describe_package(package: Package, path: str | os.PathLike[str]) -> str:
    size = Path(path).stat().st_size
    head = f"{path}: simulated model file (backend sim), SoC {package.soc}, {size} bytes\n  SHA-256 {file_sha256(path)}"
    if package.description:
        head += f"\n  {package.description}"
    return "\n\n".join([head, *(facts.to_text() for facts in package_facts(package))])
