# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures into model inputs: color, resize, letterbox, NV12 planes. Native, GIL-free, straight into the input buffers.

YUV is BT.601. Its range is limited (luma 16 to 235), as cameras, OpenCV and the board's converter have it, unless
`picture_range` or `model_range` says full; a JPEG's is always full. Gray pictures are full-range.

Sampling: every pixel of the model covers an equal part of the picture and is taken at the middle of that part, as
OpenCV's resize does. Coordinates count from the outer edge of the top left pixel, whose center is at 0.5, 0.5.

JPEG is decoded natively. PNG, TIFF, WebP, BMP and PNM, raw pictures of 16 bits and Bayer mosaics go through OpenCV, which is
imported with the first of them. Marks of orientation (EXIF) are ignored.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .errors import HbmEncodingError, HbmValueError
from .names import unknown_name
from .nv12 import nv12_planes
from .pixel_range import advice_on_unit_pixels

try:
    from ._vision import ENCODINGS, FOREIGN_ENCODINGS, ImageTransform, Nv12Preparation, TensorPreparation
    from .opencv_pictures import convert_picture, decode_picture, stated_encoding
    from .picture_claims import JPEG_START
except ImportError as error:
    raise ImportError(
        f"hbm_runtime_core.vision cannot be loaded ({error}). It needs libyuv and libjpeg-turbo: on Debian and Ubuntu "
        "`sudo apt-get install libyuv-dev libturbojpeg0-dev`; if hbm_runtime_core was built without them, build and "
        "install it again after that"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

__all__ = [
    "ENCODINGS",
    "FOREIGN_ENCODINGS",
    "PAD_VALUE",
    "ImageTransform",
    "PicturePreparation",
    "for_model",
    "nv12_planes",
]

#: Brightness of letterbox borders where nothing else is given, as YOLO networks are trained.
PAD_VALUE = 114

_CHANNELS = (1, 3)
_COLOR_ORDERS = ("rgb", "bgr")
_COLOR_RANGES = ("limited", "full")
_FOREIGN = frozenset(FOREIGN_ENCODINGS)
_KNOWN_ENCODINGS = frozenset((*ENCODINGS, *FOREIGN_ENCODINGS))


class PicturePreparation:
    """Fills the picture input of one model from camera pictures.

    One object for each model and thread: it keeps its memory from frame to frame.
    """

    def __init__(self, names: Sequence[str], native: Nv12Preparation | TensorPreparation) -> None:
        self._names = tuple(names)
        self._native = native
        self._correction = ""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs that are filled: luma and chroma, or one tensor."""
        return self._names

    @property
    def last_correction(self) -> str:
        """Which number of the last picture was corrected, for a log; empty if none was."""
        return self._correction

    def prepare(
        self,
        data: Any,
        width: int,
        height: int,
        step: int,
        encoding: str,
        into: Mapping[str, np.ndarray],
        offset: int = 0,
        *,
        big_endian: bool = False,
    ) -> ImageTransform:
        """Convert, resize and write one raw picture.

        Args:
            data: bytes of the picture, any C-contiguous buffer.
            width, height: pixels. A height of nv12, nv21 or nv24 that counts the rows of chroma too is understood.
            step: bytes from one row to the next; 0: rows without padding.
            encoding: a name out of `ENCODINGS`, or of `FOREIGN_ENCODINGS`, which take OpenCV and memory for each picture.
            into: input name to array, such as `InferRequest.inputs`; rows may be padded.
            offset: bytes in front of the picture in `data`.
            big_endian: of 16-bit values.

        Returns:
            How the model's pixels map to the picture's.

        Raises:
            HbmEncodingError: the encoding is unknown, or needs OpenCV, which is not installed.
            HbmValueError: encoding, sides, step and data do not fit together or can be read in two ways, or `into` does
                not fit the model. Nothing has been written then.

        Source: RDK S manual, "input_shapes"; V4L2 pixel formats; ITU-R BT.601; sensor_msgs/image_encodings.
        """
        if encoding in _FOREIGN:
            pixels, correction = convert_picture(_bytes_of(data, offset), width, height, step, encoding, big_endian)
            transform = self._write(pixels, into)
            self._correction = correction
            return transform
        if encoding not in _KNOWN_ENCODINGS:
            raise _unknown_encoding(encoding)
        transform = self._native.prepare(data, width, height, step, encoding, *self._arrays(into), offset=offset)
        self._correction = self._native.last_correction
        return transform

    def prepare_compressed(
        self, data: Any, into: Mapping[str, np.ndarray], format: str | None = None, offset: int = 0
    ) -> ImageTransform:
        """Decode a compressed picture and write it as `prepare` does.

        JPEG is decoded as `prepare_jpeg` does it, PNG, TIFF, WebP, BMP and PNM through OpenCV. White of 16 bits is 65535.

        Args:
            data: bytes of the file, any C-contiguous buffer.
            into: input name to array, such as `InferRequest.inputs`; rows may be padded.
            format: the field of sensor_msgs/CompressedImage, such as "bayer_rggb8; jpeg compressed"; None: a file.
            offset: bytes in front of the file in `data`.

        Returns:
            How the model's pixels map to the picture's. Its orientation mark (EXIF) is ignored.

        Raises:
            HbmEncodingError: the format is unknown, or states that the picture holds distances instead of colors, or
                leaves open what 16 bits mean; or OpenCV is not installed.
            HbmValueError: the picture is cut off, damaged or larger than the limits. Nothing has been written then.

        Source: ITU-T T.81; PNG specification; image_transport plugins.
        """
        view = _bytes_of(data, offset)
        if view[:2] == JPEG_START:
            stated = stated_encoding(format or "")
            if not stated or (stated in _KNOWN_ENCODINGS and not stated.startswith("bayer_")):
                return self.prepare_jpeg(data, into, offset)
        return self._write(decode_picture(view, format), into)

    def prepare_jpeg(self, data: Any, into: Mapping[str, np.ndarray], offset: int = 0) -> ImageTransform:
        """Decode a JPEG to YUV and write it as `prepare` does, without converting to red, green and blue.

        Args:
            data: bytes of the file, any C-contiguous buffer. Frames of Motion JPEG are accepted; bytes after the
                end of the picture are ignored.
            into: input name to array, such as `InferRequest.inputs`; rows may be padded.
            offset: bytes in front of the file in `data`.

        Returns:
            How the model's pixels map to the picture's. Its orientation mark (EXIF) is ignored.

        Raises:
            HbmValueError: the data is no JPEG, is cut off or damaged, or larger than the limits. Nothing has been
                written then.

        Source: ITU-T T.81, T.871 (JFIF).
        """
        transform = self._native.prepare_jpeg(data, *self._arrays(into), offset=offset)
        self._correction = ""
        return transform

    def _write(self, pixels: Any, into: Mapping[str, np.ndarray]) -> ImageTransform:
        height, width, _ = pixels.shape
        transform = self._native.prepare(pixels, width, height, 3 * width, "bgr8", *self._arrays(into), offset=0)
        self._correction = ""
        return transform

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
    pad_rgb: tuple[int, int, int] = (PAD_VALUE, PAD_VALUE, PAD_VALUE),
    color_order: str = "rgb",
    mean: Sequence[float] = (0.0, 0.0, 0.0),
    scale: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    picture_range: str = "limited",
    model_range: str | None = None,
    inputs: Sequence[str] | None = None,
    color: str | None = None,
) -> PicturePreparation:
    """Make the preparation that fits a model's picture input.

    Args:
        runtime: an `HB_HBMRuntime`.
        model_name: a model of it.
        resize: stretch, letterbox, letterbox_top_left, center_crop or none.
        interpolation: nearest, bilinear (the two neighbors along each axis, whatever the reduction, as most training
            does it) or box (the mean of all pixels that are merged into one).
        region: x, y, width, height in source pixels of the part that counts as the picture; None: all of it.
        pad_rgb: color of a letterbox' borders, 0 to 255.
        color_order: of the channels in a three-channel tensor input, rgb or bgr. Of an NV12 input, it is part of the
            model, as are `mean`, `scale` and `std`.
        mean, scale, std: of tensor inputs, x = (pixel - mean) * scale or (pixel - mean) / std, by channel in
            `color_order`. None: 1.
        picture_range: of pictures whose encoding is YUV, limited or full.
        model_range: of an NV12 input, limited or full; None: what the model file states, limited where it states nothing.
            A value that contradicts the file is used, with a warning.
        inputs: the picture input's names (luma and chroma, or one); None: recognize it by its shape.
        color: deprecated name of `color_order`.

    Raises:
        HbmValueError: the model has no input that looks like a picture, or more than one; an option has a value that
            is not among its own, or no effect on this input; mean and std are those of pixels of 0..1.

    Source: RDK S manual, "input_shapes", "input_dtypes", "input_quants".
    """
    if color is not None:
        warnings.warn("for_model: 'color' is deprecated; rename it to 'color_order'", DeprecationWarning, stacklevel=2)
        color_order = color
    if color_order not in _COLOR_ORDERS:
        raise HbmValueError(unknown_name("color order", color_order, _COLOR_ORDERS))
    factors = _factors(scale, std)
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
        if any(mean) or any(value != 1 for value in factors) or color_order != "rgb":
            raise HbmValueError(
                f"model '{model_name}': mean, scale, std and color_order cannot be combined with its NV12 input; they are "
                "inside the model"
            )
        _, height, width, _ = shapes[pairs[0][0]]
        model_range = _model_range(model_range, _stated_range(runtime, model_name, pairs[0]), model_name)
        planes = Nv12Preparation(names=pairs[0], width=width, height=height, model_range=model_range, **common)
        return PicturePreparation(pairs[0], planes)
    layouts = {name: layout for name in names if (layout := _picture_layout(shapes[name])) is not None}
    if len(layouts) != 1 or pairs:
        listed = ", ".join(f"'{name}' {dtypes[name].name} {list(shapes[name])}" for name in names)
        raise HbmValueError(
            f"model '{model_name}': expected one picture input (U8 [1, H, W, 1] with U8 [1, H/2, W/2, 2], or "
            f"[1, C, H, W] or [1, H, W, C] with C 1 or 3), got {listed}; name the picture's inputs"
        )
    if model_range not in (None, "limited"):
        raise HbmValueError(
            f"model '{model_name}': model_range '{model_range}' is ignored because its input is not NV12; remove it"
        )
    ((name, (channels_first, channels, height, width)),) = layouts.items()
    if advice := advice_on_unit_pixels(mean, factors, factor="scale" if std is None else "std", is_std=std is not None):
        raise HbmValueError(f"model '{model_name}': {advice}")
    quant = runtime.input_quants[model_name][name]
    quantized = quant.quant_type.name == "SCALE"
    tensor = TensorPreparation(
        name=name,
        width=width,
        height=height,
        channels_first=channels_first,
        dtype=int(dtypes[name].value),
        color="gray" if channels == 1 else color_order,
        mean=_three(mean, channels, "mean"),
        scale=_three(factors, channels, "scale" if std is None else "std"),
        quant_scale=_three(quant.scale, channels, f"scale of input '{name}'") if quantized else None,
        zero_point=_zero_points(quant.zero_point if quantized else (), channels, name),
        **common,
    )
    return PicturePreparation((name,), tensor)


def _model_range(given: str | None, stated: str | None, model_name: str) -> str:
    if given is not None and stated is not None and given != stated and given in _COLOR_RANGES:
        warnings.warn(
            f"model '{model_name}': its file states the color range {stated}, used is {given}, the value of `model_range`",
            stacklevel=3,
        )
    return given or stated or "limited"


def _stated_range(runtime: Any, model_name: str, planes: Sequence[str]) -> str | None:
    """Return the color range for which `hbm pack` made an NV12 input; a file that was compiled for a BPU states none."""
    from .packer import PackError, read_package

    for path in runtime.hbm_descs:
        try:
            models = read_package(path, programs=False).models
        except PackError:
            continue
        for packed in models:
            for name, picture in packed.provenance.get("pictures", {}).items():
                if packed.model.name == model_name and planes[0] == f"{name}_y":
                    stated = picture.get("color_range")
                    return stated if stated in _COLOR_RANGES else None
    return None


def _bytes_of(data: Any, offset: int) -> memoryview:
    view = memoryview(data)
    if not view.c_contiguous:
        raise HbmValueError(
            f"picture data: expected bytes that lie side by side in memory, got a {type(data).__name__} with gaps; make it "
            "contiguous first, as numpy.ascontiguousarray does"
        )
    if not 0 <= offset <= view.nbytes:
        raise HbmValueError(f"picture data: offset {offset} is not inside the {view.nbytes} bytes")
    # A view of nothing cannot be cast.
    return view.cast("B")[offset:] if view.nbytes else memoryview(b"")


def _unknown_encoding(encoding: str) -> HbmEncodingError:
    return HbmEncodingError(unknown_name("picture encoding", encoding, [*ENCODINGS, *FOREIGN_ENCODINGS]), encoding)


def _is_nv12_pair(y: Sequence[int], uv: Sequence[int]) -> bool:
    if len(y) != 4 or len(uv) != 4 or y[0] != 1 or uv[0] != 1:
        return False
    return y[3] == 1 and uv[3] == 2 and y[1] == 2 * uv[1] and y[2] == 2 * uv[2]


def _picture_layout(shape: Sequence[int]) -> tuple[bool, int, int, int] | None:
    """Return (channels first, channels, height, width) of a tensor that can hold one picture."""
    if len(shape) != 4 or shape[0] != 1 or min(shape) < 1:
        return None
    if shape[1] in _CHANNELS:
        return True, shape[1], shape[2], shape[3]
    if shape[3] in _CHANNELS:
        return False, shape[3], shape[1], shape[2]
    return None


def _factors(scale: Sequence[float] | None, std: Sequence[float] | None) -> Sequence[float]:
    """Return the factors of (pixel - mean)."""
    if std is None:
        return scale if scale is not None else (1.0,)
    if scale is not None:
        raise HbmValueError("scale cannot be combined with std: one is the inverse of the other; remove one")
    if not all(std):
        raise HbmValueError(f"std must not be 0, got {list(std)}")
    return [1 / value for value in std]


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
