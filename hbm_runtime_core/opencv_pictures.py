# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures that OpenCV converts to blue, green and red: compressed ones except JPEG, 16 bits, Bayer mosaics.

The encodings are those of sensor_msgs/image_encodings, and the texts those that image_transport writes into the field
`format` of sensor_msgs/CompressedImage. OpenCV is imported with the first such picture.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ._vision import ENCODINGS, FOREIGN_ENCODINGS, raw_layout
from .errors import HbmEncodingError, HbmValueError
from .picture_claims import PNG_START, check_claims, without_orientation

_Pixels = npt.NDArray[Any]

# Header that image_transport writes before a compressed picture of distances.
_DEPTH_HEADER_BYTES = 12
_PICTURE_ENCODINGS = frozenset((*ENCODINGS, *FOREIGN_ENCODINGS))
# OpenCV's names for arrays of numbers; those with 8 bits that hold a picture are in ENCODINGS.
_NUMBERS = re.compile(r"\d+[USF]C\d+")
_CODECS = re.compile(r"jpe?g|png|tiff?|webp|bmp|pnm", re.IGNORECASE)
# OpenCV names a mosaic by the second row's second and third pixel.
_BAYER = {"rggb": "BG", "bggr": "RG", "gbrg": "GR", "grbg": "GB"}
_WHITE = 65535  # of 16 bits


@lru_cache(maxsize=64)
def stated_encoding(format_text: str) -> str:
    """Return the encoding that the field `format` of a compressed picture states, "" where it states none.

    "rgb8; jpeg compressed bgr8" states rgb8, "png" states none. A name that is not known is returned as it is.

    Raises:
        HbmEncodingError: it states that the picture holds distances or other numbers instead of colors.
    """
    if "compressedDepth" in format_text:
        _refuse_depth(format_text)
    first, separator, _ = format_text.partition(";")
    first = first.strip()
    if _NUMBERS.fullmatch(first) and first not in _PICTURE_ENCODINGS:
        raise HbmEncodingError(
            f"pictures in format '{format_text}' hold numbers such as distances, not colors; take the topic of a color "
            f"picture, or turn them into tensors",
            first,
        )
    if first in _PICTURE_ENCODINGS:
        return first
    return "" if not separator or _CODECS.search(first) else first


def decode_picture(data: memoryview, format_text: str | None) -> npt.NDArray[np.uint8]:
    """Decode a compressed picture: uint8 [height, width, 3], blue, green, red.

    Marks of orientation (EXIF) are ignored, as everywhere in this package.

    Args:
        data: the whole file, bytes.
        format_text: as sensor_msgs/CompressedImage has it; None: a file, whose format says all.

    Raises:
        HbmEncodingError: no picture of this kind can be read, or OpenCV is missing.
        HbmValueError: this picture is cut off or damaged, or claims more than the limits allow.
    """
    what = f"a compressed picture (format '{format_text or ''}', {len(data)} bytes"
    if not len(data):
        raise HbmValueError(f"{what}) has no data")
    stated = stated_encoding(format_text or "")
    if data[_DEPTH_HEADER_BYTES : _DEPTH_HEADER_BYTES + len(PNG_START)] == PNG_START:
        _refuse_depth(format_text or "")
    what += f" that begin with {bytes(data[:4]).hex(' ')})"
    check_claims(data, what)
    cv2 = _opencv("compressed pictures that are no JPEG need OpenCV, which")
    try:
        pixels = cv2.imdecode(np.frombuffer(without_orientation(data), np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise HbmValueError(f"{what} cannot be decoded: {error}") from error
    if pixels is None:
        raise HbmValueError(
            f"{what} cannot be decoded: it is cut off or damaged, or in a variety that OpenCV does not read here; send jpeg "
            f"or png"
        )
    return _to_bgr8(pixels, _encoding_of(pixels, stated, format_text), what)


def convert_picture(
    data: memoryview, width: int, height: int, step: int, encoding: str, big_endian: bool
) -> tuple[npt.NDArray[np.uint8], str]:
    """Convert a raw picture in one of FOREIGN_ENCODINGS: uint8 [height, width, 3], blue, green, red.

    Returns:
        The picture, and which of its numbers was corrected.

    Raises:
        HbmEncodingError: OpenCV is missing.
        HbmValueError: sides, step and data do not fit together.
    """
    height, row_bytes, correction = raw_layout(len(data), width, height, step, encoding)
    dtype = np.dtype(np.uint16 if encoding.endswith("16") else np.uint8).newbyteorder(">" if big_endian else "<")
    channels = {"rgb": 3, "bgr": 3, "rgba": 4, "bgra": 4}.get(_family(encoding), 1)
    shape, strides = (height, width, channels), (row_bytes, channels * dtype.itemsize, dtype.itemsize)
    pixels = np.ndarray(shape, dtype, data, 0, strides).astype(dtype.newbyteorder("="), order="C")
    return _to_bgr8(pixels, encoding, f"a picture of {width}x{height} in '{encoding}'"), correction


def _encoding_of(pixels: _Pixels, stated: str, format_text: str | None) -> str:
    """The encoding of decoded pixels: OpenCV's order of colors, with the depth and the mosaic that the sender states."""
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if pixels.dtype not in (np.uint8, np.uint16):
        raise HbmEncodingError(
            f"compressed picture (format '{format_text or ''}'): expected 8 or 16 bits per channel, got {pixels.dtype}",
            str(pixels.dtype),
        )
    bits = pixels.dtype.itemsize * 8
    if channels > 1:
        # A mosaic has one channel: "compressed bgr8" after it means that its sender has converted it already.
        if stated.startswith("bayer_") and "compressed bgr" not in (format_text or ""):
            raise HbmEncodingError(
                f"compressed picture (format '{format_text}'): expected one channel of a mosaic, got {channels}", stated
            )
        return f"{'bgr' if channels == 3 else 'bgra'}{bits}"
    if stated.startswith("bayer_"):
        return f"{_family(stated)}{bits}"
    if stated and stated not in _PICTURE_ENCODINGS:
        raise HbmEncodingError(
            f"unknown picture encoding '{stated}' in format '{format_text}', and the data has one channel "
            f"(known: {', '.join(sorted(_PICTURE_ENCODINGS))})",
            stated,
        )
    if bits == 16 and not stated and format_text is not None:
        raise HbmEncodingError(
            f"a compressed picture with 16 bits and one channel (format '{format_text}') is either gray (mono16) or holds "
            f"distances (16UC1), which the format does not state; let its sender write 'mono16; png compressed' into it, "
            f"or turn it into tensors",
            "16 bits",
        )
    return f"mono{bits}"


def _to_bgr8(pixels: _Pixels, encoding: str, what: str) -> npt.NDArray[np.uint8]:
    """Pixels of `encoding`, [height, width] or [height, width, channels]. White of 16 bits is 65535."""
    cv2 = _opencv(f"pictures in '{encoding}' need OpenCV, which")
    family = _family(encoding)
    if family.startswith("bayer_"):
        conversion = getattr(cv2, f"COLOR_Bayer{_BAYER[family[-4:]]}2BGR")
    else:
        conversion = {
            "mono": cv2.COLOR_GRAY2BGR,
            "rgb": cv2.COLOR_RGB2BGR,
            "rgba": cv2.COLOR_RGBA2BGR,
            "bgra": cv2.COLOR_BGRA2BGR,
            "bgr": None,
        }[family]
    try:
        colors = pixels if conversion is None else cv2.cvtColor(pixels, conversion)
    except cv2.error as error:
        raise HbmValueError(f"{what} cannot be converted: {error}") from error
    if colors.dtype == np.uint16:
        colors = cv2.convertScaleAbs(colors, alpha=255 / _WHITE)
    return np.ascontiguousarray(colors)


def _family(encoding: str) -> str:
    """An encoding without its number of bits."""
    return encoding.rstrip("0123456789")


def _refuse_depth(format_text: str) -> None:
    raise HbmEncodingError(
        f"pictures in format '{format_text}' (compressedDepth) hold distances, not colors; take the topic of a color "
        f"picture, or turn them into tensors",
        "compressedDepth",
    )


def _opencv(use: str) -> Any:
    try:
        import cv2
    except ImportError as error:
        raise HbmEncodingError(
            f"OpenCV is not installed; install it with `sudo apt-get install python3-opencv` or "
            f"`pip install opencv-python-headless`: {use} cannot be imported ({error})",
            "opencv",
        ) from error
    return cv2
