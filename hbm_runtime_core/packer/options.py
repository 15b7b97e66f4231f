# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The options for packing one network."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..dtypes import DTYPES, DType, from_numpy
from ..names import did_you_mean
from ..pixel_range import advice_on_unit_pixels, numbers_text
from .errors import PackError
from .quantization import Quantization

if TYPE_CHECKING:
    from ..decode.stored import StoredDecoder

COLOR_ORDERS = ("rgb", "bgr")
LAYOUTS = ("nchw", "nhwc")
COLOR_RANGES = ("limited", "full")


def scale_of(std: tuple[float, ...], where: str) -> tuple[float, ...]:
    """The factors that divide by `std`.

    Raises:
        PackError: a zero; `where` names the option or field.
    """
    if 0 in std:
        raise PackError(f"{where} divides and must not be zero, got {numbers_text(std)}")
    return tuple(1 / value for value in std)


def parse_dtype(text: str) -> DType:
    """The type that `text` names, as the C API does ("S8") or as numpy and ONNX do ("int8", "int4").

    Raises:
        PackError: no such type; the closest spelling is named.
    """
    dtype = DTYPES.get(text.upper()) or from_numpy(text.lower())
    if dtype is None:
        hint = did_you_mean(text, [*DTYPES, *(each.numpy_name for each in DTYPES.values())])
        raise PackError(f"unknown data type '{text}'{hint} (known: {', '.join(DTYPES)}, and numpy's names)")
    return dtype


def check_pixel_range(mean: tuple[float, ...], scale: tuple[float, ...], where: str, *, is_std: bool = False) -> None:
    """Refuse mean and std of a network that was trained on pixels of 0..1, as its authors usually give them.

    Args:
        is_std: `scale` was given as std. A std below 1 is an error for pixels of 0..255, a scale above 1 is not.

    Raises:
        PackError: with the numbers for pixels of 0..255.
    """
    if advice := advice_on_unit_pixels(mean, scale, factor="std", is_std=is_std):
        raise PackError(f"{where}: {advice}")


@dataclass(frozen=True)
class Nv12:
    """An input that takes an NV12 picture in two planes instead of the network's own tensor.

    The program computes `(pixel - mean) * scale` on pixels of 0..255, in the network's channel order.

    Attributes:
        mean, scale: one value for all channels, or one for each, in the order of the network's channels.
        color_order: of the network's channels.
        layout: of the network's input; None to find it from its only dimension of 3.
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
    """The options of one input or output of the network. What is left out stays as it is in the network.

    Attributes:
        rename: its name in the model file.
        dtype, quantization: type of the tensor in the model file; the program converts floats of the network. Integers
            of the network are not converted: for them, `quantization` declares their meaning.
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
        input_stride_align_bytes, output_stride_align_bytes: for all that have no alignment of their own.
        bpu_cores: how many BPU cores a run takes.
        latency_us: BPU time that a run is declared to take; 0 declares none.
        max_time_per_fc_us: longest function call, between which urgent tasks preempt; 0 is one call, never split.
        drop_outputs: outputs of the network that the model does not get, by their names.
        decoder: what turns its outputs into results, stored in its description.
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
    drop_outputs: tuple[str, ...] = ()
    decoder: StoredDecoder | None = None


PortOptionsType = TypeVar("PortOptionsType", bound=PortOptions)


def combine(first: PortOptionsType, second: PortOptionsType, where: str) -> PortOptionsType:
    """Both sets of options as one.

    Raises:
        PackError: both set the same option.
    """
    nothing = type(first)()
    given: dict[str, Any] = {}
    for each in (first, second):
        for option in fields(each):
            value = getattr(each, option.name)
            if value != getattr(nothing, option.name):
                if option.name in given:
                    raise PackError(f"{where}: duplicate '{option.name}': {given[option.name]} and {value}")
                given[option.name] = value
    return replace(nothing, **given)
