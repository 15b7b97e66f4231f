# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns a picture input of a network into the two planes of NV12, as a board's compiler does."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import DType
from .errors import PackError
from .manifest import Tensor, nv12_tensors
from .openvino_network import import_openvino, program_port_name
from .options import LAYOUTS, Nv12, check_pixel_range
from .quantization import Quantization

# OpenVINO's NV12 operation computes limited-range BT.601 with these factors:
#   R = 1.164 (Y - 16) + 1.596 (V - 128),  B = 1.164 (Y - 16) + 2.018 (U - 128),  G from both.
# Full range is R = Y + 1.402 (V - 128), B = Y + 1.772 (U - 128). Stretching the planes first makes R and B exact and
# G exact to 0.11 of 255 levels, and keeps the operation for which OpenVINO has a fast kernel.
_FULL_TO_LIMITED_Y = (1 / 1.164, 16.0)
_FULL_TO_LIMITED_U = 1.772 / 2.018
_FULL_TO_LIMITED_V = 1.402 / 1.596


class Nv12Input:
    """The replacement for one input: its tensors, its parameters and the value that the network sees."""

    def __init__(self, name: str, shape: list[int], options: Nv12, description: str, where: str) -> None:
        """
        Args:
            name: of the input in the model file; the planes become `<name>_y` and `<name>_uv`.
            shape: of the network's input, -1 where dynamic.

        Raises:
            PackError: no picture: rank, channels, size or factors do not fit.
        """
        self._options = options
        self._where = where
        self._layout = _layout(shape, options.layout, where)
        channel = 1 if self._layout == "nchw" else 3
        if shape[channel] not in (3, -1):
            raise PackError(
                f"{where}: NV12 becomes 3 color channels, but the network's input {shape} has {shape[channel]} "
                f"as {self._layout}"
            )
        batch, height, width = shape[0], *(shape[2:] if self._layout == "nchw" else shape[1:3])
        if -1 in (height, width):
            letters = ",".join({"n": "1", "c": "3"}.get(c, c.upper()) for c in self._layout)
            raise PackError(
                f"{where}: NV12 needs a fixed picture size, but the network's input is {shape}; "
                f"give it, for example: --input-shape {letters}"
            )
        if batch not in (1, -1):
            raise PackError(f"{where}: NV12 is packed for a batch of 1, but the network's input is {shape}")
        self.network_shape = [1, 3, height, width] if self._layout == "nchw" else [1, height, width, 3]
        self.tensors: list[Tensor] = nv12_tensors(name, 1, height, width, where=where, description=description)
        self._mean = _per_channel(options.mean, "mean", where)
        self._scale = _per_channel(options.scale, "scale", where)
        if not all(np.isfinite(self._mean)) or not all(np.isfinite(self._scale)) or 0 in self._scale:
            raise PackError(
                f"{where}: mean and scale must be finite and no scale zero, got mean {list(options.mean)}, "
                f"scale {list(options.scale)}"
            )
        check_pixel_range(options.mean, options.scale, where)

    @property
    def provenance(self) -> dict[str, Any]:
        """How the program converts the picture, for `hbm info`."""
        return {
            "format": "nv12",
            "color_order": self._options.color_order,
            "color_range": self._options.color_range,
            "layout": self._layout,
            "mean": [float(value) for value in self._mean],
            "scale": [float(value) for value in self._scale],
        }

    def check_range(self, quantization: Quantization, dtype: DType | None) -> None:
        """Refuse a picture whose pixels are mostly out of the range of a network's quantized input.

        Raises:
            PackError: the range of the input, and the mean and scale that pass pixels unchanged.
        """
        assert dtype is not None
        point = quantization.zero_point[0] if quantization.zero_point else 0
        scale = quantization.scale[0]
        low, high = ((limit - point) * scale for limit in dtype.limits)
        largest = max(float(np.max(np.abs((level - self._mean) * self._scale))) for level in (0, 255))
        if largest > 2 * max(abs(low), abs(high)):
            raise PackError(
                f"{self._where}: the network's input is quantized and holds real numbers from {low:g} to {high:g}, but "
                f"mean and scale make pixels of up to {largest:g}; give the mean and std that the network was trained "
                f"with, or pass pixels unchanged: --mean {point} --scale {scale:g}"
            )

    def build(self) -> tuple[list[Any], Any]:
        """The two parameters, and the node that takes the place of the network's input."""
        ov = import_openvino()
        ops = ov.opset8
        y, uv = (ops.parameter(list(t.shape), ov.Type.u8, name=t.name) for t in self.tensors)
        for parameter, tensor in ((y, self.tensors[0]), (uv, self.tensors[1])):
            parameter.output(0).get_tensor().set_names({program_port_name("input", tensor.name)})
        # In f32 the conversion neither rounds nor depends on the processor.
        luma, chroma = ops.convert(y, "f32"), ops.convert(uv, "f32")
        if self._options.color_range == "full":
            factor, offset = _FULL_TO_LIMITED_Y
            luma = ops.add(ops.multiply(luma, _constant(factor)), _constant(offset))
            stretch = np.array([_FULL_TO_LIMITED_U, _FULL_TO_LIMITED_V], np.float32)
            chroma = ops.add(ops.multiply(ops.subtract(chroma, _constant(128)), _constant(stretch)), _constant(128))
        to_color = ops.nv12_to_rgb if self._options.color_order == "rgb" else ops.nv12_to_bgr
        pixels = to_color(luma, chroma)
        if any(self._mean):
            pixels = ops.subtract(pixels, _constant(self._mean))
        if any(value != 1 for value in self._scale):
            pixels = ops.multiply(pixels, _constant(self._scale))
        if self._layout == "nchw":
            pixels = ops.transpose(pixels, ops.constant(np.array([0, 3, 1, 2], np.int64)))
        return [y, uv], pixels


def _constant(value: Any) -> Any:
    return import_openvino().opset8.constant(np.asarray(value, dtype=np.float32))


def _layout(shape: list[int], layout: str | None, where: str) -> str:
    if len(shape) != 4:
        raise PackError(f"{where}: a picture input has 4 dimensions, the network's has {len(shape)}: {shape}")
    if layout:
        return layout
    fits = [name for name, channel in zip(LAYOUTS, (1, 3)) if shape[channel] == 3]
    if len(fits) != 1:
        reason = "both could be" if fits else "neither dimension 1 nor dimension 3 is"
        raise PackError(
            f"{where}: unknown layout of the network's input {shape}: {reason} the 3 color channels; "
            "choose --layout nchw or --layout nhwc"
        )
    return fits[0]


def _per_channel(values: tuple[float, ...], what: str, where: str) -> np.ndarray:
    if len(values) not in (1, 3):
        raise PackError(f"{where}: {what} must be 1 value, or 3 (one per channel), got {len(values)}: {list(values)}")
    return np.broadcast_to(np.array(values, dtype=np.float32), (3,)).copy()
