# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""NV12, the format of robot cameras, from and to OpenCV's BGR: BT.601 in video range, as the node reads it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt


def bgr_to_nv12(bgr: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Convert a picture for a camera topic.

    Args:
        bgr: uint8 [height, width, 3], both sides even.

    Returns:
        uint8 [height * 3 / 2, width]: the luma rows, then half as many rows of interleaved chroma.

    Raises:
        ValueError: a side is odd; chroma covers two by two pixels.
    """
    height, width = bgr.shape[:2]
    if height % 2 or width % 2:
        raise ValueError(f"NV12 needs even sides, got {width}x{height}; cut a row or a column off")
    planar = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420)
    chroma = planar[height:].reshape(2, height // 2 * (width // 2))
    nv12 = np.empty_like(planar)
    nv12[:height] = planar[:height]
    interleaved = nv12[height:].reshape(-1, 2)
    interleaved[:, 0], interleaved[:, 1] = chroma
    return nv12


def nv12_to_bgr(nv12: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    """Convert a picture from a camera topic to uint8 [height, width, 3]; `nv12` may have any shape."""
    return cv2.cvtColor(nv12.reshape(height * 3 // 2, width), cv2.COLOR_YUV2BGR_NV12)
