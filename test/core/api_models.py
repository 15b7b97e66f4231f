# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files for the tests of the Python API: the same facts from a timed model and from one that OpenVINO computes."""

from __future__ import annotations

import json
from pathlib import Path

from hbm_runtime_core.cli import main

ENGINES = ("timed", "openvino")

# What the manual prints of this model.
DETECTOR = "yolov5x_672x672_nv12"
DETECTOR_OUTPUTS = {"output": 84, "1310": 42, "1312": 21}
CLASSIFIER = "resnet18_224x224_nv12"


def pack(folder: Path, name: str, *models: dict, **file: str) -> str:
    """Pack a description."""
    spec = folder / f"{name}.json"
    spec.write_text(json.dumps({"models": models, **file}))
    path = folder / f"{name}.hbm"
    assert main(["pack", "--spec", str(spec), "-o", str(path), "--json"]) == 0
    return str(path)


def detector(engine: str, folder: Path) -> dict:
    """The detector that the manual prints: NV12 in, three padded maps of int32 out, scaled by channel."""
    outputs = [
        {
            "name": name,
            "description": f"map of {side}",
            "dtype": "S32",
            "shape": [1, side, side, 255],
            "strides": [side * side * 1024, side * 1024, 1024, 4],
            "quantization": {"scale": [0.5 + index / 256 for index in range(255)], "axis": 3},
        }
        for name, side in DETECTOR_OUTPUTS.items()
    ]
    if engine == "timed":
        for seed, output in enumerate(outputs):
            output["fill"] = {"kind": "noise", "seed": seed}
        data = {"name": "data", "nv12": {"width": 672, "height": 672}, "description": "camera"}
        return {"name": DETECTOR, "description": "finds objects", "inputs": [data], "outputs": outputs}
    for output in outputs:
        del output["shape"]
    data = {"name": "data", "nv12": {}, "description": "camera"}
    network = str(_network(folder / "detector.xml", 672, {n: (1, s, s, 255) for n, s in DETECTOR_OUTPUTS.items()}))
    return {"name": DETECTOR, "description": "finds objects", "network": network, "inputs": [data], "outputs": outputs}


def classifier(engine: str, folder: Path) -> dict:
    """A second model: NV12 in, a thousand floats out."""
    if engine == "timed":
        data = {"name": "data", "nv12": {"width": 224, "height": 224}}
        output = {"name": "prob", "dtype": "F32", "shape": [1, 1000], "fill": {"kind": "noise", "seed": 9}}
        return {"name": CLASSIFIER, "inputs": [data], "outputs": [output]}
    network = str(_network(folder / "classifier.xml", 224, {"prob": (1, 1000)}))
    data = {"name": "data", "nv12": {}}
    return {"name": CLASSIFIER, "network": network, "inputs": [data], "outputs": [{"name": "prob"}]}


def echo(engine: str, folder: Path, name: str = "echo", latency_us: int = 0) -> dict:
    """One float input, handed on as it is."""
    if engine == "timed":
        tensor = {"dtype": "F32", "shape": [1, 4, 8]}
        output = {"name": "y", **tensor, "fill": {"kind": "copy", "input": "x"}}
        return {"name": name, "timing": {"latency_us": latency_us}, "inputs": [{"name": "x", **tensor}], "outputs": [output]}
    network = str(_identity(folder / "identity.xml", (1, 4, 8)))
    return {"name": name, "network": network, "inputs": [{"name": "x"}], "outputs": [{"name": "y"}]}


def _network(path: Path, side: int, outputs: dict[str, tuple[int, ...]]) -> Path:
    """A network of one picture: every output is the picture's mean, spread over the output's shape."""
    import numpy as np
    import openvino as ov
    from openvino import opset8 as ops

    data = ops.parameter([1, 3, side, side], ov.Type.f32, name="data")
    data.output(0).get_tensor().set_names({"data"})
    mean = ops.reduce_mean(data, np.array([1, 2, 3]), keep_dims=False)
    results = []
    for name, shape in outputs.items():
        spread = ops.broadcast(mean, np.array(shape))
        spread.output(0).get_tensor().set_names({name})
        results.append(ops.result(spread))
    ov.save_model(ov.Model(results, [data], path.stem), str(path), compress_to_fp16=False)
    return path


def _identity(path: Path, shape: tuple[int, ...]) -> Path:
    import numpy as np
    import openvino as ov
    from openvino import opset8 as ops

    x = ops.parameter(list(shape), ov.Type.f32, name="x")
    x.output(0).get_tensor().set_names({"x"})
    y = ops.multiply(x, np.float32(1))
    y.output(0).get_tensor().set_names({"y"})
    ov.save_model(ov.Model([ops.result(y)], [x], "identity"), str(path), compress_to_fp16=False)
    return path
