# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the rules that recognize families see of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..dtypes import DTYPES
from ..errors import HbmValueError
from ..names import unknown_name

if TYPE_CHECKING:
    from ..packer.manifest import Model as PackedModel


@dataclass(frozen=True)
class Output:
    """One output as the model describes it.

    Attributes:
        dtype: numpy's name of the element type.
        shape: -1 where each call decides.
        scales, zero_points: real = (raw - zero point) * scale; empty for real numbers, one for all or one per channel.
        axis: dimension of the channels where there are several scales.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    axis: int = 0

    def __str__(self) -> str:
        lengths = ", ".join("?" if length < 0 else str(length) for length in self.shape)
        return f"'{self.name}' {self.dtype} [{lengths}]"


@dataclass(frozen=True)
class Model:
    """What is known of a model before it runs.

    Attributes:
        outputs: in the model's order.
        width, height: of its picture, pixels; 0 where that is not known.
    """

    name: str
    outputs: tuple[Output, ...]
    width: int
    height: int

    def __str__(self) -> str:
        picture = f"a picture of {self.width}x{self.height}" if self.width else "no picture of fixed size"
        return f"{picture} and outputs {', '.join(map(str, self.outputs))}"


class Mismatch(Exception):
    """A family does not fit a model: `expected …`."""


@dataclass(frozen=True)
class Match:
    """How the outputs of a model are to be read.

    Attributes:
        native: name of the decoder in the native table of families.
        outputs: outputs in the order in which the native decoder takes them, each with the dimension of its channels (-1:
            it has none).
        class_count: number of classes; 0 where there are none.
        settings: numbers for the native decoder, under names that it knows.
        summary: what was recognized, for a log.
        likelihood: which family `auto` takes where several fit: 2 for numbers that published networks have, 0 for numbers
            that are possible but unusual.
    """

    native: str
    outputs: tuple[tuple[Output, int], ...]
    class_count: int
    summary: str
    settings: Mapping[str, Sequence[float]] = field(default_factory=dict)
    likelihood: int = 1


def read_model(runtime: Any, name: str) -> Model:
    """Collect what a runtime says of a model.

    Raises:
        HbmValueError: the runtime has no such model.
    """
    if name not in runtime.model_names:
        raise HbmValueError(unknown_name("model", name, runtime.model_names))
    width, height = _picture_size(runtime.input_shapes[name])
    shapes, quants = runtime.output_shapes[name], runtime.output_quants[name]
    dtypes = runtime.output_dtypes[name]
    outputs = []
    for output in runtime.output_names[name]:
        quant = quants[output]
        quantized = quant.quant_type.name == "SCALE"
        scales = tuple(map(float, quant.scale)) if quantized else ()
        zero_points = tuple(map(int, quant.zero_point)) if quantized else ()
        shape = tuple(shapes[output])
        axis = quant.axis + len(shape) if quant.axis < 0 else quant.axis
        outputs.append(
            Output(output, DTYPES[dtypes[output].name].numpy_name, shape, scales, zero_points or (0,) * len(scales), axis)
        )
    return Model(name, tuple(outputs), width, height)


def packed_model(model: PackedModel) -> Model:
    """Collect what a model says that is being packed."""
    outputs = []
    for tensor in model.outputs:
        quantization = tensor.quantization
        scales = tuple(quantization.scale) if quantization else ()
        zero_points = tuple(quantization.zero_point or (0,) * len(scales)) if quantization else ()
        axis = quantization.axis if quantization else 0
        outputs.append(Output(tensor.name, tensor.dtype.numpy_name, tensor.shape, scales, zero_points, axis))
    return Model(model.name, tuple(outputs), *_picture_size({tensor.name: tensor.shape for tensor in model.inputs}))


def _picture_size(shapes: Mapping[str, Sequence[int]]) -> tuple[int, int]:
    """Width and height of the model's picture: of the one input that looks like one, luma before chroma."""
    sizes = []
    for shape in shapes.values():
        if len(shape) == 4 and shape[0] == 1 and min(shape) > 0:
            if shape[3] in (1, 3):
                sizes.append((shape[2], shape[1]))
            elif shape[1] in (1, 3):
                sizes.append((shape[3], shape[2]))
    return sizes[0] if len(sizes) == 1 else (0, 0)
