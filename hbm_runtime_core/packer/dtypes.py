# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The data types of the C API, as numpy and OpenVINO know them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..names import did_you_mean
from .errors import PackError


@dataclass(frozen=True)
class DType:
    """One `hbDNNDataType`.

    Attributes:
        name: as in the C API and in the manifest ("S8").
        numpy: the array type that carries it; S4 and U4 travel one element a byte outside of packed buffers.
        element_bytes: the innermost stride; of S4 and U4 the byte that holds two elements, low nibble first.
        openvino: name of the `openvino.Type` of a program's port.
    """

    name: str
    numpy: np.dtype
    element_bytes: int
    openvino: str

    @property
    def is_integer(self) -> bool:
        return self.name[0] in "SU"

    @property
    def is_float(self) -> bool:
        return self.name[0] == "F"

    @property
    def is_packed(self) -> bool:
        return self.name in ("S4", "U4")

    def packed_bytes(self, elements: int) -> int:
        """Bytes of a row of `elements`."""
        return (elements + 1) // 2 if self.is_packed else elements * self.element_bytes

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest value of an integer type."""
        bits = int(self.name[1:])
        return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if self.name[0] == "S" else (0, 2**bits - 1)


def _dtype(name: str, numpy_name: str, openvino_name: str) -> DType:
    numpy_type = np.dtype(numpy_name)
    return DType(name, numpy_type, numpy_type.itemsize, openvino_name)


DTYPES: dict[str, DType] = {
    dtype.name: dtype
    for dtype in (
        _dtype("S4", "int8", "i8"),
        _dtype("U4", "uint8", "u8"),
        _dtype("S8", "int8", "i8"),
        _dtype("U8", "uint8", "u8"),
        _dtype("F16", "float16", "f16"),
        _dtype("S16", "int16", "i16"),
        _dtype("U16", "uint16", "u16"),
        _dtype("F32", "float32", "f32"),
        _dtype("S32", "int32", "i32"),
        _dtype("U32", "uint32", "u32"),
        _dtype("F64", "float64", "f64"),
        _dtype("S64", "int64", "i64"),
        _dtype("U64", "uint64", "u64"),
        _dtype("BOOL8", "bool", "boolean"),
    )
}

# The spelling of numpy and ONNX, accepted wherever a person writes a type.
_ALIASES = {
    "int4": "S4",
    "uint4": "U4",
    **{str(d.numpy): d.name for d in DTYPES.values() if not d.is_packed},
}
_FROM_OPENVINO = {d.openvino: d for d in DTYPES.values() if not d.is_packed} | {"i4": DTYPES["S4"], "u4": DTYPES["U4"]}


def parse_dtype(text: str) -> DType:
    """The type that `text` names, as the C API does ("S8") or as numpy does ("int8").

    Raises:
        PackError: no such type; the closest spelling is named.
    """
    name = _ALIASES.get(text.lower(), text.upper())
    if name in DTYPES:
        return DTYPES[name]
    hint = did_you_mean(text, [*DTYPES, *_ALIASES])
    raise PackError(f"unknown data type '{text}'{hint} (known: {', '.join(DTYPES)}, and numpy's names)")


def from_openvino(type_name: str) -> DType | None:
    """The type of a port of a network, or None where the C API has no equal."""
    return _FROM_OPENVINO.get(type_name)
