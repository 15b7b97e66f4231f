# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as hbm_runtime_ros/TensorList, for inputs that are not pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import hbm_runtime_core
from hbm_runtime_core.dtypes import DTYPES, DType, from_code

from .. import _wire
from ..errors import DropReason, FrameError
from ..model_files import ModelHandle, quantization
from ..msg import Tensor
from ..tensors.numpy_arrays import view_of
from .message_types import Arrays, Buffer, FilledInput, Message, MessageReader


class _Parsed(NamedTuple):
    """A message whose tensors fit the model."""

    data: Buffer
    header: _wire.FrameHeader
    shapes: dict[str, tuple[int, ...]]  # of the tensors that the model takes in any size
    values: dict[str, np.ndarray[Any, Any]]


class TensorListReader(MessageReader):
    """Fills the inputs `names` of `model`, each from the tensor of its name."""

    def __init__(self, model: ModelHandle, names: Sequence[str]) -> None:
        self._inputs = {name: TensorInput(model, name) for name in names}
        # Of the message whose shapes were asked for last, so that fill() need not parse it again.
        self._parsed: _Parsed | None = None

    def fill(self, message: Message, inputs: Arrays) -> FilledInput:
        """Write the tensors in `message` into `inputs`."""
        parsed, self._parsed = self._parsed, None
        if parsed is None or parsed.data is not message.data:
            parsed = self._parse(message)
        for name, value in parsed.values.items():
            np.copyto(inputs[name], value, casting="no")
        return FilledInput(parsed.header, None)

    def shapes(self, message: Message) -> Mapping[str, tuple[int, ...]]:
        """Return the shapes of the tensors that the model takes in any size."""
        self._parsed = self._parse(message)
        return self._parsed.shapes

    def _parse(self, message: Message) -> _Parsed:
        header, tensors = _wire.parse_tensor_list(message.data)
        found: dict[str, _wire.Tensor] = {}
        for tensor in tensors:
            if tensor.name not in self._inputs:
                raise _refusal(f"unknown tensor '{tensor.name}' (expected {_quoted(self._inputs)})")
            if tensor.name in found:
                raise _refusal(f"duplicate tensor '{tensor.name}'")
            found[tensor.name] = tensor
        missing = [name for name in self._inputs if name not in found]
        if missing:
            raise _refusal(
                f"tensor '{missing[0]}' is missing: expected {_quoted(self._inputs)}, got {_quoted(found) or 'none'}"
            )
        # All are checked before the first is written, and before memory for their shapes is reserved.
        values = {name: self._inputs[name].read(tensor) for name, tensor in found.items()}
        shapes = {name: tuple(tensor.shape) for name, tensor in found.items() if self._inputs[name].dynamic}
        return _Parsed(message.data, header, shapes, values)


class TensorInput:
    """The input `name` of `model`, and what a tensor must be for it."""

    def __init__(self, model: ModelHandle, name: str) -> None:
        self._name = name
        self._shape = [int(length) for length in model.input_shapes[name]]
        self._dtype = model.input_dtypes[name]
        self._element: DType = DTYPES[self._dtype.name]
        self._quant = model.runtime.input_quants[model.model_name][name]
        self._quant_fields = quantization(self._quant, len(self._shape))
        self._quantized = self._quant_fields["quant_type"] == Tensor.QUANT_SCALE

    @property
    def dynamic(self) -> bool:
        """Whether the sender chooses the shape."""
        return -1 in self._shape

    def check_shape(self, tensor: _wire.Tensor) -> tuple[int, ...]:
        """Return the shape of `tensor`.

        Raises:
            FrameError: the model does not take it.
        """
        shape = tensor.shape
        fits = len(shape) == len(self._shape) and all(
            own == length or (own == -1 and length > 0) for own, length in zip(self._shape, shape)
        )
        if not fits:
            raise self._refusal(f"expected the shape {self._shape}, got {list(shape)}")
        return tuple(shape)

    def read(self, tensor: _wire.Tensor) -> np.ndarray[Any, Any]:
        """Return the elements of `tensor` as the model's input holds them; a view where nothing is to be converted.

        Raises:
            FrameError: they do not fit the model, or contradict the fields of the tensor.
        """
        shape = self.check_shape(tensor)
        element = from_code(tensor.dtype_code, tensor.dtype_bits)
        if tensor.dtype_lanes != 1:
            raise self._refusal(f"expected dtype_lanes 1, got {tensor.dtype_lanes}")
        if element == self._element:
            self._check_quantization(tensor)
            values = self._view(tensor, element, shape)
            _refuse_nan(values, element, self._name)
            return values
        if element is None or not self._quantized or not element.is_float:
            raise self._refusal(f"expected {self._expected()}, got {_type_text(tensor, element)}")
        values = self._view(tensor, element, shape)
        _refuse_nan(values, element, self._name)
        return self._quantize(values)

    def _view(self, tensor: _wire.Tensor, element: DType, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        if element.is_packed and tensor.strides:
            raise self._refusal("strides are not supported for 4-bit elements; send the tensor row-major")
        dtype = np.dtype(np.uint8) if element.is_packed else element.numpy.newbyteorder("<")
        if element.is_packed:
            shape = (*shape[:-1], element.items(shape[-1]))
        data: Any = tensor.data
        needed_bytes = int(np.prod(shape, dtype=object)) * dtype.itemsize
        # Without gaps, more bytes than elements mean that shape or type are not those of the data. With gaps, strides of 0
        # would make any shape fit.
        is_whole = not tensor.strides and not tensor.byte_offset
        if (is_whole and data.size > needed_bytes) or (tensor.strides and data.size < needed_bytes):
            raise self._refusal(f"{element.numpy_name} {list(tensor.shape)} takes {needed_bytes} bytes, got {data.size}")
        stride_bytes = [stride * dtype.itemsize for stride in tensor.strides]
        try:
            return view_of(f"tensor '{self._name}'", data, dtype, shape, stride_bytes, tensor.byte_offset)
        except ValueError as error:
            raise FrameError(DropReason.TENSOR, str(error)) from error

    def _quantize(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        aligned = np.require(values, np.float32, ["C", "A"])
        numbers = hbm_runtime_core.quantize(aligned, self._quant, self._dtype)
        return hbm_runtime_core.pack_four_bit(numbers) if self._element.is_packed else numbers

    def _check_quantization(self, tensor: _wire.Tensor) -> None:
        """Refuse numbers whose quantization is not the model's: they have other values."""
        if tensor.quant_type == Tensor.QUANT_NONE:
            return
        own = self._quant_fields
        zeros = [0] * len(own["quant_scale"])
        if (
            not self._quantized
            or not np.allclose(tensor.quant_scale, own["quant_scale"], rtol=1e-6, atol=0.0)
            or (list(tensor.quant_zero_point) or zeros) != (own["quant_zero_point"] or zeros)
            or (len(tensor.quant_scale) > 1 and tensor.quant_axis != own["quant_axis"])
        ):
            wanted = f"scale {_few(own['quant_scale'])}" if self._quantized else "none"
            raise self._refusal(
                f"it is quantized with scale {_few(tensor.quant_scale)}, the model's quantization is {wanted} "
                f"(axis {own['quant_axis']}); send real values as float32, or numbers of the model's quantization"
            )

    def _expected(self) -> str:
        name = self._element.numpy_name
        return f"{name} or a float type, which is then quantized" if self._quantized else name

    def _refusal(self, text: str) -> FrameError:
        return FrameError(DropReason.TENSOR, f"tensor '{self._name}': {text}")


def _refuse_nan(values: np.ndarray[Any, Any], element: DType, name: str) -> None:
    # The minimum of what holds a NaN is NaN, and takes no memory to find.
    if element.is_float and np.isnan(np.min(values)):
        raise FrameError(
            DropReason.TENSOR,
            f"tensor '{name}' holds {np.count_nonzero(np.isnan(values))} NaN among {values.size} values, which would make "
            f"the result meaningless; check the program that computes it",
            detail="nan",
        )


def _type_text(tensor: _wire.Tensor, element: DType | None) -> str:
    return element.numpy_name if element else f"dtype_code {tensor.dtype_code} with {tensor.dtype_bits} bits"


def _few(values: Any) -> str:
    shown = ", ".join(f"{value:.6g}" for value in values[:4])
    return f"[{shown}{', ...' if len(values) > 4 else ''}]"


def _refusal(text: str) -> FrameError:
    return FrameError(DropReason.TENSOR, text)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
