# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# Types of the native module behind hbm_runtime_core.vision. Written by hand; test/core/test_vision_stub.py compares it
# with the module.
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from typing_extensions import Buffer

ENCODINGS: tuple[str, ...]
FOREIGN_ENCODINGS: tuple[str, ...]
MAX_PIXELS: int
MAX_SIDE: int

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
    def mode(self) -> str: ...
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
    def to_source(self, points: npt.ArrayLike, *, clip: bool = False) -> npt.NDArray[np.float64]: ...
    def to_model(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]: ...
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
    @property
    def last_correction(self) -> str: ...
    def prepare(
        self,
        data: Buffer,
        width: int,
        height: int,
        step: int,
        encoding: str,
        y: npt.NDArray[np.uint8],
        uv: npt.NDArray[np.uint8],
        *,
        offset: int,
    ) -> ImageTransform: ...
    def prepare_jpeg(
        self, data: Buffer, y: npt.NDArray[np.uint8], uv: npt.NDArray[np.uint8], *, offset: int
    ) -> ImageTransform: ...

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
    @property
    def last_correction(self) -> str: ...
    def prepare(
        self,
        data: Buffer,
        width: int,
        height: int,
        step: int,
        encoding: str,
        tensor: npt.NDArray[np.generic],
        *,
        offset: int,
    ) -> ImageTransform: ...
    def prepare_jpeg(self, data: Buffer, tensor: npt.NDArray[np.generic], *, offset: int) -> ImageTransform: ...
