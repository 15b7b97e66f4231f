# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks for the tests of the packer, and how to run what it made with OpenVINO alone."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops

from hbm_runtime_core.packer import PackedModel

# Equal numbers on every processor: some would compute in bfloat16 if asked nothing.
PRECISE = {"INFERENCE_PRECISION_HINT": "f32"}


def save(network: ov.Model, path: Path) -> Path:
    ov.save_model(network, str(path), compress_to_fp16=False)
    return path


def scaled_network(path: Path, shape=(1, 3, 4, 8), factor: float = 2.0, dtype: str = "f32") -> Path:
    """x -> factor * x, named `x` and `y`."""
    x = ops.parameter(ov.PartialShape(list(shape)), getattr(ov.Type, dtype), name="x")
    x.output(0).get_tensor().set_names({"x"})
    y = ops.multiply(x, ops.constant(np.array(factor), dtype=getattr(ov.Type, dtype)))
    y.output(0).get_tensor().set_names({"y"})
    return save(ov.Model([ops.result(y)], [x], "scaled"), path)


def two_port_network(path: Path) -> Path:
    """sum = a + b, difference = a - b."""
    a, b = (ops.parameter([1, 4], ov.Type.f32, name=name) for name in "ab")
    for node, name in ((a, "a"), (b, "b")):
        node.output(0).get_tensor().set_names({name})
    total, difference = ops.add(a, b), ops.subtract(a, b)
    total.output(0).get_tensor().set_names({"sum"})
    difference.output(0).get_tensor().set_names({"difference"})
    return save(ov.Model([ops.result(total), ops.result(difference)], [a, b], "two"), path)


def infer(packed: PackedModel, *inputs: np.ndarray) -> list[np.ndarray]:
    """The outputs of a packed program, in the order of its tensors."""
    assert packed.program is not None
    weights = np.frombuffer(packed.program.weights, np.uint8).copy()
    network = ov.Core().read_model(packed.program.xml.decode(), ov.Tensor(weights))
    compiled = ov.Core().compile_model(network, "CPU", PRECISE)
    results = compiled(list(inputs))
    return [results[port].copy() for port in compiled.outputs]


def infer_file(path: Path, *inputs: np.ndarray) -> list[np.ndarray]:
    """The outputs of a network that nobody packed."""
    compiled = ov.Core().compile_model(ov.Core().read_model(str(path)), "CPU", PRECISE)
    results = compiled(list(inputs))
    return [results[port].copy() for port in compiled.outputs]


def ocr_network(name: str) -> Path:
    """A PP-OCRv4 network of the rapidocr-onnxruntime wheel."""
    spec = importlib.util.find_spec("rapidocr_onnxruntime")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("needs the networks of rapidocr-onnxruntime")
    return Path(spec.submodule_search_locations[0]) / "models" / name


def nv12_from_rgb(rgb: np.ndarray, color_range: str = "limited") -> tuple[np.ndarray, np.ndarray]:
    """BT.601 planes of an RGB picture, computed from the definition; colour is the mean of two by two pixels."""
    kr, kb = 0.299, 0.114
    r, g, b = (rgb[..., i].astype(np.float64) for i in range(3))
    luma = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - luma) / (2 * (1 - kb)), (r - luma) / (2 * (1 - kr))
    if color_range == "limited":
        luma, u, v = 16 + luma * 219 / 255, u * 224 / 255, v * 224 / 255
    halved = [c.reshape(c.shape[0] // 2, 2, c.shape[1] // 2, 2).mean((1, 3)) + 128 for c in (u, v)]
    y_plane = np.clip(np.rint(luma), 0, 255).astype(np.uint8)[None, :, :, None]
    return y_plane, np.clip(np.rint(np.stack(halved, -1)), 0, 255).astype(np.uint8)[None]
