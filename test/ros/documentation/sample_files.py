# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The files that the documentation's commands and programs name: one small set for all pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml
from pages import blocks
from yolo_models import LABELS, yolo_model

from hbm_runtime_core.packer import read_description, write_package


def _timed(name: str, inputs: list[dict], outputs: list[dict], latency_us: int = 1000) -> dict:
    return {"name": name, "timing": {"latency_us": latency_us}, "inputs": inputs, "outputs": outputs}


def _picture(name: str) -> dict:
    return {"name": name, "nv12": {"width": 64, "height": 48}}


FEATURES = {"name": "features", "dtype": "float32", "shape": [1, 16]}
CLASSES = {"name": "classes", "dtype": "float32", "shape": [1, 10]}
ECHO = {"dtype": "float32", "shape": [1, 4, 8]}

# Models that compute nothing, for pages that need a second model, or one of another kind.
TIMED = {
    "classifier": _timed("classifier", [_picture("picture")], [CLASSES]),
    "spare": _timed("spare", [_picture("picture")], [CLASSES]),
    "depth": _timed("depth", [_picture("left"), _picture("right")], [CLASSES]),
    "fusion": _timed("fusion", [_picture("camera"), FEATURES], [CLASSES]),
    "planner": _timed("planner", [FEATURES], [CLASSES]),
    "echo": _timed("echo", [{"name": "x", **ECHO}], [{"name": "y", **ECHO, "fill": {"kind": "copy", "input": "x"}}]),
}


def pack_timed(folder: Path, file: str, *models: dict) -> None:
    """Write a model file of models that compute nothing."""
    description = folder / "description.yaml"
    description.write_text(yaml.safe_dump({"models": list(models)}))
    write_package(folder / file, read_description(description).pack())
    description.unlink()


def write_yolo(folder: Path) -> None:
    """A network with the outputs of a YOLO11 that finds a person and a car in every picture, and the names of its classes."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rows = np.zeros((1, 84, 8400), np.float32)
    rows[0, :4, 4000], rows[0, 4, 4000] = (320, 300, 100, 200), 0.9
    rows[0, :4, 5000], rows[0, 6, 5000] = (200, 400, 180, 90), 0.6
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
            helper.make_node("Add", ["rows", "nothing"], ["output0"]),
        ],
        "yolo11n",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, 640, 640))],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, rows.shape)],
        [numpy_helper.from_array(rows, "rows"), numpy_helper.from_array(np.zeros(1, np.float32), "zero")],
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=10)
    onnx.save(network, folder / "yolo11n.onnx")
    labels = ["person", "bicycle", "car", *(f"class {index}" for index in range(3, 80))]
    (folder / "coco.txt").write_text("\n".join(labels))


def write_sample_files(folder: Path) -> None:
    """The network, the models and the pictures. The detector is the one of the page about the first model."""
    (program,) = (block for block in blocks("docs/first-model.md") if block.file_name == "make_detector.py")
    subprocess.run([sys.executable, "-c", program.text], cwd=folder, check=True)
    pack = "hbm pack detector.onnx --nv12 --input-shape 1,3,640,640 --mean 127.5 --std 127.5 -o detector.hbm"
    subprocess.run(pack.split(), cwd=folder, check=True, capture_output=True)
    classifier = program.text.replace("detector", "classifier").replace("160, 320", "56, 112")
    subprocess.run([sys.executable, "-c", classifier], cwd=folder, check=True)
    for name, model in TIMED.items():
        pack_timed(folder, f"{name}.hbm", model)
    write_yolo(folder)
    pack_timed(folder, "yolo11n.hbm", yolo_model(folder, "yolo11n"))
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    random = np.random.default_rng(7)
    random.integers(16, 235, 640 * 640 * 3 // 2, dtype=np.uint8).tofile(folder / "picture.nv12")
    from skimage import data, io

    io.imsave(str(folder / "picture.jpg"), data.astronaut(), check_contrast=False)
