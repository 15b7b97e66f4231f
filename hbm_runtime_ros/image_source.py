# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node `image_source`: a camera for machines without one. It shows a test pattern, pictures, a folder or a video.

The pattern needs nothing but NumPy. Pictures are read with Pillow, and videos with OpenCV.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import rclpy
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.duration import Duration
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import Image
from std_msgs.msg import UInt64

from .compat import start_rclpy

Rgb = npt.NDArray[np.uint8]

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
# Between the last subscriber's arrival and the first counted frame: the other side of each match, and warm caches.
_SETTLE_S = 1.0
# White, yellow, cyan, green, magenta, red, blue, black.
_BARS: Rgb = np.array([[bits >> 1 & 1, bits >> 2, bits & 1] for bits in range(7, -1, -1)], np.uint8) * np.uint8(255)
# The square crosses the picture in so many frames.
_PATTERN_FRAMES = 48


class Parameter(NamedTuple):
    """A parameter of the node."""

    name: str
    default: str | int | float
    text: str


PARAMETERS = (
    Parameter("input", "", "a picture, a folder of pictures or a video; empty = a test pattern with a moving square"),
    Parameter("width", 1280, "pixels of the camera, even"),
    Parameter("height", 720, "pixels of the camera, even"),
    Parameter("rate_hz", 12.0, "pictures per second"),
    Parameter("frames", 0, "pictures until the node ends; 0 = until it is interrupted"),
    Parameter("frames_per_picture", 24, "how many frames each still picture is shown for"),
    Parameter("wait_for_subscribers", 0, "subscriptions of the topic to wait for before the first picture"),
)


class PictureError(ValueError):
    """The source has no pictures. The text names the file, what is wrong with it and what to do."""


@dataclass(frozen=True)
class Picture:
    """One frame of the camera: its name, and its pixels as NV12."""

    name: str
    nv12: bytes


def rgb_to_nv12(rgb: Rgb) -> npt.NDArray[np.uint8]:
    """Convert a picture for a camera topic: BT.601 in video range, as the inference node reads it.

    Args:
        rgb: uint8 [height, width, 3], both sides even.

    Returns:
        uint8 [height * 3 / 2, width]: the luma rows, then half as many rows of interleaved chroma.

    Raises:
        ValueError: a side is odd; chroma covers two by two pixels.
    """
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        raise ValueError(f"picture for NV12 must have even sides, got {width}x{height}; cut a row or a column off")
    nv12 = np.empty((height * 3 // 2, width), np.uint8)
    luma = rgb @ np.array([66, 129, 25], np.uint16)
    nv12[:height] = (luma + 128 >> 8) + 16
    # Sums of two by two pixels: four times the value.
    blocks = rgb.reshape(height // 2, 2, width // 2, 2, 3).sum(axis=(1, 3), dtype=np.int32)
    chroma = blocks @ np.array([[-38, 112], [-74, -94], [112, -18]], np.int32)
    nv12[height:] = ((chroma + 512 >> 10) + 128).reshape(height // 2, width)
    return nv12


def open_pictures(source: str, width: int, height: int, frames_per_picture: int) -> Iterator[Picture]:
    """Return the pictures of `source` in an endless loop.

    Args:
        source: a picture, a folder of pictures or a video; empty = the test pattern.
        width: pixels of the camera.
        height: pixels of the camera.
        frames_per_picture: how many frames each still picture is shown for.

    Returns:
        An endless iterator, one picture per frame. A video gives its frames in order and starts again.

    Raises:
        PictureError: the source has no pictures. It is raised here, not at the first frame.
    """
    if frames_per_picture < 1:
        raise PictureError(f"parameter 'frames_per_picture' must be at least 1, got {frames_per_picture}")
    if not source:
        return _pattern(width, height)
    path = Path(source).expanduser()
    if not path.exists():
        raise PictureError(f"there is no file or folder {path}; name a picture, a folder of pictures or a video")
    if not path.is_dir() and path.suffix.lower() not in PICTURE_SUFFIXES:
        return _video(path, width, height)
    stills = [_still(file, width, height) for file in picture_files(path)]
    return (picture for picture in cycle(stills) for _ in range(frames_per_picture))


def picture_files(path: Path) -> list[Path]:
    """Return the picture `path`, or those in the folder `path`, in the order in which they are shown.

    Raises:
        PictureError: the folder holds no picture.
    """
    if not path.is_dir():
        return [path]
    files = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in PICTURE_SUFFIXES)
    if not files:
        raise PictureError(f"the folder {path} holds no picture ({', '.join(PICTURE_SUFFIXES)})")
    return files


def _pattern(width: int, height: int) -> Iterator[Picture]:
    """Bars of color, and a square that crosses them."""
    columns = np.arange(width) * len(_BARS) // width
    bars = rgb_to_nv12(np.broadcast_to(_BARS[columns], (height, width, 3)))
    side = min(width, height) // 6 * 2
    top = (height - side) // 4 * 2
    for frame in count():
        left = (width - side) * (frame % _PATTERN_FRAMES) // _PATTERN_FRAMES // 2 * 2
        nv12 = bars.copy()
        nv12[top : top + side, left : left + side] = 126
        nv12[height + top // 2 : height + (top + side) // 2, left : left + side] = 128
        yield Picture("test pattern", nv12.tobytes())


def _still(file: Path, width: int, height: int) -> Picture:
    pillow = _import("PIL.Image", "pictures", "Pillow", "python3-pil")
    import PIL.ImageOps

    try:
        with pillow.open(file) as picture:
            # Phones store pictures in the orientation of the sensor, and state how to rotate them.
            upright = PIL.ImageOps.exif_transpose(picture).convert("RGB")
    except PIL.UnidentifiedImageError:
        raise PictureError(f"{file} is no picture that Pillow can read; save it as PNG or JPEG") from None
    except (OSError, SyntaxError, pillow.DecompressionBombError) as error:
        raise PictureError(f"cannot read the picture {file}: {error}") from None
    return Picture(file.name, rgb_to_nv12(_fit(upright, width, height)).tobytes())


def _fit(picture: Any, width: int, height: int) -> Rgb:
    """Scale a picture of Pillow into the camera's frame, centered; the rest of the frame shows a dim blur of it."""
    from PIL.Image import Resampling

    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    # A few pixels stretched over the frame: a blur without an edge that a detector could take for something.
    blur = picture.resize((8, 8), Resampling.BOX).resize((width, height), Resampling.BILINEAR)
    frame = blur.point(lambda value: value * 0.35)
    frame.paste(picture.resize(size, Resampling.BICUBIC), ((width - size[0]) // 2, (height - size[1]) // 2))
    return np.asarray(frame)


def _video(file: Path, width: int, height: int) -> Iterator[Picture]:
    cv2 = _import("cv2", "videos", "OpenCV", "python3-opencv")
    pillow = _import("PIL.Image", "videos", "Pillow", "python3-pil")
    capture = cv2.VideoCapture(str(file))
    good, first = capture.read()
    if not good:
        raise PictureError(f"{file} is neither a picture nor a video that OpenCV can read; try PNG, JPEG, MP4 or AVI")

    def frames() -> Iterator[Picture]:
        bgr = first
        while True:
            frame = pillow.fromarray(np.ascontiguousarray(bgr[:, :, ::-1]))
            yield Picture(file.name, rgb_to_nv12(_fit(frame, width, height)).tobytes())
            good, bgr = capture.read()
            if not good:
                capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
                good, bgr = capture.read()
                if not good:
                    bgr = first

    return frames()


def _import(module: str, what: str, name: str, debian_package: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise PictureError(
            f"{name} is not installed; install it with `apt install {debian_package}`: {what} need it, the test pattern "
            "does not (leave the parameter 'input' empty)"
        ) from None


class ImageSource(Node):
    """Publishes `image` at a fixed rate, and on `~/frames_sent` how many pictures that were.

    The frame_id of a picture is its name, so that a result shows which picture it belongs to.
    """

    def __init__(self, **node_arguments: Any) -> None:
        super().__init__("image_source", **node_arguments)
        value = {
            name: self.declare_parameter(name, default, ParameterDescriptor(description=text, read_only=True)).value
            for name, default, text in PARAMETERS
        }
        self._width, self._height = value["width"], value["height"]
        self._frame_limit = value["frames"]
        self._wait_for = value["wait_for_subscribers"]
        if value["rate_hz"] <= 0:
            raise PictureError(f"parameter 'rate_hz' must be above 0, got {value['rate_hz']}")
        if min(self._width, self._height) < 2 or self._width % 2 or self._height % 2:
            raise PictureError(
                f"parameters 'width' and 'height' must be even and at least 2, as NV12 needs, "
                f"got {self._width} and {self._height}"
            )
        self._pictures = open_pictures(value["input"], self._width, self._height, value["frames_per_picture"])
        self._images = self.create_publisher(Image, "image", QoSProfile(depth=4))
        latched = QoSProfile(
            depth=1, reliability=QoSReliabilityPolicy.RELIABLE, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL
        )
        self._count = self.create_publisher(UInt64, "~/frames_sent", latched)
        self.frames_sent = 0
        self._settled_s: float | None = None
        self.timer = self.create_timer(1.0 / value["rate_hz"], self._tick)
        self.get_logger().info(
            f"shows {value['input'] or 'a test pattern'} as nv12 {self._width}x{self._height} on "
            f"{self._images.topic_name}, {value['rate_hz']:g} per second"
        )

    @property
    def is_done(self) -> bool:
        """Whether every frame was sent."""
        return 0 < self._frame_limit <= self.frames_sent

    def _tick(self) -> None:
        if self.is_done or not self._is_everybody_here():
            return
        picture = next(self._pictures)
        message = Image(height=self._height, width=self._width, encoding="nv12", step=self._width)
        message.header.frame_id = picture.name
        message.data.frombytes(picture.nv12)
        message.header.stamp = self.get_clock().now().to_msg()
        self._images.publish(message)
        self.frames_sent += 1
        self._count.publish(UInt64(data=self.frames_sent))

    def _is_everybody_here(self) -> bool:
        if self._settled_s is None:
            if self._images.get_subscription_count() < self._wait_for:
                return False
            self._settled_s = time.monotonic() + (_SETTLE_S if self._wait_for else 0.0)
        return time.monotonic() >= self._settled_s

    def flush(self) -> None:
        """Wait until the count of frames has reached its readers."""
        self._count.wait_for_all_acked(Duration(seconds=2))


def _help_parser() -> argparse.ArgumentParser:
    parameters = "\n".join(f"  {name:22}{text} (default: {default!r})" for name, default, text in PARAMETERS)
    return argparse.ArgumentParser(
        prog="ros2 run hbm_runtime_ros image_source",
        description="A camera for machines without one: publishes NV12 pictures on the topic image.",
        epilog=f"parameters:\n{parameters}\n\nexample: ros2 run hbm_runtime_ros image_source --ros-args "
        "-p input:=holiday.mp4 -p rate_hz:=30.0 -r image:=camera/image_raw",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the node until it has shown every frame."""
    command = sys.argv if arguments is None else ["image_source", *arguments]
    _help_parser().parse_args(remove_ros_args(command)[1:])
    try:
        start_rclpy("image_source", command)
        node = ImageSource()
        while not node.is_done:
            rclpy.spin_once(node)
        node.flush()
        node.get_logger().info(f"sent {node.frames_sent} frames")
    except PictureError as error:
        print(f"image_source: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
