# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks of the demo: PP-OCRv4 text detection and recognition, packed for NV12 pictures."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

MODEL_FILE = "ppocr_v4.hbm"
ALPHABET_FILE = "ppocr_v4_alphabet.txt"
PARAMETER_FILE = "demo.yaml"

_WHEEL = "rapidocr_onnxruntime"
_DETECTOR = "ch_PP-OCRv4_det_infer.onnx"
_RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx"
# Both were trained on BGR pixels of 0..255, shifted and scaled to -1..1.
_PICTURE = ("--nv12", "--mean", "127.5", "--std", "127.5", "--color-order", "bgr")
# Wide enough for a line of a page; 48 rows are what the network was trained on.
LINE_HEIGHT, LINE_WIDTH = 48, 960


class NetworkError(RuntimeError):
    """The networks are not there. The text says how to get them."""


def pack_arguments(output: Path) -> list[str]:
    """The arguments of the `hbm pack` that makes the demo's model file.

    Raises:
        NetworkError: the package that ships the networks is not installed.
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
        NetworkError: the package that ships the networks is not installed, or the network names no characters.
    """
    import onnx

    network = onnx.load(str(_network(_RECOGNISER)), load_external_data=False)
    for entry in network.metadata_props:
        if entry.key == "character":
            # The space stands at the end of the network's classes, but not in its list.
            return [*entry.value.splitlines(), " "]
    raise NetworkError(f"{_RECOGNISER} of the package {_WHEEL} does not name its characters; install version 1.4.4")


def write_alphabet(characters: Sequence[str], file: Path) -> None:
    """Write an alphabet for `load_alphabet`."""
    file.write_text("".join(f"{character}\n" for character in characters), encoding="utf-8")


def load_alphabet(file: Path) -> list[str]:
    """Read an alphabet: a character a line."""
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def network_files() -> list[Path]:
    """The ONNX files that the model file is made from.

    Raises:
        NetworkError: the package that ships the networks is not installed.
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
    raise NetworkError(
        f"the demo takes the network {name} from the Python package rapidocr-onnxruntime, which is not installed; "
        "run `make setup`, or `pip install --no-deps rapidocr-onnxruntime==1.4.4`"
    )
