# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a YOLO11 of 640×640 gives out for a busy picture: six int8 outputs, 300 cells above the threshold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench.harness import pack
from hbm_runtime_core import HB_HBMRuntime, decode

CLASSES, STRIDES, OBJECTS, CONFIDENCE, IOU = 80, (8, 16, 32), 300, 0.25, 0.7
CLASS_SCALE, BOX_SCALE = np.float32(0.08), np.float32(0.06)


def decoder_and_outputs() -> tuple[decode.Decoder, dict[str, np.ndarray]]:
    """The decoder of a model, and what a run of it gives out."""
    random = np.random.default_rng(0)
    folder = Path(tempfile.mkdtemp(prefix="hbm-bench-"))
    sides = [640 // stride for stride in STRIDES]
    cells = np.cumsum([0, *(side * side for side in sides)])
    # Cells and classes that are found; all others stay below the threshold.
    found = random.choice(cells[-1], OBJECTS, replace=False)
    outputs = []
    for index, side in enumerate(sides):
        real = np.minimum(random.normal(-6, 1.2, (side * side, CLASSES)), -1.3)
        here = found[(found >= cells[index]) & (found < cells[index + 1])] - cells[index]
        real[here, random.integers(0, CLASSES, len(here))] = random.uniform(-0.9, 4, len(here))
        box = random.normal(0, 2.5, (side * side, 64))
        for name, values, scale in (("cls", real, CLASS_SCALE), ("box", box, BOX_SCALE)):
            raw = np.clip(np.rint(values / scale), -128, 127).astype(np.int8).reshape(1, side, side, -1)
            path = folder / f"{name}{index}.npy"
            np.save(path, raw)
            outputs.append(
                {
                    "name": f"{name}{index}",
                    "dtype": "S8",
                    "shape": list(raw.shape),
                    "quantization": {"scale": [float(scale)]},
                    "fill": {"kind": "file", "path": str(path)},
                }
            )
    inputs = [{"name": "images", "nv12": {"width": 640, "height": 640}}]
    runtime = HB_HBMRuntime(pack({"name": "yolo11", "inputs": inputs, "outputs": outputs}))
    planes = {name: np.zeros(shape, np.uint8) for name, shape in runtime.input_shapes["yolo11"].items()}
    decoder = decode.for_model(runtime, "yolo11", confidence=CONFIDENCE, iou=IOU)
    return decoder, runtime.run(planes)["yolo11"]
