# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated YOLO detector that always finds the same objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 128, 96  # of the model's picture
LABELS = ("person", "bicycle", "car")
_BINS = 16
_NOT = -12.0  # logit of what is not there
_CERTAIN = 30.0


@dataclass(frozen=True)
class Object:
    """What the model finds: at a cell of the finest grid, with the distances of its sides in cells."""

    x: int
    y: int
    sides: tuple[int, int, int, int]  # left, top, right, bottom
    class_index: int
    logit: float

    @property
    def box(self) -> tuple[float, ...]:
        """In pixels of the model's picture."""
        x, y = (self.x + 0.5) * 8, (self.y + 0.5) * 8
        left, top, right, bottom = (8.0 * side for side in self.sides)
        return x - left, y - top, x + right, y + bottom

    @property
    def score(self) -> float:
        return 1 / (1 + float(np.exp(-self.logit)))


# The most certain one first, as they are found.
OBJECTS = (
    Object(4, 4, (2, 2, 3, 4), 2, 3.0),
    Object(10, 6, (3, 1, 1, 2), 0, 1.0),
    Object(13, 2, (1, 1, 1, 1), 1, -0.5),
)


MASKS, KEYPOINTS = 32, 17
_ADDED_CHANNELS = {"segment": MASKS, "pose": 3 * KEYPOINTS}


def yolo_model(folder: Path, name: str = "boxes", task: str = "detect") -> dict[str, Any]:
    """Return the description of the model, whose outputs are files in `folder`.

    The mask of each object is what of its box lies in the left half of the picture; its keypoints all lie at the corner of
    its cell.
    """
    outputs: list[dict[str, Any]] = []

    def add(output: str, values: np.ndarray) -> None:
        file = folder / f"{name}_{output}.npy"
        np.save(file, values.astype(np.float32))
        fill = {"kind": "file", "path": file.name}
        outputs.append({"name": output, "dtype": "float32", "shape": list(values.shape), "fill": fill})

    for stride in (8, 16, 32):
        grid = HEIGHT // stride, WIDTH // stride
        classes = np.full((1, *grid, len(LABELS)), _NOT)
        sides = np.zeros((1, *grid, 4 * _BINS))
        for each in OBJECTS if stride == 8 else ():
            classes[0, each.y, each.x, each.class_index] = each.logit
            for side, distance in enumerate(each.sides):
                sides[0, each.y, each.x, side * _BINS + distance] = _CERTAIN
        add(f"classes_{stride}", classes)
        add(f"sides_{stride}", sides)
        if task in _ADDED_CHANNELS:
            added = np.zeros((1, *grid, _ADDED_CHANNELS[task]))
            if task == "segment":
                added[..., 0] = 1
            else:
                added[..., 2::3] = _CERTAIN  # visible
            add(f"{task}_{stride}", added)
    if task == "segment":
        prototypes = np.zeros((1, HEIGHT // 4, WIDTH // 4, MASKS))
        prototypes[:, :, : WIDTH // 8, 0] = 1
        prototypes[:, :, WIDTH // 8 :, 0] = -1
        add("prototypes", prototypes)
    return {
        "name": name,
        "timing": {"latency_us": 1000},
        "inputs": [{"name": "data", "nv12": {"width": WIDTH, "height": HEIGHT}}],
        "outputs": outputs,
    }
