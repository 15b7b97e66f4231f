# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo shows and runs: pictures of scikit-image, and the PP-OCRv4 networks packed for NV12 pictures."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .processes import DemoError

MODEL_FILE = "ppocr_v4.hbm"
ALPHABET_FILE = "ppocr_v4_alphabet.txt"
PARAMETER_FILE = "reading.yaml"

_WHEEL = "rapidocr_onnxruntime"
_DETECTOR = "ch_PP-OCRv4_det_infer.onnx"
_RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx"
# Both were trained on BGR pixels of 0..255, shifted and scaled to -1..1.
_PICTURE = ("--nv12", "--mean", "127.5", "--std", "127.5", "--color-order", "bgr")
# Wide enough for a line of a page; 48 rows are what the network was trained on.
LINE_HEIGHT, LINE_WIDTH = 48, 960


class AssetError(DemoError):
    """A network or a picture is not there. The text says how to get it."""


class CloseUp(NamedTuple):
    """A part of a picture that scikit-image ships, as x, y, width and height in its pixels; None = all of it."""

    name: str
    file: str
    region: tuple[int, int, int, int] | None = None


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
    # The files are found without importing scikit-image, which takes seconds.
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise AssetError(
            "scikit-image is not installed; install it with `pip install scikit-image`: the demo's pictures come with it "
            "(or name a picture, a folder or a video of your own)"
        )
    data = Path(spec.origin).parent / "data"
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


def pack_arguments(output: Path) -> list[str]:
    """The arguments of the `hbm pack` that makes the demo's model file.

    Raises:
        AssetError: the package that ships the networks is not installed.
    """
    # fmt: off
    return [
        "pack",
        str(_network(_DETECTOR)), "--name", "text_detector", *_PICTURE, "--input-shape", "1,3,640,640",
        "--input-name", "picture", "--output-name", "probability",
        "--description", "PP-OCRv4 text detection: how likely each pixel lies in the core of a line of text",
        "+",
        str(_network(_RECOGNISER)), "--name", "text_recogniser", *_PICTURE,
        "--input-shape", f"1,3,{LINE_HEIGHT},{LINE_WIDTH}",
        "--input-name", "line", "--output-name", "characters",
        # 6625 classes a step: as bytes a result is a quarter of its size, and the likeliest stays the likeliest.
        "--output-dtype", "uint8:scale=0.00392156862745098",
        "--description", "PP-OCRv4 text recognition: which character each narrow column of a line of text shows",
        "-o", str(output),
    ]
    # fmt: on


def read_alphabet() -> list[str]:
    """The characters that the recogniser knows, in the order of its classes from 1 on.

    Raises:
        AssetError: the package that ships the networks is not installed, or the network names no characters.
    """
    import onnx

    network = onnx.load(str(_network(_RECOGNISER)), load_external_data=False)
    for entry in network.metadata_props:
        if entry.key == "character":
            # The space stands at the end of the network's classes, but not in its list.
            return [*entry.value.splitlines(), " "]
    raise AssetError(f"{_RECOGNISER} of the package {_WHEEL} does not name its characters; install version 1.4.4")


def write_alphabet(characters: Sequence[str], file: Path) -> None:
    """Write an alphabet for `load_alphabet`."""
    file.write_text("".join(f"{character}\n" for character in characters), encoding="utf-8")


def load_alphabet(file: Path) -> list[str]:
    """Read an alphabet: a character a line."""
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def network_files() -> list[Path]:
    """The ONNX files that the model file is made from.

    Raises:
        AssetError: the package that ships the networks is not installed.
    """
    return [_network(_DETECTOR), _network(_RECOGNISER)]


def _network(name: str) -> Path:
    # The package's own imports are not needed, and most of them not installed.
    spec = find_spec(_WHEEL)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        file = Path(folder) / "models" / name
        if file.is_file():
            return file
    raise AssetError(
        f"rapidocr-onnxruntime is not installed; install it with `make setup`: the demo's network {name} comes with it"
    )
