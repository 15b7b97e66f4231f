# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks what the header of a compressed picture claims, before a library allocates memory for its pixels."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ._vision import MAX_PIXELS, MAX_SIDE, check_jpeg
from .errors import HbmEncodingError, HbmValueError

JPEG_START = b"\xff\xd8"
PNG_START = b"\x89PNG\r\n\x1a\n"

# Deflate, which PNG and TIFF use, makes at most 1032 bytes of one.
_DEFLATE_RATIO = 1032
_ONE_COLOR_RATIO = 1 << 20  # WebP may code any number of equal pixels in a few bytes
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by color type
# A comment ends where OpenCV ends it, or what follows it would be another number there than here.
_PNM_TOKEN = re.compile(rb"(?:\s|#[^\n\r]*[\n\r])*(\d+)")
_TIFF_STARTS = (b"II*\0", b"MM\0*")
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_ORIENTATION = 256, 257, 274
_TIFF_SIZES = (_TIFF_WIDTH, _TIFF_HEIGHT, 278, 322, 323)  # then rows of a strip, width and height of a tile
_TIFF_ALL_ROWS = 2**32 - 1
_TIFF_SHORT, _TIFF_LONG = 3, 4
_UPRIGHT = 1


class _Claim(NamedTuple):
    format: str
    width: int
    height: int
    pixels_per_byte: float  # at most, as the format can be


def check_claims(data: memoryview, what: str) -> None:
    """Check the sizes that a picture claims against the limits and against the bytes that arrived.

    Args:
        data: the whole file, bytes.
        what: names the picture in errors.

    Raises:
        HbmEncodingError: it is in no format that is read here.
        HbmValueError: it claims too much, or is cut off.
    """
    if data[:2] == JPEG_START:
        return check_jpeg(data)
    try:
        claim = _read_claim(data)
    except (IndexError, ValueError) as error:
        raise HbmValueError(f"{what} is cut off or damaged") from error
    if claim is None:
        raise HbmEncodingError(
            f"{what} is in an unknown format (known: JPEG, PNG, TIFF, WebP, BMP, PNM); send jpeg or png", "unknown format"
        )
    size = f"{claim.width}x{claim.height}"
    if min(claim.width, claim.height) < 1 or max(claim.width, claim.height) > MAX_SIDE:
        raise HbmValueError(f"{what}: its {claim.format} header claims {size} pixels, expected sides of 1 to {MAX_SIDE}")
    pixels = claim.width * claim.height
    if pixels > MAX_PIXELS:
        raise HbmValueError(f"{what}: its {claim.format} header claims {size} pixels, expected at most {MAX_PIXELS} pixels")
    if pixels > claim.pixels_per_byte * len(data):
        least = int(pixels / claim.pixels_per_byte)
        raise HbmValueError(
            f"{what} is cut off, or its {claim.format} header is damaged: {size} pixels take at least {least} bytes"
        )
    return None


def _read_claim(data: memoryview) -> _Claim | None:
    start = bytes(data[:12])
    if start[:8] == PNG_START:
        return _png_claim(data)
    if start[:4] in _TIFF_STARTS:
        return _tiff_claim(data)
    if start[:4] == b"RIFF" and start[8:] == b"WEBP":
        return _webp_claim(data)
    if start[:2] == b"BM":
        # A height below zero means rows from the top. Run-length coding makes 255 pixels of 2 bytes.
        return _Claim("BMP", _signed(data, 18), abs(_signed(data, 22)), 128)
    if re.match(rb"P[1-6]\s", start):
        head = bytes(data[2:512])
        first = _PNM_TOKEN.match(head)
        second = _PNM_TOKEN.match(head, first.end()) if first else None
        if first is None or second is None:
            raise ValueError("no size")
        return _Claim("PNM", int(first[1]), int(second[1]), 8)
    return None


def _png_claim(data: memoryview) -> _Claim:
    # OpenCV allocates as much memory as a chunk claims, before it reads its content.
    at, name = len(PNG_START), b""
    if bytes(data[at + 4 : at + 8]) != b"IHDR":
        raise ValueError("no size")
    while name != b"IEND":
        length, name = _big(data, at, 4), bytes(data[at + 4 : at + 8])
        at += 12 + length
        if at > len(data):
            raise IndexError(at)
    bits = max(1, data[24]) * _PNG_CHANNELS.get(data[25], 1)
    return _Claim("PNG", _big(data, 16, 4), _big(data, 20, 4), 8 * _DEFLATE_RATIO / bits)


def without_orientation(data: memoryview) -> memoryview:
    """Return a picture that check_claims() accepted, without the orientation that OpenCV would apply: that of TIFF."""
    if bytes(data[:4]) not in _TIFF_STARTS or _TIFF_ORIENTATION not in (tags := _tiff_tags(data)):
        return data
    at = tags[_TIFF_ORIENTATION][1]
    upright = bytearray(data)
    upright[at : at + 2] = _UPRIGHT.to_bytes(2, _byte_order(data))
    return memoryview(upright)


def _byte_order(data: memoryview) -> Literal["little", "big"]:
    return "little" if bytes(data[:2]) == b"II" else "big"


def _tiff_tags(data: memoryview) -> dict[int, tuple[int, int]]:
    """Tags of the first picture: value, and where in the data it lies. The first of duplicates counts, as in libtiff."""

    def number(at: int, size: int) -> int:
        if at + size > len(data):
            raise IndexError(at)
        return int.from_bytes(data[at : at + size], _byte_order(data))

    directory = number(4, 4)
    tags: dict[int, tuple[int, int]] = {}
    for entry in range(number(directory, 2)):
        at = directory + 2 + 12 * entry
        tag, kind = number(at, 2), number(at + 2, 2)
        if tag in _TIFF_SIZES and kind not in (_TIFF_SHORT, _TIFF_LONG):
            raise ValueError("a size of another type, which may be another number there")
        tags.setdefault(tag, (number(at + 8, 2 if kind == _TIFF_SHORT else 4), at + 8))
    return tags


def _tiff_claim(data: memoryview) -> _Claim:
    tags = _tiff_tags(data)
    sizes = [tags.get(tag, (0, 0))[0] for tag in _TIFF_SIZES]
    if any(size > max(MAX_SIDE, sizes[1]) for size in sizes[2:] if size != _TIFF_ALL_ROWS):
        raise ValueError("strips or tiles larger than any picture")
    return _Claim("TIFF", sizes[0], sizes[1], 8 * _DEFLATE_RATIO)


def _webp_claim(data: memoryview) -> _Claim:
    kind = bytes(data[12:16])
    if kind == b"VP8X":
        width, height = _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
    elif kind == b"VP8L":
        packed = _little(data, 21, 4)
        width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    else:
        width, height = _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return _Claim("WebP", width, height, _ONE_COLOR_RATIO)


def _big(data: memoryview, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _little(data: memoryview, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _signed(data: memoryview, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little", signed=True)
