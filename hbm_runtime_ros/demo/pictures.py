# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's camera looks at: pictures that scikit-image ships, or any file, folder or video the user names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

Bgr = npt.NDArray[np.uint8]

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


class PictureError(ValueError):
    """Nothing to look at. The text says what was wrong with which file and what to do."""


@dataclass(frozen=True)
class Picture:
    """One picture as the camera sees it: uint8 BGR of the camera's size, and what to call it."""

    name: str
    bgr: Bgr


@dataclass(frozen=True)
class CloseUp:
    """A part of a picture that scikit-image ships, as x, y, width and height in its pixels; None = all of it."""

    name: str
    file: str
    region: tuple[int, int, int, int] | None = None


# A printed page, three photographs with writing on something, and one without any.
BUILT_IN = (
    CloseUp("page", "page.png"),
    CloseUp("motorcycle", "motorcycle_left.png", (300, 110, 356, 200)),
    CloseUp("mission patch", "astronaut.png", (100, 340, 213, 120)),
    CloseUp("engine", "motorcycle_left.png", (200, 200, 356, 200)),
    CloseUp("cat", "chelsea.png"),
)


def fit(bgr: Bgr, width: int, height: int) -> Bgr:
    """Scale a picture into the camera's frame, centred; what it does not cover shows a dim blur of itself."""
    scale = min(width / bgr.shape[1], height / bgr.shape[0])
    size = (max(1, round(bgr.shape[1] * scale)), max(1, round(bgr.shape[0] * scale)))
    inner = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    # A few pixels stretched over the frame: a blur without an edge that a text detector could take for writing.
    blur = cv2.resize(cv2.resize(bgr, (8, 8), interpolation=cv2.INTER_AREA), (width, height))
    frame = (blur * 0.35).astype(np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    frame[top : top + size[1], left : left + size[0]] = inner
    return frame


def open_pictures(source: str, width: int, height: int, frames_per_picture: int) -> Iterator[Picture]:
    """Look at `source`, over and over.

    Args:
        source: a picture, a folder of pictures or a video; empty = the built-in pictures.
        width: pixels of the camera.
        height: pixels of the camera.
        frames_per_picture: how many frames each still picture is shown for.

    Returns:
        An endless iterator, a picture a frame. A video gives its frames in order and starts again.

    Raises:
        PictureError: there is nothing to look at, said at once, not at the first frame.
    """
    if frames_per_picture < 1:
        raise PictureError(f"frames for each picture: expected at least 1, got {frames_per_picture}")
    path = Path(source).expanduser()
    if not source:
        stills = [Picture(view.name, fit(_built_in(view), width, height)) for view in BUILT_IN]
    elif path.is_dir():
        stills = _folder(path, width, height)
    elif not path.exists():
        raise PictureError(f"there is no file or folder {path}; name a picture, a folder of pictures or a video")
    elif path.suffix.lower() in PICTURE_SUFFIXES:
        stills = [Picture(path.name, fit(_read(path), width, height))]
    else:
        return _video(path, width, height)
    return (picture for picture in cycle(stills) for _ in range(frames_per_picture))


def picture_count(source: str) -> int:
    """How many still pictures `open_pictures` goes through before it starts again; a video counts as one."""
    if not source:
        return len(BUILT_IN)
    path = Path(source).expanduser()
    return len(_picture_files(path)) if path.is_dir() else 1


def _built_in(view: CloseUp) -> Bgr:
    # The files are found without importing scikit-image, which takes seconds.
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise PictureError(
            "the built-in pictures come with scikit-image, which is not installed; run `pip install scikit-image`, "
            "or name a picture, a folder or a video of your own"
        )
    picture = _read(Path(spec.origin).parent / "data" / view.file)
    if view.region is None:
        return picture
    x, y, width, height = view.region
    return picture[y : y + height, x : x + width]


def _picture_files(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.suffix.lower() in PICTURE_SUFFIXES)


def _folder(folder: Path, width: int, height: int) -> list[Picture]:
    files = _picture_files(folder)
    if not files:
        raise PictureError(f"the folder {folder} holds no picture ({', '.join(PICTURE_SUFFIXES)})")
    return [Picture(file.name, fit(_read(file), width, height)) for file in files]


def _read(file: Path) -> Bgr:
    try:
        with Image.open(file) as picture:
            # Telephones store pictures as the sensor lies, and say how to turn them.
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except UnidentifiedImageError:
        raise PictureError(f"{file} is no picture that Pillow can read; save it as PNG or JPEG") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureError(f"cannot read the picture {file}: {error}") from None
    return cv2.cvtColor(np.asarray(upright), cv2.COLOR_RGB2BGR)


def _video(file: Path, width: int, height: int) -> Iterator[Picture]:
    capture = cv2.VideoCapture(str(file))
    good, first = capture.read()
    if not good:
        raise PictureError(f"{file} is neither a picture nor a video that OpenCV can read; try PNG, JPEG, MP4 or AVI")

    def frames() -> Iterator[Picture]:
        bgr = first
        while True:
            yield Picture(file.name, fit(bgr, width, height))
            good, bgr = capture.read()
            if not good:
                capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
                good, bgr = capture.read()
                if not good:
                    bgr = first

    return frames()
