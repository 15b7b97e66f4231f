# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Simulated model files and parameter files for the tests of the node."""

from pathlib import Path
from typing import Any

import yaml

from hbm_runtime_core.packer import read_description, write_package

MODEL_WIDTH, MODEL_HEIGHT = 64, 48


def echo_model(name: str = "echo", latency_us: int = 1000, bpu_cores: int = 1) -> dict[str, Any]:
    """A model that gives back its NV12 input, and boxes as boards pad them."""
    return {
        "name": name,
        "description": "for tests",
        "bpu_cores": bpu_cores,
        "timing": {"latency_us": latency_us},
        "inputs": [{"name": "data", "nv12": {"width": MODEL_WIDTH, "height": MODEL_HEIGHT}}],
        "outputs": [
            {
                "name": "luma",
                "dtype": "uint8",
                "shape": [1, MODEL_HEIGHT, MODEL_WIDTH, 1],
                "fill": {"kind": "copy", "input": "data_y"},
            },
            {
                "name": "chroma",
                "dtype": "uint8",
                "shape": [1, MODEL_HEIGHT // 2, MODEL_WIDTH // 2, 2],
                "fill": {"kind": "copy", "input": "data_uv"},
            },
            {
                "name": "boxes",
                "dtype": "int32",
                "shape": [1, 3, 4, 255],
                "stride_align_bytes": 1024,
                "quantization": {"scale": 0.1},
                "fill": {"kind": "noise", "seed": 7},
            },
        ],
    }


def write_models(file: Path, *models: dict[str, Any]) -> Path:
    """Pack descriptions of models into one file and return its path."""
    description = file.with_suffix(".yaml")
    description.write_text(yaml.safe_dump({"models": list(models)}))
    write_package(file, read_description(description).pack())
    description.unlink()
    return file


def write_parameters(file: Path, **parameters: Any) -> Path:
    """Write a parameter file for any node and return its path."""
    file.write_text(yaml.safe_dump({"/**": {"ros__parameters": parameters}}))
    return file
