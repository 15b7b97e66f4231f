# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
# Types of a native module. Written by scripts/stubs.
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ._vision import ImageTransform

class Output:
    def __init__(
        self,
        *,
        name: str,
        dtype: str,
        shape: Sequence[int],
        channel_axis: int,
        scales: Sequence[float],
        zero_points: Sequence[int],
    ) -> None: ...

class Options:
    def __init__(
        self, *, confidence: float, class_confidence: Sequence[float], iou: float, max_detections: int, class_agnostic: bool
    ) -> None: ...

class Decoder:
    def __init__(
        self, *, family: str, outputs: Sequence[Output], width: int, height: int, settings: Mapping[str, Sequence[float]]
    ) -> None: ...
    def decode(
        self, outputs: Mapping[str, NDArray[Any]], options: Options, transform: ImageTransform | None
    ) -> tuple[str, tuple[Any, ...]]: ...

def sample_classes(class_map: NDArray[Any], placement: Sequence[float], width: int, height: int) -> NDArray[Any]: ...
def label_image(
    masks: ArrayLike, boxes: ArrayLike, width: int, height: int, transform: ImageTransform | None
) -> NDArray[Any]: ...
