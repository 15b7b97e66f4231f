# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Models that give out recorded outputs, for the tests of decoders."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.cli import main

DTYPES = {
    "int8": "S8",
    "uint8": "U8",
    "int16": "S16",
    "int32": "S32",
    "int64": "S64",
    "float16": "F16",
    "float32": "F32",
}


@dataclass
class Recorded:
    """One output: what the device gives out, and what it means.

    Attributes:
        array: raw values.
        scale: None for real numbers; one number, or one for each element of `axis`.
        align_bytes: every stride is rounded up to a multiple of it.
    """

    array: np.ndarray
    scale: Any = None
    zero_point: Any = None
    axis: int = 0
    align_bytes: int = 1

    @property
    def real(self) -> np.ndarray:
        """The values as float32, as dequantize() makes them."""
        if self.scale is None:
            return self.array.astype(np.float32)
        wide = np.float32 if self.array.dtype.itemsize <= 2 else np.float64
        shape = [1] * self.array.ndim
        scale = np.atleast_1d(np.asarray(self.scale, np.float32))
        shape[self.axis if len(scale) > 1 else 0] = len(scale)
        zero = np.zeros(len(scale)) if self.zero_point is None else np.atleast_1d(self.zero_point)
        shifted = self.array.astype(wide) - zero.astype(wide).reshape(shape)
        return (shifted * scale.astype(wide).reshape(shape)).astype(np.float32)


def quantized(real: np.ndarray, dtype: str, scale: Any, *, axis: int = 0, align_bytes: int = 1) -> Recorded:
    """The nearest raw values of real ones."""
    scales = np.atleast_1d(np.asarray(scale, np.float32))
    shape = [1] * real.ndim
    shape[axis if len(scales) > 1 else 0] = len(scales)
    limits = np.iinfo(dtype)
    raw = np.clip(np.rint(real / scales.reshape(shape)), limits.min, limits.max).astype(dtype)
    return Recorded(raw, scales.tolist() if len(scales) > 1 else float(scales[0]), axis=axis, align_bytes=align_bytes)


def pack(
    folder: Path, outputs: dict[str, Recorded], *, name: str = "net", picture: tuple[int, int] = (640, 640), **model: Any
) -> str:
    """A model file whose model takes an NV12 picture of (width, height) and gives out the recorded arrays."""
    described = []
    for index, (output, recorded) in enumerate(outputs.items()):
        np.save(folder / f"{name}_{index}.npy", recorded.array)
        entry: dict[str, Any] = {
            "name": output,
            "dtype": DTYPES[recorded.array.dtype.name],
            "shape": list(recorded.array.shape),
            "fill": {"kind": "file", "path": f"{name}_{index}.npy"},
        }
        if recorded.scale is not None:
            scales = np.atleast_1d(recorded.scale).tolist()
            zeros = [0] * len(scales) if recorded.zero_point is None else np.atleast_1d(recorded.zero_point).tolist()
            entry["quantization"] = {"scale": scales, "zero_point": zeros, "axis": recorded.axis}
        if recorded.align_bytes > 1:
            entry["stride_align_bytes"] = recorded.align_bytes
        described.append(entry)
    data = {"name": "data", "nv12": {"width": picture[0], "height": picture[1]}}
    spec = folder / f"{name}.json"
    spec.write_text(json.dumps({"models": [{"name": name, "inputs": [data], "outputs": described, **model}]}))
    path = folder / f"{name}.hbm"
    assert main(["pack", "--spec", str(spec), "-o", str(path), "--json"]) == 0
    return str(path)


def load(folder: Path, outputs: dict[str, Recorded], **model: Any) -> tuple[HB_HBMRuntime, dict[str, np.ndarray]]:
    """A runtime with the model "net" (or `name`), and what a run of it gives out."""
    runtime = HB_HBMRuntime(pack(folder, outputs, **model))
    name = runtime.model_names[0]
    inputs = {key: np.zeros(shape, np.uint8) for key, shape in runtime.input_shapes[name].items()}
    return runtime, runtime.run(inputs)[name]
