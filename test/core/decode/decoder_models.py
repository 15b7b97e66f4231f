# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Models with given outputs, for the tests of the decoders, and how to compare what is found."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from api_models import pack
from reference import Candidates, dequantize

from hbm_runtime_core import HB_HBMRuntime, decode

NAME = "detector"


@dataclass
class Output:
    """One output as the device leaves it."""

    name: str
    values: np.ndarray
    scale: Any = None
    zero_point: Any = 0
    axis: int = 0
    stride_align_bytes: int = 0

    @property
    def real(self) -> np.ndarray:
        """What the values stand for, in float32."""
        if self.scale is None:
            return self.values.astype(np.float32)
        return dequantize(self.values, self.scale, self.zero_point, self.axis)

    def description(self, folder: Path | None) -> dict:
        """The output in a description, with its values as a recording where there is a folder for it."""
        fill: dict = {"kind": "zeros"}
        if folder is not None:
            np.save(folder / f"{self.name}.npy", self.values)
            fill = {"kind": "file", "path": f"{self.name}.npy"}
        result = {"name": self.name, "dtype": str(self.values.dtype), "shape": list(self.values.shape), "fill": fill}
        if self.scale is not None:
            scale = np.asarray(self.scale, np.float64)
            result["quantization"] = {"scale": scale.tolist()} | ({"axis": self.axis} if scale.ndim else {})
            if np.any(self.zero_point):
                result["quantization"]["zero_point"] = np.broadcast_to(self.zero_point, scale.shape).tolist()
        if self.stride_align_bytes:
            result["stride_align_bytes"] = self.stride_align_bytes
        return result


def quantized(name: str, real: np.ndarray, dtype: Any, scale: Any, axis: int = 0, zero_point: Any = 0) -> Output:
    """Real values as integers, as a board's compiler rounds them."""
    limits = np.iinfo(dtype)
    shape = [1] * real.ndim
    shape[axis] = -1
    spread = np.asarray(scale, np.float64).reshape(shape if np.ndim(scale) else ())
    integers = np.clip(np.rint(real / spread) + zero_point, limits.min, limits.max).astype(dtype)
    return Output(name, integers, scale, zero_point, axis)


def model(
    folder: Path,
    outputs: Iterable[Output],
    width: int,
    height: int,
    *,
    name: str = NAME,
    recorded: bool = False,
    **fields: Any,
) -> HB_HBMRuntime:
    """A loaded model with an NV12 input of this size and these outputs, which it returns where they are recorded."""
    folder.mkdir(exist_ok=True)
    described = [output.description(folder if recorded else None) for output in outputs]
    data = {"name": "data", "nv12": {"width": width, "height": height}}
    with contextlib.redirect_stdout(io.StringIO()):
        return HB_HBMRuntime(pack(folder, name, {"name": name, "inputs": [data], "outputs": described, **fields}))


def arrays(outputs: Iterable[Output]) -> dict[str, np.ndarray]:
    return {output.name: output.values for output in outputs}


def with_padded_rows(values: np.ndarray, multiple: int = 64) -> np.ndarray:
    """The same values in memory whose innermost rows are rounded up to a number of bytes, with garbage between them."""
    row = values.shape[-1] * values.itemsize
    padded = -(-row // multiple) * multiple
    if padded == row:
        padded += multiple
    memory = np.full((*values.shape[:-1], padded // values.itemsize), 85, values.dtype)
    view = memory[..., : values.shape[-1]]
    view[...] = values
    return view


def clipped(boxes: np.ndarray, width: float, height: float) -> np.ndarray:
    return np.clip(boxes, 0, np.tile([width, height], boxes.shape[-1] // 2))


def assert_found(found: decode.Detections, expected: Candidates, width: int, height: int) -> None:
    """Boxes within 1e-3 pixel, scores within 1e-5, classes and order exactly."""
    assert len(found) == len(expected.scores)
    np.testing.assert_array_equal(found.classes, expected.classes)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found.boxes, clipped(expected.boxes, width, height), rtol=0, atol=1e-3)
    assert (found.boxes.dtype, found.scores.dtype, found.classes.dtype) == (np.float32, np.float32, np.int32)
    assert (found.width, found.height) == (width, height)
