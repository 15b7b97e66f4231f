# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors in messages that other packages read: those of Isaac ROS, of both its releases, and ExperimentalTensor."""

import sys

import isaac_ros_tensor_list_interfaces.msg as release_4
import isaac_ros_tensor_msgs.msg as release_5
import ml_dtypes
import numpy as np
import pytest
from hbm_runtime_ros.msg import InferenceResult, Tensor
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header
from tensor_msgs.msg import ExperimentalTensor

from hbm_runtime_ros.tensors import (
    from_experimental_tensor,
    from_isaac,
    numpy_to_tensor,
    tensor_to_numpy,
    to_experimental_tensor,
    to_isaac,
)

FIELDS = ("dtype_code", "dtype_bits", "dtype_lanes", "shape", "strides", "byte_offset", "data")
PLAIN_DTYPES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
OTHER_DTYPES = ["f2", "?", ml_dtypes.bfloat16]
SHAPES = [(), (0,), (2, 3, 4)]


def ramp(dtype, shape=(2, 3, 4)):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def over_the_wire(message):
    return deserialize_message(serialize_message(message), type(message))


# tensor_msgs/ExperimentalTensor.


@pytest.mark.parametrize("dtype", PLAIN_DTYPES + OTHER_DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_experimental_tensor_has_the_fields_of_the_tensor(dtype, shape):
    tensor = numpy_to_tensor(ramp(dtype, shape), "t")
    converted = over_the_wire(to_experimental_tensor(tensor))
    assert isinstance(converted, ExperimentalTensor)
    assert all(getattr(converted, field) == getattr(tensor, field) for field in FIELDS)
    back = from_experimental_tensor(converted, "back")
    assert (back.name, back.quant_type, back.quant_axis) == ("back", Tensor.QUANT_NONE, -1)
    assert tensor_to_numpy(back).dtype == np.dtype(dtype)
    assert tensor_to_numpy(back).tobytes() == ramp(dtype, shape).tobytes()


def test_a_part_of_a_larger_buffer_keeps_its_strides_and_offset():
    view = Tensor(
        name="t", dtype_code=Tensor.DTYPE_UINT, dtype_bits=8, dtype_lanes=1, shape=[2, 2], strides=[4, 1], byte_offset=1,
        data=list(range(8)),
    )  # fmt: skip
    back = from_experimental_tensor(over_the_wire(to_experimental_tensor(view)), "t")
    assert tensor_to_numpy(back).tolist() == [[1, 2], [5, 6]]


def test_quantized_numbers_become_an_experimental_tensor_as_they_are():
    tensor = numpy_to_tensor(np.array([-1, 2], np.int8), "t", scale=0.5)
    converted = to_experimental_tensor(tensor)
    assert tensor_to_numpy(from_experimental_tensor(converted, "t")).tolist() == [-1, 2]


def test_the_tensor_and_its_experimental_tensor_share_no_memory():
    tensor = numpy_to_tensor(np.zeros(2, np.uint8), "t")
    converted = to_experimental_tensor(tensor)
    converted.data[0] = 1
    assert tensor_to_numpy(tensor).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dtype_code": 5}, "numpy has no type for dtype_code 5 with 8 bits"),
        ({"dtype_lanes": 4}, "expected elements of 1 lane, got 4"),
        ({"dtype_bits": 4}, "expected elements of whole bytes, got 4 bits"),
        ({"shape": [2, 5]}, "which has 8"),
        ({"strides": [8, 1]}, "which has 8"),
        ({"shape": [2**40, 8], "strides": [0, 1]}, "its data has 8"),
        ({"byte_offset": 1}, "which has 8"),
    ],
)
def test_a_malformed_experimental_tensor_is_refused(fields, expected):
    valid = {"dtype_code": 1, "dtype_bits": 8, "dtype_lanes": 1, "shape": [2, 4], "data": [0] * 8}
    with pytest.raises(ValueError, match=f"tensor 't': .*{expected}"):
        from_experimental_tensor(ExperimentalTensor(**{**valid, **fields}), "t")


# isaac_ros_tensor_msgs/TensorList and isaac_ros_tensor_list_interfaces/TensorList.


@pytest.mark.parametrize("release", [4, 5])
@pytest.mark.parametrize("dtype", PLAIN_DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_tensor_becomes_a_message_of_isaac_and_back(release, dtype, shape):
    array = ramp(dtype, shape)
    tensor_list = over_the_wire(to_isaac([numpy_to_tensor(array, "t")], release=release))
    assert type(tensor_list).__module__.startswith({4: release_4, 5: release_5}[release].__name__)
    (back,) = from_isaac(tensor_list)
    assert back.name == "t"
    assert tensor_to_numpy(back).dtype == array.dtype
    assert tensor_to_numpy(back).tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", PLAIN_DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_message_of_release_4_has_rank_and_strides_in_bytes(dtype, shape):
    (converted,) = to_isaac([numpy_to_tensor(ramp(dtype, shape), "t")]).tensors
    assert (converted.shape.rank, list(converted.shape.dims)) == (len(shape), list(shape))
    assert list(converted.strides) == list(np.zeros(shape, dtype).strides)
    assert np.frombuffer(converted.data, dtype).tobytes() == ramp(dtype, shape).tobytes()


def test_the_type_codes_of_release_4_are_those_of_its_documentation():
    names = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
    codes = [to_isaac([numpy_to_tensor(np.zeros(1, name), "t")]).tensors[0].data_type for name in names]
    assert codes == list(range(1, 11))


@pytest.mark.parametrize("release", [4, 5])
def test_a_result_keeps_its_header_unless_another_is_given(release):
    result = InferenceResult(outputs=[numpy_to_tensor(ramp("f4"), "a"), numpy_to_tensor(ramp("i1"), "b")])
    result.header.frame_id = "camera"
    converted = to_isaac(result, release=release)
    assert ([tensor.name for tensor in from_isaac(converted)], converted.header.frame_id) == (["a", "b"], "camera")
    assert to_isaac(result, Header(frame_id="other"), release=release).header.frame_id == "other"


@pytest.mark.parametrize(("dtype", "wider"), [("f2", "f4"), ("?", "u1"), (ml_dtypes.bfloat16, "f4")])
def test_types_that_release_4_does_not_have_are_refused_or_widened(dtype, wider):
    tensor = numpy_to_tensor(ramp(dtype), "t")
    with pytest.raises(
        TypeError, match=f"tensor 't': expected one of int8, uint8.*, got {np.dtype(dtype).name}; widen=True"
    ):
        to_isaac([tensor])
    for release in (4, 5):
        (back,) = from_isaac(to_isaac([tensor], release=release, widen=True))
        assert tensor_to_numpy(back).dtype == np.dtype(wider)
        np.testing.assert_array_equal(tensor_to_numpy(back), ramp(dtype).astype(wider))


@pytest.mark.parametrize("dtype", OTHER_DTYPES)
def test_release_5_has_every_type_of_whole_bytes(dtype):
    (back,) = from_isaac(over_the_wire(to_isaac([numpy_to_tensor(ramp(dtype), "t")], release=5)))
    assert tensor_to_numpy(back).tobytes() == ramp(dtype).tobytes()


@pytest.mark.parametrize("release", [4, 5])
def test_4_bit_elements_are_sent_to_isaac_as_one_byte_each(release):
    tensor = numpy_to_tensor(np.array([-8, 7, 3], np.int8), "t", four_bit=True)
    (back,) = from_isaac(over_the_wire(to_isaac([tensor], release=release)))
    assert tensor_to_numpy(back).tolist() == [-8, 7, 3]


def test_padding_between_the_rows_of_release_4_is_left_out():
    shape = release_4.TensorShape(rank=2, dims=[2, 3])
    padded = release_4.Tensor(name="t", shape=shape, data_type=2, strides=[4, 1], data=list(range(8)))
    (tensor,) = from_isaac(release_4.TensorList(tensors=[padded]))
    assert tensor_to_numpy(tensor).tolist() == [[0, 1, 2], [4, 5, 6]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"data_type": 0}, r"unknown data_type 0 \(known: 1 = int8"),
        ({"shape": release_4.TensorShape(rank=3, dims=[2, 4])}, r"a dimension for each of rank 3, got \[2, 4\]"),
        ({"strides": [8, 1]}, "bytes 0 to 12 of its data, which has 8"),
        ({"strides": [0, 1], "data": [0] * 4}, "takes 8 bytes, its data has 4"),
    ],
)
def test_malformed_tensors_of_release_4_are_refused(fields, expected):
    shape = release_4.TensorShape(rank=2, dims=[2, 4])
    valid = {"name": "t", "shape": shape, "data_type": 1, "strides": [4, 1], "data": [0] * 8}
    with pytest.raises(ValueError, match=f"tensor 't': .*{expected}"):
        from_isaac(release_4.TensorList(tensors=[release_4.Tensor(**{**valid, **fields})]))


def test_a_list_of_release_5_with_too_few_names_is_refused():
    tensor_list = release_5.TensorList(names=[], tensors=[to_experimental_tensor(numpy_to_tensor(ramp("f4"), "t"))])
    with pytest.raises(ValueError, match="expected as many names as tensors, got 0 and 1"):
        from_isaac(tensor_list)


def test_a_release_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="release must be 4 or 5, got 6"):
        to_isaac([], release=6)


@pytest.mark.parametrize(
    ("package", "convert"),
    [
        ("isaac_ros_tensor_list_interfaces", lambda: to_isaac([])),
        ("isaac_ros_tensor_msgs", lambda: to_isaac([], release=5)),
        ("tensor_msgs", lambda: to_experimental_tensor(numpy_to_tensor(ramp("f4"), "t"))),
    ],
)
def test_without_the_messages_the_error_names_the_package_to_install(monkeypatch, package, convert):
    monkeypatch.setitem(sys.modules, f"{package}.msg", None)
    monkeypatch.delitem(sys.modules, package, raising=False)
    with pytest.raises(ImportError, match=f"^{package} is not installed; install it with"):
        convert()
