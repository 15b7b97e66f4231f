# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
# Types of a native module. Written by scripts/stubs.
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import Buffer

ENCODINGS: tuple[str, ...]
FOREIGN_ENCODINGS: tuple[str, ...]
MAX_SIDE: int
MAX_PIXELS: int

def raw_layout(size_bytes: int, width: int, height: int, step: int, encoding: str) -> tuple[int, int, str]: ...
def check_jpeg(data: Buffer) -> None: ...

class ImageTransform:
    def __init__(
        self,
        mode: str,
        src_width: int,
        src_height: int,
        dst_width: int,
        dst_height: int,
        scale_x: float,
        scale_y: float,
        pad_left: float,
        pad_top: float,
        crop_x: float,
        crop_y: float,
    ) -> None: ...
    @property
    def src_width(self) -> int: ...
    @property
    def src_height(self) -> int: ...
    @property
    def dst_width(self) -> int: ...
    @property
    def dst_height(self) -> int: ...
    @property
    def scale_x(self) -> float: ...
    @property
    def scale_y(self) -> float: ...
    @property
    def pad_left(self) -> float: ...
    @property
    def pad_top(self) -> float: ...
    @property
    def crop_x(self) -> float: ...
    @property
    def crop_y(self) -> float: ...
    @property
    def mode(self) -> str: ...
    def to_source(self, points: ArrayLike, *, clip: bool = False) -> NDArray[np.float64]: ...
    def to_model(self, points: ArrayLike) -> NDArray[np.float64]: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

class Nv12Preparation:
    def __init__(
        self,
        *,
        names: Sequence[str],
        width: int,
        height: int,
        picture_range: str,
        model_range: str,
        resize: str,
        interpolation: str,
        region: Sequence[int] | None,
        pad_rgb: Sequence[int],
    ) -> None: ...
    def prepare(
        self,
        data: Buffer,
        width: int,
        height: int,
        step: int,
        encoding: str,
        y: NDArray[Any],
        uv: NDArray[Any],
        *,
        offset: int,
    ) -> ImageTransform: ...
    @property
    def last_correction(self) -> str: ...
    def prepare_jpeg(self, data: Buffer, y: NDArray[Any], uv: NDArray[Any], *, offset: int) -> ImageTransform: ...

class TensorPreparation:
    def __init__(
        self,
        *,
        name: str,
        width: int,
        height: int,
        channels_first: bool,
        dtype: int,
        color: str,
        mean: Sequence[float],
        scale: Sequence[float],
        quant_scale: Sequence[float] | None,
        zero_point: Sequence[int],
        picture_range: str,
        resize: str,
        interpolation: str,
        region: Sequence[int] | None,
        pad_rgb: Sequence[int],
    ) -> None: ...
    def prepare(
        self, data: Buffer, width: int, height: int, step: int, encoding: str, tensor: NDArray[Any], *, offset: int
    ) -> ImageTransform: ...
    @property
    def last_correction(self) -> str: ...
    def prepare_jpeg(self, data: Buffer, tensor: NDArray[Any], *, offset: int) -> ImageTransform: ...
