# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The element types of tensors: the names of the C API, numpy, OpenVINO and DLPack for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# DLPack's type codes, which are the values of dtype_code in hbm_runtime_ros/msg/Tensor.
INT, UINT, FLOAT, BFLOAT, BOOL = 0, 1, 2, 4, 6

_NUMPY_NAMES = {INT: "int{}", UINT: "uint{}", FLOAT: "float{}", BOOL: "bool"}


@dataclass(frozen=True)
class DType:
    """One `hbDNNDataType`.

    Attributes:
        name: in the C API and in manifests ("S8").
        code: DLPack's type code.
        bits: of an element. Two elements of 4 bits share a byte along the last axis, the first one in the low half.
        openvino: name of the `openvino.Type` of a program's port; one byte per element of 4 bits.
    """

    name: str
    code: int
    bits: int
    openvino: str

    @property
    def numpy_name(self) -> str:
        """As numpy names it, and in the same way "int4" and "uint4"."""
        return _NUMPY_NAMES[self.code].format(self.bits)

    @property
    def numpy(self) -> np.dtype:
        """The array type of unpacked elements: of 4 bits, int8 or uint8."""
        return np.dtype(_NUMPY_NAMES[self.code].format(max(self.bits, 8)))

    @property
    def element_bytes(self) -> int:
        """The innermost stride: of an element, or of the byte that holds two."""
        return max(self.bits // 8, 1)

    @property
    def is_integer(self) -> bool:
        """Whether it is signed or unsigned, and no bool."""
        return self.code in (INT, UINT)

    @property
    def is_float(self) -> bool:
        """Whether its numbers are real values."""
        return self.code == FLOAT

    @property
    def is_packed(self) -> bool:
        """Whether two elements share a byte."""
        return self.bits == 4

    @property
    def is_quantizable(self) -> bool:
        """Whether scale and zero point can belong to it.

        OpenVINO's CPU device computes exactly with every value of these types. It has no wider integers than int32.
        """
        return self.is_integer and (self.code, self.bits) != (UINT, 32) and self.bits <= 32

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest value of an integer type."""
        return (-(2 ** (self.bits - 1)), 2 ** (self.bits - 1) - 1) if self.code == INT else (0, 2**self.bits - 1)

    def items(self, elements: int) -> int:
        """Items of `element_bytes` that hold a row of `elements`."""
        return (elements + 1) // 2 if self.is_packed else elements


DTYPES: dict[str, DType] = {
    dtype.name: dtype
    for dtype in (
        DType("S4", INT, 4, "i8"),
        DType("U4", UINT, 4, "u8"),
        DType("S8", INT, 8, "i8"),
        DType("U8", UINT, 8, "u8"),
        DType("F16", FLOAT, 16, "f16"),
        DType("S16", INT, 16, "i16"),
        DType("U16", UINT, 16, "u16"),
        DType("F32", FLOAT, 32, "f32"),
        DType("S32", INT, 32, "i32"),
        DType("U32", UINT, 32, "u32"),
        DType("F64", FLOAT, 64, "f64"),
        DType("S64", INT, 64, "i64"),
        DType("U64", UINT, 64, "u64"),
        DType("BOOL8", BOOL, 8, "boolean"),
    )
}

_BY_CODE = {(dtype.code, dtype.bits): dtype for dtype in DTYPES.values()}
_BY_NUMPY_NAME = {dtype.numpy_name: dtype for dtype in DTYPES.values()}
_BY_OPENVINO = {dtype.openvino: dtype for dtype in DTYPES.values() if not dtype.is_packed}
_BY_OPENVINO |= {"i4": DTYPES["S4"], "u4": DTYPES["U4"]}


def from_code(code: int, bits: int) -> DType | None:
    """The type with DLPack's code and this many bits, or None where the C API has no equal."""
    return _BY_CODE.get((code, bits))


def from_numpy(name: str) -> DType | None:
    """The type that numpy names so ("int8"; "int4" as well), or None where the C API has no equal."""
    return _BY_NUMPY_NAME.get(name)


def from_openvino(name: str) -> DType | None:
    """The type of a port of a network, or None where the C API has no equal."""
    return _BY_OPENVINO.get(name)
