# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as the input of a model: decoded, resized and converted by `hbm_runtime_core.vision`, as in the node."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..names import unknown_name
from .arguments import add_scale, integer, numbers
from .console import warn
from .errors import InputError, UsageError

if TYPE_CHECKING:
    from .. import HB_HBMRuntime
    from ..vision import ImageTransform

_OPTIONS = ("resize", "interpolation", "pad_value", "model_range", "color_order", "mean", "scale", "std")
_ONLY_FOR_TENSORS = ("color_order", "mean", "scale", "std")
_ONLY_FOR_NV12 = ("model_range",)


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pictures as inputs")
    group.add_argument(
        "--resize", choices=("stretch", "letterbox", "letterbox_top_left", "center_crop", "none"),
        help="how a picture of another size is fitted (default letterbox)",
    )  # fmt: skip
    group.add_argument("--interpolation", choices=("nearest", "bilinear", "box"), help="between pixels (default bilinear)")
    group.add_argument(
        "--pad-value", type=integer(0, 255), metavar="V", help="brightness of letterbox borders (default 114)"
    )
    group.add_argument(
        "--model-range",
        choices=("limited", "full"),
        help="of an NV12 input (default: what the model file states, or limited)",
    )
    group.add_argument("--color-order", choices=("rgb", "bgr"), help="of an input with three channels (default rgb)")
    group.add_argument("--mean", type=numbers, metavar="M[,M,M]", help="subtracted from pixels of 0..255 (default 0)")
    add_scale(group)


class PictureFile:
    """A picture for the NV12 pair or the one- or three-channel input of a model."""

    shape = None
    #: How the model's pixels map to the picture's, once it was written.
    transform: ImageTransform | None = None

    def __init__(self, path: str, runtime: HB_HBMRuntime, model: str, name: str, options: argparse.Namespace) -> None:
        """`name` is an input, or the common part before `_y` and `_uv`; empty if the model has one picture input."""
        from ..vision import for_model

        self.path = path
        try:
            self.data = Path(path).read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from None
        inputs = _inputs(name, runtime.input_names[model], path, model)
        try:
            self.names: Sequence[str] = for_model(runtime, model, inputs=inputs).input_names
        except ValueError as error:
            raise InputError(f"{path} is taken for a picture (known besides: .npy, .npz, .bin), but {error}") from None
        # Another picture may need these options: `check_picture_options` checks all pictures together.
        without_use = _ONLY_FOR_TENSORS if self.is_nv12 else _ONLY_FOR_NV12
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                self._preparation = for_model(runtime, model, inputs=inputs, **_settings(options, without_use))
            except ValueError as error:
                raise UsageError(f"{path}: {error}") from None
        for warning in caught:
            warn(str(warning.message))

    @property
    def is_nv12(self) -> bool:
        return len(self.names) > 1

    def fill(self, inputs: Mapping[str, np.ndarray], model: str) -> None:
        try:
            self.transform = self._preparation.prepare_compressed(self.data, inputs)
        except ValueError as error:
            raise InputError(f"{self.path}: {error}") from None


def _settings(options: argparse.Namespace, without: Sequence[str]) -> dict[str, Any]:
    """The given options for pictures; the others have the defaults of `hbm_runtime_core.vision`."""
    options = argparse.Namespace(**{**vars(options), **dict.fromkeys(without)})
    given: dict[str, Any] = {
        "resize": options.resize,
        "interpolation": options.interpolation,
        "pad_rgb": None if options.pad_value is None else (options.pad_value,) * 3,
        "model_range": options.model_range,
        "color_order": options.color_order,
        "mean": options.mean,
        "scale": options.scale,
        "std": options.std,
    }
    return {name: value for name, value in given.items() if value is not None}


def _inputs(name: str, names: Sequence[str], path: str, model: str) -> list[str] | None:
    if not name:
        return None
    for suffix in ("_y", "_uv"):
        stem = name.removesuffix(suffix)
        if stem != name and f"{stem}_y" in names and f"{stem}_uv" in names:
            raise InputError(
                f"model '{model}': a picture fills {stem}_y and {stem}_uv together; write --input {stem}={path}"
            )
    if name in names:
        return [name]
    pair = [f"{name}_y", f"{name}_uv"]
    if not all(plane in names for plane in pair):
        raise InputError(f"{path}: model '{model}': {unknown_name('input', name, picture_names(names))}")
    return pair


def picture_names(names: Sequence[str]) -> list[str]:
    """The names that `--input NAME=FILE` takes: those of the inputs, and the common part before `_y` and `_uv` of a pair."""
    stems = [name.removesuffix("_y") for name in names if name.endswith("_y")]
    return [stem for stem in stems if f"{stem}_uv" in names] + list(names)


def _channels(shape: Sequence[int]) -> int:
    return shape[1] if shape[1] in (1, 3) else shape[3]


def check_picture_options(files: Sequence[object], runtime: HB_HBMRuntime, model: str, options: argparse.Namespace) -> None:
    """Refuse options that have no effect on these inputs, and warn about probably missing ones.

    Raises:
        UsageError: an option has no effect.
    """
    pictures = [file for file in files if isinstance(file, PictureFile)]
    given = [name for name in _OPTIONS if getattr(options, name) is not None]
    tensors = [picture.names[0] for picture in pictures if not picture.is_nv12]
    for name in given:
        option = f"--{name.replace('_', '-')}"
        if not pictures:
            raise UsageError(f"{option} is ignored because no input is a picture; remove it, or give --input PICTURE")
        if name in _ONLY_FOR_TENSORS and not tensors:
            raise UsageError(
                f"{option} cannot be combined with the NV12 input of model '{model}': mean, scale and color order are "
                f"inside the model; remove {option}"
            )
        if name in _ONLY_FOR_NV12 and len(tensors) == len(pictures):
            raise UsageError(f"{option} is ignored because model '{model}' has no NV12 input; remove it")
        if name == "color_order" and all(_channels(runtime.input_shapes[model][tensor]) == 1 for tensor in tensors):
            raise UsageError(f"{option} is ignored because the picture input of model '{model}' has one channel; remove it")
        if name == "pad_value" and not (options.resize or "letterbox").startswith("letterbox"):
            raise UsageError(f"{option} is ignored because --resize {options.resize} leaves no border; remove it")
    for tensor in tensors:
        kind = runtime.input_dtypes[model][tensor].name
        if kind.startswith("F") and not {"mean", "scale", "std"} & set(given):
            warn(
                f"input '{tensor}' is a float input and gets pixels of 0 to 255; where the network was trained on other "
                "numbers, give --mean and --std (--scale 1 confirms 0 to 255)"
            )
