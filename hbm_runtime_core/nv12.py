# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""NV12 pictures as the two inputs that a BPU model takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .errors import HbmValueError


def nv12_planes(
    image: npt.NDArray[np.uint8], width: int, height: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Split a packed NV12 picture into the two inputs a BPU model takes, without copying.

    Args:
        image: uint8, height * width * 3 / 2 bytes, any shape, C-contiguous.
        width: pixels, even.
        height: pixels, even.

    Returns:
        (y, uv): views of `image`, uint8 [1, height, width, 1] and [1, height / 2, width / 2, 2].

    Raises:
        TypeError: `image` is no array of uint8.
        ValueError: a side is odd, or `image` has another number of bytes or gaps.

    Source: RDK S manual, "input_shapes"; V4L2 pixel format NV12.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        came = f"{image.dtype} {list(image.shape)}" if isinstance(image, np.ndarray) else type(image).__name__
        raise TypeError(f"NV12 picture: expected an array of uint8, got {came}")
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise HbmValueError(f"NV12 picture: expected even sides of at least 2, got {width}x{height}")
    size_bytes = width * height * 3 // 2
    if image.size != size_bytes:
        raise HbmValueError(
            f"NV12 picture of {width}x{height}: expected {size_bytes} bytes (width * height * 3 / 2), got {image.size}; "
            "are rows padded?"
        )
    if not image.flags.c_contiguous:
        raise HbmValueError("NV12 picture: expected a C-contiguous array, got one with gaps; pass a copy of it")
    flat = image.reshape(-1)
    luma, chroma = flat[: width * height], flat[width * height :]
    return luma.reshape(1, height, width, 1), chroma.reshape(1, height // 2, width // 2, 2)
