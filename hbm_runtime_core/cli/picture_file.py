# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as the input of a model: decoded, resized and converted as the node does it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .arguments import numbers
from .errors import InputError

if TYPE_CHECKING:
    from .. import HB_HBMRuntime

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".webp", ".tif", ".tiff")

_RESIZE_MODES = ("letterbox", "letterbox_top_left", "stretch", "center_crop", "none")


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pictures as inputs")
    group.add_argument("--resize", choices=_RESIZE_MODES, default="letterbox", help="(default letterbox)")
    group.add_argument("--color-order", choices=("rgb", "bgr"), default="rgb", help="of inputs with three channels")
    group.add_argument(
        "--mean", type=numbers, default=(0.0,), metavar="M[,M,M]", help="of inputs with three channels, on 0..255"
    )
    group.add_argument("--scale", type=numbers, default=(1.0,), metavar="S[,S,S]", help="(pixel - mean) * scale (default 1)")


class PictureFile:
    """A picture for the NV12 pair or the three-channel input of a model."""

    shape = None

    def __init__(self, path: str, runtime: HB_HBMRuntime, model: str, name: str, options: argparse.Namespace) -> None:
        """`name` is an input, or what stands before `_y` and `_uv`; empty where the model has one picture input."""
        from ..vision import for_model

        self._path = path
        self._pixels = _decode(path)
        self._preparation = for_model(
            runtime,
            model,
            resize=options.resize,
            colour=options.color_order,
            mean=options.mean,
            scale=options.scale,
            inputs=_inputs(name, runtime.input_names[model], path, model),
        )
        self.names = self._preparation.input_names

    def fill(self, inputs: Mapping[str, np.ndarray], model: str) -> None:
        height, width, _ = self._pixels.shape
        self._preparation.prepare(self._pixels, width, height, 3 * width, "rgb8", inputs)


def _inputs(name: str, names: list[str], path: str, model: str) -> list[str] | None:
    if not name:
        return None
    if name in names:
        return [name]
    pair = [f"{name}_y", f"{name}_uv"]
    if not all(plane in names for plane in pair):
        raise InputError(f"{path}: model '{model}' has no input '{name}' nor {pair[0]} and {pair[1]}; "
                         f"it has {', '.join(names)}")  # fmt: skip
    return pair


def _decode(path: str) -> np.ndarray:
    """The picture as uint8 RGB, turned as its camera was held."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise InputError(f"{path}: reading pictures needs Pillow: pip install pillow") from None
    try:
        with Image.open(path) as image:
            return np.ascontiguousarray(ImageOps.exif_transpose(image).convert("RGB"))
    except UnidentifiedImageError:
        raise InputError(f"{path}: not a picture that Pillow can read") from None
    except OSError as error:
        raise InputError(f"cannot read the picture {path}: {error.strerror or error}") from None
