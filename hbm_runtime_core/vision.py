# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures into model inputs: colour, resize, letterbox, NV12 planes. Native, GIL-free, straight into the input buffers.

YUV is BT.601. Its range is limited (luma 16 to 235), as cameras, OpenCV and the board's converter have it, unless
`picture_range` or `model_range` says full; a JPEG's is always full. Grey pictures are full-range.

Sampling: every pixel of the model covers an equal part of the picture and is taken at the middle of that part, as
OpenCV's resize does. Coordinates count from the outer edge of the top left pixel, whose centre is at 0.5, 0.5.

PNG and other formats are left to their own readers: decode to rgb8 or bgr8 first, with OpenCV or Pillow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import HbmValueError
from .nv12 import nv12_planes

try:
    from ._vision import ENCODINGS, ImageTransform, Nv12Preparation, TensorPreparation
except ImportError as error:
    raise ImportError(
        f"hbm_runtime_core.vision cannot be loaded ({error}). It needs libyuv and libjpeg-turbo: on Debian and Ubuntu "
        "`sudo apt-get install libyuv-dev libturbojpeg0-dev`; if hbm_runtime_core was built without them, build and "
        "install it again after that"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

__all__ = ["ENCODINGS", "ImageTransform", "PicturePreparation", "for_model", "nv12_planes"]

_CHANNELS = (1, 3)
_COLOURS = ("rgb", "bgr")


class PicturePreparation:
    """Fills the picture input of one model from camera pictures.

    One object for each model and thread: it keeps its memory from frame to frame.
    """

    def __init__(self, names: Sequence[str], native: Nv12Preparation | TensorPreparation) -> None:
        self._names = tuple(names)
        self._native = native

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs that are filled: luma and chroma, or one tensor."""
        return self._names

    def prepare(
        self,
        data: Any,
        width: int,
        height: int,
        step: int,
        encoding: str,
        into: Mapping[str, np.ndarray],
        offset: int = 0,
    ) -> ImageTransform:
        """Convert, resize and write one picture.

        Args:
            data: bytes of the picture, any C-contiguous buffer.
            width, height: pixels. A height of nv12 or nv21 that counts the rows of chroma too is understood.
            step: bytes from one row to the next.
            encoding: a name out of `ENCODINGS`.
            into: input name to array, such as `InferRequest.inputs`; rows may be padded.
            offset: bytes in front of the picture in `data`.

        Returns:
            How the model's pixels map to the picture's.

        Raises:
            HbmValueError: encoding, sides, step and data do not fit together, or `into` does not fit the model. Nothing
                has been written then.

        Source: RDK S manual, "input_shapes"; V4L2 pixel formats; ITU-R BT.601.
        """
        return self._native.prepare(data, width, height, step, encoding, *self._arrays(into), offset=offset)

    def prepare_jpeg(self, data: Any, into: Mapping[str, np.ndarray], offset: int = 0) -> ImageTransform:
        """Decode a JPEG to YUV and write it as `prepare` does, without a detour through red, green and blue.

        Args:
            data: bytes of the file, any C-contiguous buffer. Frames of Motion JPEG will do.
            into: input name to array, such as `InferRequest.inputs`; rows may be padded.
            offset: bytes in front of the file in `data`.

        Returns:
            How the model's pixels map to the picture's. Its orientation mark (EXIF) is not obeyed.

        Raises:
            HbmValueError: the data is no JPEG, is cut off or damaged, or not in YCbCr or grey. Nothing has been written
                then.

        Source: ITU-T T.81, T.871 (JFIF).
        """
        return self._native.prepare_jpeg(data, *self._arrays(into), offset=offset)

    def _arrays(self, into: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        try:
            return [into[name] for name in self._names]
        except KeyError as missing:
            raise HbmValueError(
                f"destination: expected arrays for {', '.join(map(repr, self._names))}, {missing} is not among "
                f"{', '.join(map(repr, into)) or 'none'}"
            ) from None


def for_model(
    runtime: Any,
    model_name: str,
    *,
    resize: str = "letterbox",
    interpolation: str = "bilinear",
    region: tuple[int, int, int, int] | None = None,
    pad_rgb: tuple[int, int, int] = (0, 0, 0),
    colour: str = "rgb",
    mean: Sequence[float] = (0.0, 0.0, 0.0),
    scale: Sequence[float] = (1.0, 1.0, 1.0),
    picture_range: str = "limited",
    model_range: str = "limited",
    inputs: Sequence[str] | None = None,
) -> PicturePreparation:
    """Make the preparation that fits a model's picture input.

    Args:
        runtime: an `HB_HBMRuntime`.
        model_name: a model of it.
        resize: stretch, letterbox, letterbox_top_left, center_crop or none.
        interpolation: nearest, bilinear (the two neighbours along each axis, whatever the reduction, as most training
            does it) or box (the mean of all pixels that are merged into one).
        region: x, y, width, height in source pixels of the part that counts as the picture; None: all of it.
        pad_rgb: colour of a letterbox' borders, 0 to 255.
        colour: order of the channels in a three-channel tensor input, rgb or bgr.
        mean, scale: for tensor inputs, x = (pixel - mean) * scale, by channel in `colour` order.
        picture_range: of pictures whose encoding is YUV, limited or full.
        model_range: of an NV12 input, limited or full.
        inputs: the picture input's names (luma and chroma, or one); None: recognise it by its shape.

    Raises:
        HbmValueError: the model has no input that looks like a picture, or more than one; an option has a value that
            is not among its own.

    Source: RDK S manual, "input_shapes", "input_dtypes", "input_quants".
    """
    if colour not in _COLOURS:
        raise HbmValueError(f"colour order '{colour}' is unknown; known are {', '.join(_COLOURS)}")
    if len(pad_rgb) != 3 or not all(0 <= value <= 255 for value in pad_rgb):
        raise HbmValueError(f"pad_rgb: expected red, green and blue of 0 to 255, got {tuple(pad_rgb)}")
    common: dict[str, Any] = {
        "picture_range": picture_range,
        "resize": resize,
        "interpolation": interpolation,
        "region": region,
        "pad_rgb": tuple(pad_rgb),
    }
    if model_name not in runtime.model_names:
        known = ", ".join(map(repr, runtime.model_names))
        raise HbmValueError(f"model '{model_name}' is not loaded; loaded are {known}")
    shapes, dtypes = runtime.input_shapes[model_name], runtime.input_dtypes[model_name]
    names = list(inputs) if inputs is not None else list(runtime.input_names[model_name])
    if unknown := [name for name in names if name not in shapes]:
        raise HbmValueError(f"model '{model_name}' has no input '{unknown[0]}'; it has {', '.join(map(repr, shapes))}")
    bytes_alone = [name for name in names if dtypes[name].name == "U8"]
    pairs = [(y, uv) for y in bytes_alone for uv in bytes_alone if _is_nv12_pair(shapes[y], shapes[uv])]
    if len(pairs) == 1:
        _, height, width, _ = shapes[pairs[0][0]]
        planes = Nv12Preparation(names=pairs[0], width=width, height=height, model_range=model_range, **common)
        return PicturePreparation(pairs[0], planes)
    layouts = {name: layout for name in names if (layout := _picture_layout(shapes[name])) is not None}
    if len(layouts) != 1 or pairs:
        listed = ", ".join(f"'{name}' {dtypes[name].name} {list(shapes[name])}" for name in names)
        raise HbmValueError(
            f"model '{model_name}': expected one picture input (U8 [1, H, W, 1] with U8 [1, H/2, W/2, 2], or "
            f"[1, C, H, W] or [1, H, W, C] with C 1 or 3), got {listed}; name the picture's inputs"
        )
    ((name, (channels_first, channels, height, width)),) = layouts.items()
    quant = runtime.input_quants[model_name][name]
    quantized = quant.quant_type.name == "SCALE"
    tensor = TensorPreparation(
        name=name,
        width=width,
        height=height,
        channels_first=channels_first,
        dtype=int(dtypes[name].value),
        colour="grey" if channels == 1 else colour,
        mean=_three(mean, channels, "mean"),
        scale=_three(scale, channels, "scale"),
        quant_scale=_three(quant.scale, channels, f"scale of input '{name}'") if quantized else None,
        zero_point=_zero_points(quant.zero_point if quantized else (), channels, name),
        **common,
    )
    return PicturePreparation((name,), tensor)


def _is_nv12_pair(y: Sequence[int], uv: Sequence[int]) -> bool:
    if len(y) != 4 or len(uv) != 4 or y[0] != 1 or uv[0] != 1:
        return False
    return y[3] == 1 and uv[3] == 2 and y[1] == 2 * uv[1] and y[2] == 2 * uv[2]


def _picture_layout(shape: Sequence[int]) -> tuple[bool, int, int, int] | None:
    """Tell (channels first, channels, height, width) of a tensor that can hold one picture."""
    if len(shape) != 4 or shape[0] != 1 or min(shape) < 1:
        return None
    if shape[1] in _CHANNELS:
        return True, shape[1], shape[2], shape[3]
    if shape[3] in _CHANNELS:
        return False, shape[3], shape[1], shape[2]
    return None


def _three(values: Sequence[float], channels: int, what: str) -> tuple[float, float, float]:
    """Spread one value, or one for each channel, over three."""
    listed = [float(value) for value in values]
    if len(listed) not in (1, channels, 3):
        raise HbmValueError(f"{what}: expected 1 or {channels} values, got {len(listed)}")
    first, second, third = listed * 3 if len(listed) == 1 else listed
    return first, second, third


def _zero_points(values: Sequence[int], channels: int, name: str) -> tuple[int, int, int]:
    first, second, third = _three(values if len(values) else (0,), channels, f"zero points of input '{name}'")
    return int(first), int(second), int(third)
