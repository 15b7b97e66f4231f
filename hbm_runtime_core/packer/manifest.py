# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The models of a simulated model file: the objects in `manifest.json`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..dtypes import DTYPES, DType
from .errors import PackError
from .layout import DYNAMIC, MAX_DIMENSIONS, MAX_TENSOR_BYTES, aligned_bytes_for, check_layout, strides_for
from .quantization import Quantization

FORMAT = "hbm-sim"
FORMAT_VERSION = 1
SOCS = ("any", "s100", "s100p", "s600")
SOC_BPU_CORES = {"any": 4, "s100": 1, "s100p": 1, "s600": 4}
ENGINES = ("openvino", "timed")
FILL_KINDS = ("zeros", "noise", "constant", "copy", "file")
MAX_MODELS = 256
MAX_TENSORS = 1024


@dataclass(frozen=True)
class Fill:
    """What the timed engine writes into an output.

    Attributes:
        data: of a recording: the member of the model file that holds it.
        runs: of a recording: how many runs it holds; after the last one the first follows.
    """

    kind: str = "zeros"
    seed: int = 0
    value: float = 0
    input: str = ""
    data: str = ""
    runs: int = 1

    def to_json(self) -> dict[str, Any]:
        extra: dict[str, dict[str, Any]] = {
            "noise": {"seed": self.seed},
            "constant": {"value": self.value},
            "copy": {"input": self.input},
            "file": {"data": self.data, "runs": self.runs},
        }
        return {"kind": self.kind, **extra.get(self.kind, {})}


@dataclass(frozen=True)
class Tensor:
    """One input or output, as the C API describes it.

    Attributes:
        shape: dimensions, -1 where dynamic.
        strides: bytes, -1 where the caller chooses.
        aligned_bytes: of the whole buffer, -1 where a dimension or stride is dynamic.
    """

    name: str
    dtype: DType
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    aligned_bytes: int
    description: str = ""
    quantization: Quantization | None = None
    fill: Fill | None = None

    def to_json(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "dtype": self.dtype.name,
            "shape": list(self.shape),
            "strides": list(self.strides),
            "aligned_bytes": self.aligned_bytes,
            "quantization": self.quantization.to_json() if self.quantization else {"type": "none"},
        }
        if self.fill:
            result["fill"] = self.fill.to_json()
        return result


def make_tensor(
    name: str,
    dtype: DType,
    shape: Iterable[int],
    *,
    where: str,
    strides: Iterable[int] | None = None,
    stride_align_bytes: int = 1,
    aligned_bytes: int | None = None,
    description: str = "",
    quantization: Quantization | None = None,
    fill: Fill | None = None,
) -> Tensor:
    """A tensor with everything that can be derived filled in and everything checked.

    Raises:
        PackError: the text begins with `where`.
    """
    if not name:
        raise PackError(f"{where}: a tensor needs a name")
    shape = tuple(shape)
    if not 1 <= len(shape) <= MAX_DIMENSIONS:
        raise PackError(f"{where}: expected 1 to {MAX_DIMENSIONS} dimensions, got {len(shape)}: {list(shape)}")
    for i, size in enumerate(shape):
        if size != DYNAMIC and not 1 <= size < 2**31:
            raise PackError(f"{where}: dimension {i} must be at least 1, or -1 where dynamic; got {list(shape)}")
    if stride_align_bytes < 1 or stride_align_bytes & (stride_align_bytes - 1):
        raise PackError(f"{where}: a stride alignment is a power of two, in bytes; got {stride_align_bytes}")
    if strides is None:
        align = max(stride_align_bytes, dtype.element_bytes) if stride_align_bytes > 1 else 1
        strides = strides_for(shape, dtype, align)
    strides = tuple(strides)
    check_layout(shape, strides, dtype, where)
    derived = aligned_bytes_for(shape, strides, dtype)
    if aligned_bytes is None:
        aligned_bytes = derived
    elif aligned_bytes != derived and (derived == DYNAMIC or aligned_bytes < derived):
        expected = "-1, as a dimension or stride is dynamic" if derived == DYNAMIC else f"at least {derived}"
        raise PackError(f"{where}: aligned_bytes must be {expected}; got {aligned_bytes}")
    elif aligned_bytes > MAX_TENSOR_BYTES:
        raise PackError(f"{where}: aligned_bytes must be at most {MAX_TENSOR_BYTES}; got {aligned_bytes}")
    if quantization:
        quantization = quantization.checked(shape, dtype, where)
    if fill and fill.kind == "constant":
        _check_constant(fill.value, dtype, where)
    return Tensor(name, dtype, shape, strides, aligned_bytes, description, quantization, fill)


def _check_constant(value: float, dtype: DType, where: str) -> None:
    if dtype.name == "BOOL8":
        fits = value in (0, 1)
    elif dtype.is_integer:
        fits = float(value).is_integer() and dtype.limits[0] <= value <= dtype.limits[1]
    else:
        fits = abs(value) <= float(np.finfo(dtype.numpy).max)
    if not fits:
        raise PackError(f"{where}: the constant {value:g} is no {dtype.name}")


def nv12_tensors(name: str, batch: int, height: int, width: int, *, where: str, **common: Any) -> list[Tensor]:
    """The two planes of an NV12 picture; the caller chooses the length of a row.

    Raises:
        PackError: an odd side: a pair of color values covers two by two pixels.
    """
    if height % 2 or width % 2 or height < 2 or width < 2:
        raise PackError(f"{where}: NV12 needs an even width and height, got {width}x{height} (width x height)")
    u8 = DTYPES["U8"]
    return [
        make_tensor(f"{name}_y", u8, (batch, height, width, 1), strides=(-1, -1, 1, 1), where=where, **common),
        make_tensor(f"{name}_uv", u8, (batch, height // 2, width // 2, 2), strides=(-1, -1, 2, 1), where=where, **common),
    ]


@dataclass(frozen=True)
class Model:
    """One model of a file.

    Attributes:
        latency_us: BPU time that a run is declared to take; 0 if it is not declared.
        max_time_per_fc_us: longest function call, between which 254 and 255 preempt; 0 is one call, never split.
        program: names of the program's files in the package, for the OpenVINO engine.
    """

    name: str
    engine: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    description: str = ""
    bpu_cores: int = 1
    latency_us: int = 0
    max_time_per_fc_us: int = 0
    program: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "bpu_cores": self.bpu_cores,
            "engine": self.engine,
        }
        if self.program:
            result["program"] = self.program
        result["timing"] = {"latency_us": self.latency_us, "max_time_per_fc_us": self.max_time_per_fc_us}
        result["inputs"] = [tensor.to_json() for tensor in self.inputs]
        result["outputs"] = [tensor.to_json() for tensor in self.outputs]
        return result

    def at_index(self, index: int) -> Model:
        """This model with its program and recordings at the place of the `index`-th model of a file."""
        program = {name: f"programs/{index}/network.{name}" for name in ("xml", "bin")}
        outputs = tuple(
            replace(output, fill=replace(output.fill, data=f"recordings/{index}/{i}.bin"))
            if output.fill and output.fill.kind == "file"
            else output
            for i, output in enumerate(self.outputs)
        )
        return replace(self, program=program if self.engine == "openvino" else {}, outputs=outputs)


@dataclass(frozen=True)
class Manifest:
    """A whole file."""

    models: tuple[Model, ...]
    description: str = ""
    soc: str = "any"
    created_by: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "description": self.description,
            "soc": self.soc,
            "created_by": self.created_by,
            "models": [model.to_json() for model in self.models],
        }


def check_models(models: Iterable[Model], soc: str, where: str) -> None:
    """Check the models together: unique names, cores that the SoC has, copies that fit.

    Raises:
        PackError: names the model and the tensor.
    """
    models = list(models)
    if not 1 <= len(models) <= MAX_MODELS:
        raise PackError(f"{where}: expected 1 to {MAX_MODELS} models in a file, got {len(models)}")
    seen: set[str] = set()
    for model in models:
        if not model.name:
            raise PackError(f"{where}: a model needs a name")
        if model.name in seen:
            raise PackError(f"{where}: duplicate model name '{model.name}'; every model of a file needs its own name")
        seen.add(model.name)
        place = f"{where}: model '{model.name}'"
        if not 1 <= model.bpu_cores <= SOC_BPU_CORES[soc]:
            raise PackError(f"{place}: bpu_cores must be 1..{SOC_BPU_CORES[soc]} for SoC '{soc}', got {model.bpu_cores}")
        if model.latency_us < 0 or model.max_time_per_fc_us < 0:
            raise PackError(f"{place}: latency_us and max_time_per_fc_us must not be negative")
        if not model.inputs or not model.outputs:
            raise PackError(f"{place}: a model needs at least one input and one output")
        for kind, tensors in (("inputs", model.inputs), ("outputs", model.outputs)):
            if len(tensors) > MAX_TENSORS:
                raise PackError(f"{place}: expected at most {MAX_TENSORS} {kind}, got {len(tensors)}")
            names = [tensor.name for tensor in tensors]
            for name in names:
                if names.count(name) > 1:
                    raise PackError(f"{place}: duplicate name '{name}' among the {kind}")
        for output in model.outputs:
            if DYNAMIC in output.strides and DYNAMIC not in output.shape:
                raise PackError(
                    f"{place}, output '{output.name}': a fixed shape needs fixed strides, got {list(output.strides)}"
                )
            _check_fill(model, output, place)
        _check_runs(model, place)


def _check_runs(model: Model, place: str) -> None:
    # The recordings of a model must have the same length, because each run uses the same position of all of them.
    runs = {output.name: output.fill.runs for output in model.outputs if output.fill and output.fill.kind == "file"}
    if len({count for count in runs.values() if count > 1}) > 1:
        counts = ", ".join(f"'{name}' {count}" for name, count in runs.items())
        raise PackError(f"{place}: expected 1 recorded run, or the same number for all outputs, got {counts}")


def _check_fill(model: Model, output: Tensor, place: str) -> None:
    place = f"{place}, output '{output.name}'"
    fill = output.fill
    if model.engine != "timed":
        if fill:
            raise PackError(f"{place}: only a timed model has 'fill'; this one computes its outputs")
        return
    if fill is None or fill.kind != "copy":
        if DYNAMIC in output.shape:
            raise PackError(
                f"{place}: a dynamic shape {list(output.shape)} of a timed model must follow an input: "
                "give it the fill 'copy'"
            )
        return
    by_name = {tensor.name: tensor for tensor in model.inputs}
    source = by_name.get(fill.input)
    if source is None:
        raise PackError(f"{place}: fill copies input '{fill.input}', but the inputs are {', '.join(by_name)}")
    fits = len(source.shape) == len(output.shape) and all(
        size in (DYNAMIC, source_size) for size, source_size in zip(output.shape, source.shape)
    )
    if source.dtype != output.dtype or not fits:
        raise PackError(
            f"{place}: a copy has the type and shape of its input: expected {source.dtype.name} "
            f"{list(source.shape)} as '{source.name}', got {output.dtype.name} {list(output.shape)}"
        )
