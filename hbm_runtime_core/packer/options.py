# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a caller says about a network that is to be packed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from .dtypes import DType
from .errors import PackError
from .quantization import Quantization

COLOR_ORDERS = ("rgb", "bgr")
LAYOUTS = ("nchw", "nhwc")
COLOR_RANGES = ("limited", "full")


@dataclass(frozen=True)
class Nv12:
    """An input that takes an NV12 picture in two planes instead of the network's own tensor.

    The program computes `(pixel - mean) * scale` on pixels of 0..255, in the network's channel order.

    Attributes:
        mean, scale: one value for all channels, or one for each, in the order of the network's channels.
        color_order: of the network's channels.
        layout: of the network's input; None where its only dimension of 3 tells.
        color_range: of the picture, BT.601: "limited" is Y 16..235 (what OpenCV, libyuv and most cameras write),
            "full" is Y 0..255 (JPEG).
    """

    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)
    color_order: str = "rgb"
    layout: str | None = None
    color_range: str = "limited"


@dataclass(frozen=True)
class PortOptions:
    """What becomes of one input or output of the network. Everything left out stays as the network has it.

    Attributes:
        rename: its name in the model file.
        dtype, quantization: type of the tensor in the model file; the program converts.
        strides: bytes; or
        stride_align_bytes: every stride but the innermost is rounded up to this.
    """

    rename: str = ""
    description: str = ""
    dtype: DType | None = None
    quantization: Quantization | None = None
    strides: tuple[int, ...] | None = None
    stride_align_bytes: int | None = None


@dataclass(frozen=True)
class InputOptions(PortOptions):
    """`PortOptions`, and for an input: the shape that a network of dynamic shape gets, and whether it is a picture."""

    shape: tuple[int, ...] | None = None
    nv12: Nv12 | None = None


@dataclass(frozen=True)
class NetworkOptions:
    """One network and the model that it becomes.

    Attributes:
        path: an ONNX, OpenVINO IR (.xml), TensorFlow Lite or PaddlePaddle file.
        name: of the model; empty takes the name of the file.
        inputs, outputs: by the network's own tensor names; the empty name means the only one there is.
        input_stride_align_bytes, output_stride_align_bytes: for all that say nothing of their own.
        bpu_cores: how many BPU cores a run takes.
        latency_us: BPU time that a run is declared to take; 0 declares none.
        max_time_per_fc_us: longest function call, between which urgent tasks preempt; 0 is one call, never split.
    """

    path: str | os.PathLike[str]
    name: str = ""
    description: str = ""
    inputs: Mapping[str, InputOptions] = field(default_factory=dict)
    outputs: Mapping[str, PortOptions] = field(default_factory=dict)
    input_stride_align_bytes: int = 1
    output_stride_align_bytes: int = 1
    bpu_cores: int = 1
    latency_us: int = 0
    max_time_per_fc_us: int = 0


PortOptionsType = TypeVar("PortOptionsType", bound=PortOptions)


def combine(first: PortOptionsType, second: PortOptionsType, where: str) -> PortOptionsType:
    """Both sets of options as one.

    Raises:
        PackError: both say something about the same.
    """
    nothing = type(first)()
    given: dict[str, Any] = {}
    for each in (first, second):
        for option in fields(each):
            value = getattr(each, option.name)
            if value != getattr(nothing, option.name):
                if option.name in given:
                    raise PackError(f"{where}: '{option.name}' is given twice: {given[option.name]} and {value}")
                given[option.name] = value
    return replace(nothing, **given)
