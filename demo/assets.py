# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures that the demo shows, which scikit-image ships."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .processes import DemoError


class AssetError(DemoError):
    """A picture is not there. The text says how to get it."""


class CloseUp(NamedTuple):
    """A part of a picture that scikit-image ships, as x, y, width and height in its pixels; None = all of it."""

    name: str
    file: str
    region: tuple[int, int, int, int] | None = None


# Of the page that write_page() makes, pixels.
PAGE_SIZE = (900, 1184)
# A printed page, three photographs with writing on something, and one without any.
PICTURES = (
    CloseUp("page", "page.png"),
    CloseUp("motorcycle", "motorcycle_left.png", (300, 110, 356, 200)),
    CloseUp("mission patch", "astronaut.png", (100, 340, 213, 120)),
    CloseUp("engine", "motorcycle_left.png", (200, 200, 356, 200)),
    CloseUp("cat", "chelsea.png"),
)


def write_pictures(folder: Path) -> Path:
    """Write the pictures that the demo's camera shows where the user names none. Return `folder`.

    Raises:
        AssetError: scikit-image is not installed.
    """
    data = _pictures_of_scikit_image()
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        with Image.open(data / picture.file) as whole:
            shown = whole.convert("RGB")
        if picture.region is not None:
            x, y, width, height = picture.region
            shown = shown.crop((x, y, x + width, y + height))
        shown.save(folder / f"{picture.name}.png")
    return folder


def nv12_to_bgr(nv12: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    """Convert a picture from a camera topic to uint8 [height, width, 3]; `nv12` may have any shape."""
    return cv2.cvtColor(nv12.reshape(height * 3 // 2, width), cv2.COLOR_YUV2BGR_NV12)


def write_page(file: Path) -> Path:
    """Write a page with text above a photograph, upright. Return `file`.

    Raises:
        AssetError: scikit-image is not installed.
    """
    data = _pictures_of_scikit_image()
    page = Image.new("RGB", PAGE_SIZE, "white")
    with Image.open(data / "page.png") as text, Image.open(data / "astronaut.png") as photograph:
        page.paste(text.convert("RGB").resize((800, 398), Image.Resampling.BICUBIC), (50, 40))
        page.paste(photograph.convert("RGB").resize((660, 660), Image.Resampling.BICUBIC), (120, 480))
    file.parent.mkdir(parents=True, exist_ok=True)
    page.save(file)
    return file


def _pictures_of_scikit_image() -> Path:
    # The files are found without importing scikit-image, which takes seconds.
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise AssetError(
            "scikit-image is not installed; install it with `pip install scikit-image`: the demo's pictures come with it "
            "(or name a picture, a folder or a video of your own)"
        )
    return Path(spec.origin).parent / "data"
