# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed pictures that OpenCV decodes (PNG, TIFF, WebP, BMP, PNM), with changed bytes and sizes.

An input of some kilobytes that takes more memory than the largest picture has is a finding.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hbm_runtime_core._vision import MAX_PIXELS
from hbm_runtime_core.errors import HbmValueError
from hbm_runtime_core.opencv_pictures import decode_picture

# The pixels as they are decoded, with four bytes, and as they are converted.
_MOST_BYTES = MAX_PIXELS * 8
_FORMATS = ("png", "tiff", "webp", "bmp", "ppm", "pgm")
# Refusals are expected, thousands of them.
cv2.setLogLevel(0)
_STATES = (
    None,
    "",
    "png",
    "rgb8; png compressed bgr8",
    "mono16; png compressed ",
    "bayer_rggb8; tiff",
    "16UC1; png",
    "compressedDepth",
)


@cache
def _seed(extension: str, depth: int, channels: int) -> bytes:
    dtype = np.uint16 if depth == 16 and extension in ("png", "tiff") else np.uint8
    channels = 1 if extension == "pgm" else 3 if extension in ("ppm", "bmp") else channels
    pixels = np.random.default_rng(1).integers(0, 255, (5, 7, channels), dtype)
    return bytes(cv2.imencode(f".{extension}", pixels)[1])


def _with_png_checksums(data: bytes) -> bytes:
    """Correct the checksums of chunks, which a decoder looks at first."""
    fixed, at = bytearray(data), 8
    while at + 12 <= len(fixed):
        length = int.from_bytes(fixed[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(fixed):
            break
        fixed[end : end + 4] = struct.pack(">I", zlib.crc32(fixed[at + 4 : end]))
        at = end + 4
    return bytes(fixed)


@st.composite
def _pictures(draw: st.DrawFn) -> bytes:
    extension = draw(st.sampled_from(_FORMATS))
    data = bytearray(_seed(extension, draw(st.sampled_from((8, 16))), draw(st.sampled_from((1, 3, 4)))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, min(len(data) - 1, 60) if draw(st.booleans()) else len(data) - 1))
        value = draw(
            st.one_of(
                st.sampled_from([b"\0", b"\xff", b"\x7f\xff", b"\x40\0", b"\0\x40", b"\0\0\x40\0", b"\xff\xff\xff\xff"]),
                st.binary(max_size=4),
            )
        )
        data[at : at + len(value)] = value
    data = data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 4)) == 0 else data
    return _with_png_checksums(bytes(data)) if extension == "png" else bytes(data)


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@given(_pictures(), st.sampled_from(_STATES))
def execute(data: bytes, format_text: str | None) -> None:
    """Decode a picture as the node does."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_bytes()
    try:
        pixels = decode_picture(memoryview(data), format_text)
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
        assert pixels.shape[0] * pixels.shape[1] <= MAX_PIXELS
    except HbmValueError:
        pass
    assert _peak_bytes() - before <= _MOST_BYTES, f"{len(data)} bytes took {_peak_bytes() - before} bytes of memory"
