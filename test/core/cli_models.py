# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files for the tests of the command, and how to call it."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from hbm_runtime_core.cli import main

DETECTOR = {
    "name": "detector",
    "description": "finds things",
    "timing": {"latency_us": 2000},
    "inputs": [{"name": "data", "nv12": {"width": 64, "height": 32}}],
    "outputs": [
        {
            "name": "boxes",
            "dtype": "S32",
            "shape": [1, 4, 255],
            "stride_align_bytes": 1024,
            "quantization": {"scale": 0.5, "zero_point": 1},
            "fill": {"kind": "constant", "value": 5},
        },
        {"name": "luma/plane", "dtype": "U8", "shape": [1, 32, 64, 1], "fill": {"kind": "copy", "input": "data_y"}},
    ],
}
ECHO = {
    "name": "echo",
    "inputs": [{"name": "x", "dtype": "F32", "shape": [1, -1, 4]}],
    "outputs": [{"name": "y", "dtype": "F32", "shape": [1, -1, 4], "fill": {"kind": "copy", "input": "x"}}],
}


def model_file(folder: Path, *models: dict, **file: str) -> str:
    """A timed model file."""
    spec = folder / "spec.json"
    spec.write_text(json.dumps({"models": models, **file}))
    path = folder / "models.hbm"
    assert main(["pack", "--spec", str(spec), "-o", str(path), "--json"]) == 0
    return str(path)


def call(capsys, *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `hbm` with these arguments."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def call_json(capsys, *arguments: object):
    """What `hbm ... --json` prints."""
    code, out, err = call(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def picture(path: Path | str, size: tuple[int, int] = (64, 32), color: tuple[int, int, int] = (200, 100, 50)) -> str:
    """A picture file of one color."""
    Image.new("RGB", size, color).save(path)
    return str(path)
