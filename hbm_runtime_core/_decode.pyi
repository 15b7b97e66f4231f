# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
# Types of the native module behind hbm_runtime_core.decode. Kept by hand; test/core/decode compares it with the module.

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

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
        self,
        *,
        confidence: float,
        class_confidence: Sequence[float],
        iou: float,
        max_detections: int,
        class_agnostic: bool,
    ) -> None: ...

class Decoder:
    def __init__(
        self,
        *,
        family: str,
        outputs: Sequence[Output],
        width: int,
        height: int,
        settings: Mapping[str, Sequence[float]],
    ) -> None: ...
    def decode(self, outputs: Mapping[str, Any], options: Options, transform: Any) -> tuple[str, tuple[Any, ...]]: ...

def label_image(
    masks: npt.NDArray[np.uint8], boxes: npt.NDArray[np.float32], width: int, height: int, transform: Any
) -> npt.NDArray[np.unsignedinteger]: ...
def sample_classes(
    class_map: npt.NDArray[np.unsignedinteger], placement: tuple[float, float, float, float], width: int, height: int
) -> npt.NDArray[np.unsignedinteger]: ...
