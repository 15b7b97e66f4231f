# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the scales and zero points that a quantized network itself uses at its inputs and outputs.

OpenVINO's readers turn the operators of ONNX (QuantizeLinear, DequantizeLinear), the tensors of TensorFlow Lite and the
FakeQuantize of an IR into a few patterns of operations around a port of an integer type:

* output: Convert(FakeQuantize(real)), whose input range becomes the integers of its output range;
* input: FakeQuantize(Convert(port)), the same the other way round;
* input: (Convert(port) - zero point) * scale.

Operations between them and the port that only move elements do not change a scale for the whole tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtypes import DType
from .quantization import Quantization

# Zero points come out of float32 arithmetic on up to 16-bit integers.
_ZERO_POINT_TOLERANCE = 0.01
_MOVES_ELEMENTS = ("Reshape", "Transpose", "Squeeze", "Unsqueeze", "StridedSlice", "Slice", "Broadcast", "Tile")


@dataclass(frozen=True)
class NetworkQuantization:
    """How a network itself quantizes an output, or dequantizes an input.

    Attributes:
        quantization: its scales and zero points.
        certain: False if the operations may be something else: scaling a picture of bytes looks the same.
        real: of an output: the value that becomes integers; None where the integers do not cover their whole type, so
            that the network's own operations must clip them.
    """

    quantization: Quantization
    certain: bool = True
    real: Any = None


def of_output(value: Any, dtype: DType | None) -> NetworkQuantization | None:
    """How the network quantizes the value of an output; None where it does not.

    Args:
        value: the `openvino.Output` that the network's result takes.
        dtype: its type.
    """
    convert = value.get_node()
    while convert.get_type_name() in _MOVES_ELEMENTS:
        convert = convert.input_value(0).get_node()
    is_moved = convert != value.get_node()
    if dtype is None or not dtype.is_quantizable or convert.get_type_name() != "Convert":
        return None
    fake = convert.input_value(0).get_node()
    if fake.get_type_name() != "FakeQuantize":
        return None
    ranges = _ranges(fake)
    if ranges is None:
        return None
    real_low, real_high, low, high = ranges
    quantization = _from_ranges(real_low, real_high, low, high, convert.get_output_partial_shape(0), dtype)
    if quantization is None or (is_moved and len(quantization.scale) > 1):
        return None
    covers_type = (np.unique(low).tolist(), np.unique(high).tolist()) == ([dtype.limits[0]], [dtype.limits[1]])
    return NetworkQuantization(quantization, real=fake.input_value(0) if covers_type and not is_moved else None)


def of_input(parameter: Any, dtype: DType | None) -> NetworkQuantization | None:
    """How the network dequantizes an input; None where it does not, or in several ways."""
    if dtype is None or not dtype.is_quantizable:
        return None
    found: NetworkQuantization | None = None
    for consumer, is_moved in _consumers(parameter):
        each = _dequantization(consumer, dtype)
        if each is None or (is_moved and len(each.quantization.scale) > 1):
            continue
        if found is not None and found.quantization != each.quantization:
            return None
        found = each if found is None or each.certain else found
    return found


def _consumers(node: Any, is_moved: bool = False) -> Iterator[tuple[Any, bool]]:
    """The operations that use a value, and whether its elements were moved before."""
    for target in node.output(0).get_target_inputs():
        consumer = target.get_node()
        if consumer.get_type_name() in _MOVES_ELEMENTS and target.get_index() == 0:
            yield from _consumers(consumer, True)
        else:
            yield consumer, is_moved


def _dequantization(convert: Any, dtype: DType) -> NetworkQuantization | None:
    """The quantization of an input by one of its consumers."""
    following = _only_consumer(convert) if convert.get_type_name() == "Convert" else None
    if following is None:
        return None
    shape = convert.get_output_partial_shape(0)
    if following.get_type_name() == "FakeQuantize":
        ranges = _ranges(following)
        if ranges is None:
            return None
        low, high, real_low, real_high = ranges
        quantization = _from_ranges(real_low, real_high, low, high, shape, dtype)
        return NetworkQuantization(quantization) if quantization else None
    zero_point = np.zeros(())
    has_integer_zero_point = False
    if following.get_type_name() == "Subtract" and following.input_value(0).get_node() == convert:
        constant = _constant(following.input_value(1))
        if constant is None:
            return None
        zero_point = constant
        has_integer_zero_point = _is_converted(following.input_value(1), dtype)
        following = _only_consumer(following)
    if following is None or following.get_type_name() != "Multiply":
        return None
    scales = [constant for constant in (_constant(following.input_value(i)) for i in range(2)) if constant is not None]
    if len(scales) != 1:
        return None
    quantization = _quantization(scales[0], zero_point, shape, dtype)
    # Bytes may be pixels, and (pixel - mean) * scale is no quantization. A zero point of the input's own type is.
    certain = has_integer_zero_point or dtype.name[0] == "S"
    return NetworkQuantization(quantization, certain) if quantization else None


def _ranges(fake_quantize: Any) -> list[np.ndarray] | None:
    """Low and high of its input, low and high of its output; None where they are not constant."""
    ranges = [_constant(fake_quantize.input_value(i)) for i in range(1, 5)]
    known = [item for item in ranges if item is not None]
    return known if len(known) == len(ranges) else None


def _only_consumer(node: Any) -> Any:
    targets = list(node.output(0).get_target_inputs())
    return targets[0].get_node() if len(targets) == 1 else None


def _constant(value: Any) -> np.ndarray | None:
    """The numbers behind an input of an operation, as far as they are constant."""
    node = value.get_node()
    kind = node.get_type_name()
    if kind == "Constant":
        return np.asarray(node.get_data(), dtype=np.float64)
    if kind not in ("Convert", "Reshape"):
        return None
    data = _constant(node.input_value(0))
    return None if data is None else data.reshape(tuple(value.get_shape()))


def _is_converted(value: Any, dtype: DType) -> bool:
    """Whether a constant was an integer of this type before it became a float."""
    node = value.get_node()
    while node.get_type_name() in ("Convert", "Reshape"):
        node = node.input_value(0).get_node()
    return node.get_element_type().get_type_name() in (dtype.openvino, dtype.name.lower().replace("s", "i"))


def _from_ranges(
    real_low: np.ndarray, real_high: np.ndarray, low: np.ndarray, high: np.ndarray, shape: Any, dtype: DType
) -> Quantization | None:
    """The quantization that makes the integers of one range out of the real numbers of another."""
    steps = high - low
    if not (np.all(steps > 0) and np.all(low == np.rint(low)) and np.all(high == np.rint(high))):
        return None
    scale = (real_high - real_low) / steps
    if not np.all(scale > 0):
        return None
    exact = low - real_low / scale
    zero_point = np.rint(exact)
    if np.any(np.abs(exact - zero_point) > _ZERO_POINT_TOLERANCE):
        return None
    scale = _exact_scale(scale, real_low, real_high, low - zero_point, high - zero_point)
    return _quantization(scale, zero_point, shape, dtype)


def _exact_scale(
    scale: np.ndarray, real_low: np.ndarray, real_high: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """The float32 next to `scale` whose products with the integers are exactly the ends of the range."""
    best = scale.astype(np.float32)
    below, above = np.nextafter(best, np.float32(0)), np.nextafter(best, np.float32(np.inf))
    for candidate in (above, below, scale.astype(np.float32)):
        fits = (candidate * low.astype(np.float32) == real_low) & (candidate * high.astype(np.float32) == real_high)
        best = np.where(fits, candidate, best)
    return best.astype(np.float64)


def _quantization(scale: np.ndarray, zero_point: np.ndarray, shape: Any, dtype: DType) -> Quantization | None:
    """Scales and zero points that broadcast to `shape`, where they run along one dimension at most."""
    if shape.rank.is_dynamic:
        return None
    rank = shape.rank.get_length()
    try:
        scale, zero_point = np.broadcast_arrays(scale, zero_point)
    except ValueError:
        return None
    axes = [axis + rank - scale.ndim for axis, size in enumerate(scale.shape) if size > 1]
    low, high = dtype.limits
    is_possible = (
        np.all(np.isfinite(scale) & (scale > 0))
        and np.all((zero_point >= low) & (zero_point <= high) & (zero_point == np.rint(zero_point)))
        and len(axes) <= 1
        and all(axis >= 0 for axis in axes)
    )
    if not is_possible:
        return None
    return Quantization(
        tuple(float(value) for value in scale.ravel()),
        tuple(int(value) for value in zero_point.ravel()) if np.any(zero_point) else (),
        axes[0] if axes else 0,
    )
