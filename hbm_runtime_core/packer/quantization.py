# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scale and zero point of a quantized tensor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import QuantParams, check_quantization, hbDNNQuantiType
from ..dtypes import DTYPES, DType
from .errors import PackError


@dataclass(frozen=True)
class Quantization:
    """real = (q - zero_point) * scale; q = clip(round_half_even(real / scale) + zero_point).

    Attributes:
        scale: one value for the tensor, or one for each index of `axis`.
        zero_point: empty (all zero), or as many values as `scale`.
        axis: the dimension that several scales run along.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...] = ()
    axis: int = 0

    def __str__(self) -> str:
        points = set(self.zero_point) or {0}
        text = f"{len(self.scale)} scales along axis {self.axis}" if len(self.scale) > 1 else f"scale {self.scale[0]:.7g}"
        return f"{text}, zero point {points.pop()}" if len(points) == 1 else f"{text}, {len(self.zero_point)} zero points"

    def is_close(self, other: Quantization) -> bool:
        """Whether `other` is the same, within the precision of typed digits."""
        if len(self.scale) != len(other.scale) or (len(self.scale) > 1 and self.axis != other.axis):
            return False
        zeros = (0,) * len(self.scale)
        return (self.zero_point or zeros) == (other.zero_point or zeros) and all(
            math.isclose(a, b, rel_tol=1e-4) for a, b in zip(self.scale, other.scale)
        )

    def to_json(self) -> dict:
        return {
            "type": "scale",
            "scale": list(self.scale),
            "zero_point": list(self.zero_point),
            "axis": self.axis,
        }

    def checked(self, shape: Sequence[int], dtype: DType, where: str) -> Quantization:
        """This, with a negative axis counted from the end, after checking it against the tensor.

        Raises:
            PackError: a type without integers, a scale that is not positive, counts that do not fit.
        """
        if not dtype.is_quantizable:
            known = ", ".join(each.name for each in DTYPES.values() if each.is_quantizable)
            raise PackError(f"{where}: scale and zero point belong to one of {known}, got {dtype.name}")
        rank = len(shape)
        axis = self.axis + rank if self.axis < 0 else self.axis
        if not 0 <= axis < rank:
            raise PackError(f"{where}: quantization axis {self.axis} is not in shape {list(shape)}")
        low, high = dtype.limits
        for i, zero_point in enumerate(self.zero_point):
            if not low <= zero_point <= high:
                raise PackError(f"{where}: zero_point[{i}] must be in {low}..{high} for {dtype.name}, got {zero_point}")
        with np.errstate(over="ignore"):
            scales = np.array(self.scale, np.float32)
        quant = QuantParams(hbDNNQuantiType.SCALE, axis=axis, scale=scales, zero_point=self.zero_point)
        try:
            check_quantization(quant, shape)
        except ValueError as error:
            raise PackError(f"{where}: {error}") from error
        return Quantization(tuple(self.scale), tuple(self.zero_point), axis)
