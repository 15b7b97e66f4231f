# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads `int8:scale=0.05:zero_point=3:axis=1`: the type of a port, and how it is quantized."""

from __future__ import annotations

import argparse
import re

import numpy as np

from ..packer import DType, PackError, Quantization, parse_dtype
from .arguments import integers, numbers


def port_format(text: str) -> tuple[DType, Quantization | None]:
    # A ":" inside of a path is not followed by KEY=.
    name, *settings = re.split(r":(?=[a-z_]+=)", text)
    values: dict[str, str] = {}
    for setting in settings:
        key, _, value = setting.partition("=")
        if key in values:
            raise argparse.ArgumentTypeError(f"duplicate {key} in '{text}'")
        values[key] = value
    if ":" in name or not {"scale", "zero_point", "axis"}.issuperset(values):
        raise argparse.ArgumentTypeError(f"expected TYPE[:scale=...][:zero_point=...][:axis=...], got '{text}'")
    try:
        dtype = parse_dtype(name)
    except PackError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not values:
        return dtype, None
    if "scale" not in values:
        raise argparse.ArgumentTypeError(f"a quantized type needs scale=..., got '{text}'")
    axis = integers(values.get("axis", "0"))
    if len(axis) != 1:
        raise argparse.ArgumentTypeError(f"axis is one integer, got '{values['axis']}'")
    scale = _from_file(values["scale"]) if values["scale"].startswith("@") else numbers(values["scale"])
    zero_point: tuple[int, ...] = ()
    if "zero_point" in values:
        points = values["zero_point"]
        zero_point = tuple(round(v) for v in _from_file(points)) if points.startswith("@") else integers(points)
    return dtype, Quantization(scale, zero_point, axis[0])


def _from_file(text: str) -> tuple[float, ...]:
    path = text[1:]
    try:
        values = np.load(path, allow_pickle=False) if path.endswith(".npy") else np.loadtxt(path, delimiter=",", ndmin=1)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"cannot read numbers from {path}: {error}") from None
    return tuple(float(value) for value in np.ravel(values))
