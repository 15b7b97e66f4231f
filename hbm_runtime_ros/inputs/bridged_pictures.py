# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures in encodings that the core does not read, by way of cv_bridge. Slower, and it allocates for each frame."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image

from ..errors import FrameError
from ..monitoring.drop_reasons import DropReason

_BAYER = tuple(f"bayer_{order}{bits}" for order in ("rggb", "bggr", "gbrg", "grbg") for bits in (8, 16))

# Those of sensor_msgs/image_encodings that hold a picture and that cv_bridge turns into bgr8.
BRIDGED_ENCODINGS = ("rgb16", "bgr16", "rgba16", "bgra16", "mono16", *_BAYER)


@lru_cache(maxsize=1)
def _bridge() -> Any:
    from cv_bridge import CvBridge

    return CvBridge()


def to_bgr8(message: bytes, encoding: str) -> npt.NDArray[np.uint8]:
    """Convert the serialized sensor_msgs/Image in `message` to uint8 [height, width, 3].

    Raises:
        FrameError: cv_bridge is missing or cannot convert the picture.
    """
    try:
        bridge = _bridge()
    except ImportError as error:
        raise FrameError(
            DropReason.ENCODING,
            f"pictures in '{encoding}' need cv_bridge, which cannot be imported ({error}); "
            f"install ros-$ROS_DISTRO-cv-bridge",
            detail=encoding,
            once=True,
        ) from error
    image = deserialize_message(message, Image)
    try:
        return np.ascontiguousarray(bridge.imgmsg_to_cv2(image, "bgr8"))
    except Exception as error:  # CvBridgeError, cv2.error, TypeError of a reshape: all say that this picture is bad
        raise FrameError(
            DropReason.PICTURE,
            f"cv_bridge cannot convert a picture of {image.width}x{image.height} in '{encoding}' with a step of "
            f"{image.step} and {len(image.data)} bytes: {error}",
        ) from error
