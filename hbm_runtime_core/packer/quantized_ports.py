# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Types of inputs and outputs: which one a tensor gets, and the conversion to the type that the network computes with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import DTYPES, DType, from_openvino
from .errors import PackError
from .network_quantization import NetworkQuantization
from .openvino_network import import_openvino
from .options import PortOptions
from .quantization import Quantization

FLOAT_TYPES = (*(dtype.openvino for dtype in DTYPES.values() if dtype.is_float), "bf16")

# The largest float32 below 2^31: clipping to 2^31 - 1 would round up to 2^31, and overflow.
_LARGEST_S32_FLOAT = 2.0**31 - 128


def _along_axis(values: tuple[float, ...], axis: int, rank: int) -> np.ndarray:
    array = np.array(values, dtype=np.float32)
    if array.size == 1:
        return array.reshape(())
    shape = [1] * rank
    shape[axis] = array.size
    return array.reshape(shape)


def dequantize(value: Any, quantization: Quantization, rank: int, network_type: str) -> Any:
    """real = (q - zero_point) * scale"""
    ops = import_openvino().opset8
    real = ops.convert(value, "f32")
    if any(quantization.zero_point):
        real = ops.subtract(real, ops.constant(_along_axis(quantization.zero_point, quantization.axis, rank)))
    real = ops.multiply(real, ops.constant(_along_axis(quantization.scale, quantization.axis, rank)))
    return real if network_type == "f32" else ops.convert(real, network_type)


def quantize(value: Any, quantization: Quantization, rank: int, dtype: DType) -> Any:
    """q = clip(round_half_even(real / scale) + zero_point), at both ends of the type"""
    ops = import_openvino().opset8
    real = value if value.get_element_type().get_type_name() == "f32" else ops.convert(value, "f32")
    scaled = ops.divide(real, ops.constant(_along_axis(quantization.scale, quantization.axis, rank)))
    rounded = ops.round(scaled, "half_to_even")
    if any(quantization.zero_point):
        rounded = ops.add(rounded, ops.constant(_along_axis(quantization.zero_point, quantization.axis, rank)))
    low, high = dtype.limits
    if dtype.name != "S32":
        return ops.convert(ops.clamp(rounded, float(low), float(high)), dtype.openvino)
    below = ops.convert(ops.clamp(rounded, float(low), _LARGEST_S32_FLOAT), dtype.openvino)
    saturated = ops.greater(rounded, ops.constant(np.float32(_LARGEST_S32_FLOAT)))
    return ops.select(saturated, ops.constant(np.array(high, dtype=dtype.numpy)), below)


def port_format(
    kind: str, network_type: str, options: PortOptions, own: NetworkQuantization | None, where: str
) -> tuple[DType, Quantization | None]:
    """Type and quantization of a tensor in the model file.

    Args:
        own: how the network itself quantizes this port, if it does.

    Raises:
        PackError: the options contradict the network, or a tensor cannot have the network's type.
    """
    dtype = _port_type(kind, network_type, options, where)
    if network_type in FLOAT_TYPES:
        return dtype, options.quantization
    if options.quantization and network_type not in _carried_types(dtype):
        own_type = from_openvino(network_type)
        quantizable = own_type if own_type and own_type.is_quantizable else None
        remedy = f"expected the same type, {quantizable.name}" if quantizable else "leave the scale out"
        raise PackError(
            f"{where}: the network itself computes integers ({network_type}), whose meaning a scale can declare, but not "
            f"change: {remedy}, got {dtype.name}"
        )
    if own is None or not (own.certain or options.quantization):
        return dtype, options.quantization
    if options.quantization:
        if own.certain and not own.quantization.is_close(options.quantization):
            raise PackError(
                f"{where}: the network itself uses {own.quantization}, got {options.quantization}; leave scale and "
                "zero point out to declare what the network uses"
            )
        return dtype, own.quantization if own.certain else options.quantization
    if dtype.is_float:
        return dtype, None
    if network_type not in _carried_types(dtype):
        raise PackError(
            f"{where}: the network itself uses {own.quantization} for {network_type}: expected that type, or a float "
            f"type, got {dtype.name}"
        )
    return dtype, own.quantization


def _carried_types(dtype: DType) -> tuple[str, ...]:
    """Types of a network whose integers a tensor carries as they are. OpenVINO's ports have no nibbles, its networks do."""
    return (dtype.openvino, dtype.openvino.replace("8", "4")) if dtype.is_packed else (dtype.openvino,)


def from_float(value: Any, network_type: str, rank: int, own: NetworkQuantization | None) -> Any:
    """Real numbers as the type that the network takes: quantized where it is known how, else rounded."""
    ops = import_openvino().opset8
    dtype = from_openvino(network_type)
    if own and own.certain and dtype:
        return quantize(value, own.quantization, rank, dtype)
    if network_type[0] in "iu":
        value = ops.round(value, "half_to_even")
    return value if value.get_element_type().get_type_name() == network_type else ops.convert(value, network_type)


def _port_type(kind: str, network_type: str, options: PortOptions, where: str) -> DType:
    """The type of the tensor in the model file."""
    wanted = options.dtype or from_openvino(network_type)
    if network_type == "string":
        remedy = (
            "cut the network after the part that reads text, with onnx.utils.extract_model for example"
            if kind == "input"
            else f"leave it out: --drop-output {_quoted(where)}"
        )
        raise PackError(f"{where}: a tensor must be of numbers, got text; {remedy}")
    if wanted is None:
        raise PackError(
            f"{where}: a tensor cannot have the network's type {network_type}; convert it: "
            f"--{kind}-dtype {_quoted(where)}=float32"
        )
    if options.quantization:
        return wanted
    if wanted.is_integer and network_type in FLOAT_TYPES:
        raise PackError(
            f"{where}: {wanted.name} from the network's {network_type} needs a scale, "
            f"for example --{kind}-dtype {_quoted(where)}={wanted.numpy!s}:scale=0.05"
        )
    if wanted.is_packed and network_type not in _carried_types(wanted):
        raise PackError(f"{where}: {wanted.name} needs a scale, or a network that computes with {wanted.numpy}")
    return wanted


def _quoted(where: str) -> str:
    """The name of the port that `where` ends with."""
    return where.rpartition(" '")[2].removesuffix("'")
