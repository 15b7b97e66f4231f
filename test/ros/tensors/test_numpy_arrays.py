# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as arrays and back, their real values, and DLPack."""

import sys
import time

import ml_dtypes
import numpy as np
import pytest
from hbm_runtime_ros.msg import Tensor
from rclpy.serialization import deserialize_message, serialize_message

from hbm_runtime_core import dtypes
from hbm_runtime_ros.tensors import (
    dequantize,
    element_types,
    from_dlpack,
    numpy_to_tensor,
    tensor_to_numpy,
    to_dlpack,
)

DTYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "?", ml_dtypes.bfloat16]


def ramp(dtype, shape=(2, 3, 4)):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def over_the_wire(message):
    return deserialize_message(serialize_message(message), type(message))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0, 3), (2, 3, 4)])
def test_an_array_comes_back_as_it_was(dtype, shape):
    array = ramp(dtype, shape)
    tensor = over_the_wire(numpy_to_tensor(array, "scores"))
    back = tensor_to_numpy(tensor)
    assert (tensor.name, back.dtype, back.shape) == ("scores", array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()


def test_strides_and_byte_order_of_an_array_do_not_matter():
    array = ramp(">i4")[:, ::-1, ::2]
    np.testing.assert_array_equal(tensor_to_numpy(numpy_to_tensor(array, "t")), array)


def test_an_array_is_a_view_of_the_message():
    tensor = numpy_to_tensor(ramp("f4"), "t")
    view = tensor_to_numpy(tensor)
    view[0, 0, 1] = 7
    assert np.frombuffer(tensor.data, np.float32)[1] == 7
    with pytest.raises(BufferError):
        tensor.data.append(1)


def test_strides_count_elements_and_the_offset_bytes():
    base = ramp("i2", (5, 8))
    tensor = numpy_to_tensor(base, "t")
    tensor.shape, tensor.strides, tensor.byte_offset = [3, 4], [8, 2], 2 * 9
    np.testing.assert_array_equal(tensor_to_numpy(tensor), base[1:4, 1:8:2])
    tensor.shape, tensor.strides, tensor.byte_offset = [5], [-8], 2 * 32
    np.testing.assert_array_equal(tensor_to_numpy(tensor), base[::-1, 0])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"shape": [6, 8]}, "bytes 0 to 96 of its data, which has 80; was the message truncated"),
        ({"byte_offset": 2}, "bytes 2 to 82"),
        ({"byte_offset": 2**63}, "of its data, which has 80"),
        ({"strides": [9, 1]}, "bytes 0 to 88"),
        ({"strides": [-8, 1]}, "bytes -64 to 16"),
        ({"shape": [2**40, 8], "strides": [0, 1]}, "takes 17592186044416 bytes, its data has 80"),
        ({"strides": [8]}, "a stride for each of 2 axes, or none, got 1"),
        ({"shape": [-5, 8]}, r"lengths of 0 or more, got the shape \[-5, 8\]"),
        ({"shape": [2**62, 2**62]}, "of its data, which has 80"),
        ({"shape": [0, 8], "byte_offset": 81}, "bytes 81 to 81"),
        ({"dtype_bits": 24}, "no type for dtype_code 0 with 24 bits"),
        ({"dtype_code": 99}, "no type for dtype_code 99"),
        ({"dtype_lanes": 4}, "elements of 1 lane, got 4"),
    ],
)
def test_a_tensor_that_reaches_beyond_its_data_is_refused(fields, expected):
    tensor = numpy_to_tensor(ramp("i2", (5, 8)), "scores")
    for name, value in fields.items():
        setattr(tensor, name, value)
    with pytest.raises(ValueError, match=f"tensor 'scores': .*{expected}"):
        tensor_to_numpy(tensor)


@pytest.mark.parametrize(("dtype", "low"), [("i1", -8), ("u1", 0)])
@pytest.mark.parametrize("length", [0, 1, 4, 5])
def test_4_bit_elements_are_packed_and_come_unpacked(dtype, low, length):
    array = np.random.default_rng(0).integers(low, low + 16, (3, length)).astype(dtype)
    tensor = numpy_to_tensor(array, "t", four_bit=True, scale=0.5)
    assert (tensor.dtype_bits, list(tensor.shape), len(tensor.data)) == (4, [3, length], 3 * ((length + 1) // 2))
    np.testing.assert_array_equal(tensor_to_numpy(tensor), array)
    np.testing.assert_array_equal(dequantize(tensor), array * np.float32(0.5))


@pytest.mark.parametrize("array", [np.array([8], np.int8), np.array([16], np.uint8), np.array([1], np.int32), np.int8(1)])
def test_what_does_not_fit_into_4_bits_is_refused(array):
    with pytest.raises(ValueError, match="tensor 't': expected .* to pack into 4 bits"):
        numpy_to_tensor(array, "t", four_bit=True)


def test_bfloat16_without_ml_dtypes_says_what_to_install(monkeypatch):
    tensor = numpy_to_tensor(ramp(ml_dtypes.bfloat16), "t")
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ImportError, match="tensor 't' holds bfloat16.*pip install ml_dtypes"):
        tensor_to_numpy(tensor)


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([1j]), np.array([object()]), np.zeros(2, np.longdouble)])
def test_arrays_of_other_types_are_refused(array):
    with pytest.raises(TypeError, match="a Tensor holds integers and floats of at most 64 bits"):
        numpy_to_tensor(array, "t")


def test_a_large_array_takes_no_detour_through_python_numbers(monkeypatch):
    monkeypatch.setenv("ROS_PYTHON_CHECK_FIELDS", "1")
    array = np.zeros(8_000_000, np.uint8)
    started_s = time.perf_counter()
    numpy_to_tensor(array, "t")
    assert time.perf_counter() - started_s < 0.2  # byte by byte it is seconds


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4"])
@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_real_values_are_number_minus_zero_point_times_scale(dtype, axis):
    array = ramp(dtype)
    count = array.shape[axis] if axis >= 0 else 1
    scale, zero_point = np.linspace(0.25, 1, count, dtype=np.float32), np.arange(count) - 1
    tensor = over_the_wire(numpy_to_tensor(array, "t", scale=scale, zero_point=zero_point, axis=axis))
    along = [-1 if index == axis else 1 for index in range(3)]
    expected = (array.astype(np.float64) - zero_point.reshape(along)) * scale.reshape(along)
    real = dequantize(tensor)
    assert real.dtype == np.float32
    np.testing.assert_array_equal(real, expected.astype(np.float32))


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("i1", "f4"), ("u2", "f4"), ("i4", "f8"), ("u8", "f8"), ("?", "f4"), ("f2", "f4"), ("f4", "f4"), ("f8", "f8")],
)
def test_numbers_without_quantisation_are_real_values_in_a_float_that_holds_them(dtype, expected):
    real = dequantize(numpy_to_tensor(ramp(dtype), "t"))
    assert real.dtype == np.dtype(expected)
    np.testing.assert_array_equal(real, ramp(dtype))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"zero_point": [1]}, "zero_point cannot be used without scale"),
        ({"scale": [1, 2]}, "expected the axis of 2 scales, got -1"),
        ({"scale": [1, 2], "axis": 1}, "expected 1 scale, or 3 for axis 1, got 2"),
        ({"scale": [1, 2], "axis": 3}, "expected one of 3 axes for 2 scales, got axis 3"),
        ({"scale": 1, "zero_point": [1, 2]}, "expected 1 zero points, as many as scales, or none, got 2"),
        ({"scale": 0}, r"scale\[0\] must be a positive number, got 0"),
        ({"scale": [[1, 2]]}, "expected lists of scales and zero points"),
        ({"scale": 1, "zero_point": 0.5}, "integers as zero points, got float64"),
    ],
)
def test_a_quantisation_that_does_not_fit_is_refused(arguments, expected):
    with pytest.raises(ValueError, match=f"tensor 't': .*{expected}"):
        numpy_to_tensor(ramp("i1"), "t", **arguments)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"quant_scale": [1.0, 2.0], "quant_axis": 1}, "expected 1 scale, or 3 for axis 1, got 2"),
        ({"quant_scale": [1.0, 2.0], "quant_axis": -1}, "2 scales, but quant_axis -1 is none"),
        ({"quant_scale": []}, "expected at least one scale, got none"),
        ({"quant_type": 9}, "quant_type 9 is unknown"),
        ({"dtype_code": Tensor.DTYPE_BOOL}, "expected integers with a quantization, got bool"),
    ],
)
def test_a_message_whose_quantisation_does_not_fit_is_refused(fields, expected):
    tensor = numpy_to_tensor(ramp("i1"), "t", scale=0.5)
    for name, value in fields.items():
        setattr(tensor, name, value)
    with pytest.raises(ValueError, match=f"tensor 't': .*{expected}"):
        dequantize(tensor)


def test_the_words_of_the_message_are_those_of_the_code():
    for name in ("INT", "UINT", "FLOAT", "BFLOAT", "BOOL"):
        assert getattr(dtypes, name) == getattr(Tensor, f"DTYPE_{name}")
    assert (element_types.QUANT_NONE, element_types.QUANT_SCALE) == (Tensor.QUANT_NONE, Tensor.QUANT_SCALE)


@pytest.mark.parametrize("dtype", [each for each in DTYPES if isinstance(each, str)])
def test_dlpack_shares_the_memory_of_the_message(dtype):
    tensor = over_the_wire(numpy_to_tensor(ramp(dtype), "t"))
    shared = np.from_dlpack(to_dlpack(tensor))
    np.testing.assert_array_equal(shared, ramp(dtype))
    assert np.shares_memory(shared, np.frombuffer(tensor.data, np.uint8))
    assert tensor_to_numpy(from_dlpack(shared, "back")).tobytes() == ramp(dtype).tobytes()


def test_dlpack_gets_a_copy_of_data_that_cannot_be_written_to():
    tensor = numpy_to_tensor(ramp("i4"), "t")
    frozen = type("Frozen", (), {name: getattr(tensor, name) for name in Tensor.get_fields_and_field_types()})
    frozen.data = bytes(tensor.data)
    np.testing.assert_array_equal(np.from_dlpack(to_dlpack(frozen)), ramp("i4"))


def test_what_dlpack_cannot_say_is_refused():
    for tensor in (numpy_to_tensor(ramp("i1", (4,)), "t", four_bit=True), numpy_to_tensor(ramp(ml_dtypes.bfloat16), "t")):
        with pytest.raises(ValueError, match="tensor 't': 4-bit integers and bfloat16 are not supported by numpy.s DLPack"):
            to_dlpack(tensor)
    with pytest.raises(TypeError, match="tensor 't': expected an object with __dlpack__, got list"):
        from_dlpack([1, 2], "t")
