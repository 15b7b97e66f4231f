# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The golden files that make_golden.py has made: raw outputs of networks, and what their own programs find in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from reference import Candidates, dequantize

FOLDER = Path(__file__).parent / "golden"
BRANCHES = ("cls", "box", "extra")


@dataclass
class Golden:
    """One file."""

    name: str
    values: dict[str, np.ndarray]

    @property
    def task(self) -> str:
        return self.name.split("_")[1]

    @property
    def family(self) -> str:
        family = self.name.split("_")[0]
        return family if self.task == "detect" else f"{family}-{self.task}"

    @property
    def is_one_to_one(self) -> bool:
        """Whether the head is trained to find each object once, so that nothing is suppressed."""
        return self.name.startswith(("yolov10", "yolo26"))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the model's picture."""
        return int(self.values["width"]), int(self.values["height"])

    @property
    def iou(self) -> float:
        return float(self.values["iou"])

    @property
    def found(self) -> Candidates:
        """What the original has found, best first. Boxes of rotated ones are those around them."""
        boxes = self.values["boxes"]
        if self.task == "obb":
            boxes = np.hstack([self.values["corners"].min(1), self.values["corners"].max(1)])
        return Candidates(boxes, self.values["scores"], self.values["classes"])

    @property
    def masks(self) -> np.ndarray:
        """[n, h, w] of 0 and 1, in the prototypes' resolution."""
        shape = self.values["masks_shape"]
        return np.unpackbits(self.values["masks"], count=int(np.prod(shape))).reshape(shape)

    @property
    def corners(self) -> np.ndarray:
        """[n, 4, 2], clockwise from the object's top left; the original starts at its bottom right."""
        return self.values["corners"][:, [2, 1, 0, 3]]

    def maps(self) -> list[list[np.ndarray]]:
        """Raw outputs as real values, for each stride."""
        return [[self._real(f"{b}{level}") for b in BRANCHES if f"{b}{level}" in self.values] for level in range(3)]

    def anchor_maps(self) -> list[np.ndarray]:
        """Raw outputs of YOLOv5 as real values."""
        return [self._real(f"map{level}") for level in range(3)]

    def _real(self, name: str) -> np.ndarray:
        values = self.values[name]
        scale = self.values.get(f"{name}_scale")
        return values if scale is None else dequantize(values, scale)


NAMES = sorted(path.stem for path in FOLDER.glob("*.npz"))


def load(name: str) -> Golden:
    with np.load(FOLDER / f"{name}.npz") as file:
        return Golden(name, dict(file))
