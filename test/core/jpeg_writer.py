# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""JPEGs that no library writes: any sampling, any number of components. Blocks of 8 by 8 samples have one value each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# A code of four bits for each number of bits that a difference can take, and one bit for the end of a block.
_DC_BITS, _DC_VALUES = bytes([0, 0, 0, 12] + [0] * 12), bytes(range(12))
_AC_BITS, _AC_VALUES = bytes([1] + [0] * 15), b"\0"

ADOBE = {"none": 0, "ycck": 2}


def jpeg_of(
    planes: Sequence[np.ndarray],
    factors: Sequence[tuple[int, int]],
    ids: Sequence[int] = (1, 2, 3, 4),
    adobe: int | None = None,
) -> bytes:
    """Encode planes of full size, floats [height, width], of which each keeps its part of the samples.

    Args:
        factors: of each component, horizontal and vertical.
        ids: of the components.
        adobe: the color transform that Adobe's segment names; None: no such segment.
    """
    height, width = planes[0].shape
    most_x, most_y = (max(factor[axis] for factor in factors) for axis in (0, 1))
    columns, rows = -(-width // (8 * most_x)), -(-height // (8 * most_y))
    grids = []
    for plane, (x, y) in zip(planes, factors):
        padded = np.pad(plane, ((0, rows * 8 * most_y - height), (0, columns * 8 * most_x - width)), mode="edge")
        shape = (rows * y, 8 * most_y // y, columns * x, 8 * most_x // x)
        grids.append(np.rint(8 * (padded.reshape(shape).mean(axis=(1, 3)) - 128)).astype(int))
    count = len(planes)
    head = bytes([8]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([count])
    parts = [
        b"\xff\xd8",
        b"" if adobe is None else _segment(0xEE, b"Adobe" + bytes([0, 100, 0, 0, 0, 0, adobe])),
        _segment(0xDB, b"\0" + b"\1" * 64),
        _segment(0xC0, head + b"".join(bytes([i, x << 4 | y, 0]) for i, (x, y) in zip(ids, factors))),
        _segment(0xC4, b"\0" + _DC_BITS + _DC_VALUES),
        _segment(0xC4, b"\x10" + _AC_BITS + _AC_VALUES),
        _segment(0xDA, bytes([count]) + b"".join(bytes([i, 0]) for i in ids[:count]) + b"\0\x3f\0"),
        _scan(grids, factors, rows, columns),
        b"\xff\xd9",
    ]
    return b"".join(parts)


def ycc_of(bgr: np.ndarray) -> list[np.ndarray]:
    """JFIF's luma and chroma, floats of 0 to 255."""
    blue, green, red = np.moveaxis(bgr.astype(float), 2, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return [luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402]


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def _scan(grids, factors, rows, columns) -> bytes:
    bits: list[str] = []
    last = [0] * len(grids)
    for row in range(rows):
        for column in range(columns):
            for index, (x, y) in enumerate(factors):
                for block in grids[index][row * y : (row + 1) * y, column * x : (column + 1) * x].ravel():
                    difference = int(block) - last[index]
                    last[index] = int(block)
                    size = abs(difference).bit_length()
                    value = difference if difference >= 0 else difference + (1 << size) - 1
                    bits.append(f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")
