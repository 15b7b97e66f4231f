# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Raw outputs of detection heads, made by chance with the spread that trained networks have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from decoder_models import Output, quantized
from reference import STRIDES

#: family -> channels of the maps of one stride
EXTRA_CHANNELS = {"detect": 0, "seg": 32, "pose": 51, "obb": 1}


def yolo_maps(
    task: str = "detect",
    *,
    width: int = 160,
    height: int = 128,
    classes: int = 5,
    bins: int = 16,
    mean: float = -2.5,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Class logits, box and what the task adds for each stride, real values [1, h, w, c], in the order of the outputs."""
    random = np.random.default_rng(seed)
    maps: dict[str, np.ndarray] = {}
    for stride in STRIDES:
        shape = (1, height // stride, width // stride)
        maps[f"cls{stride}"] = random.normal(mean, 1.5, (*shape, classes))
        spread = (0.0, 2.0) if bins > 1 else (2.5, 0.8)
        maps[f"box{stride}"] = random.normal(*spread, (*shape, 4 * bins))
        if EXTRA_CHANNELS[task]:
            maps[f"extra{stride}"] = random.normal(0, 1, (*shape, EXTRA_CHANNELS[task]))
    if task == "seg":
        maps["prototypes"] = random.normal(0, 1, (1, height // 4, width // 4, 32))
    return maps


def yolov5_maps(
    *, width: int = 160, height: int = 128, classes: int = 5, mean: float = -1.5, seed: int = 0
) -> dict[str, np.ndarray]:
    """One map for each stride with three anchors in each cell."""
    random = np.random.default_rng(seed)
    maps = {}
    for stride in STRIDES:
        values = random.normal(0, 1.5, (1, height // stride, width // stride, 3, 5 + classes))
        values[..., 4] += mean
        maps[f"map{stride}"] = values.reshape(*values.shape[:3], -1)
    return maps


def by_stride(outputs: list[Output], layout: Callable[[np.ndarray], np.ndarray] = lambda values: values[0]) -> list[list]:
    """Real values of the outputs, one list for each stride."""
    return [
        [layout(output.real) for output in outputs if output.name.strip("abcdefghijklmnopqrstuvwxyz") == str(s)]
        for s in STRIDES
    ]


def as_integers(
    maps: dict[str, np.ndarray], dtype: type, *, per_channel: bool, channels_first: bool = False, zero_point: int = 0
) -> list[Output]:
    """The maps with scales that use most of the range of an integer of eight bits, or finer ones where it is wider."""
    random = np.random.default_rng(1)
    outputs = []
    for name, real in maps.items():
        steps = {1: 100, 2: 20_000, 4: 2**26}[np.dtype(dtype).itemsize]
        scale: object = np.abs(real).max() / steps
        if per_channel:
            scale = scale * random.uniform(0.6, 1.4, real.shape[3])
        axis = 3
        if channels_first:
            real, axis = np.ascontiguousarray(real.transpose(0, 3, 1, 2)), 1
        outputs.append(quantized(name, real, dtype, scale, axis if per_channel else 0, zero_point))
    return outputs
