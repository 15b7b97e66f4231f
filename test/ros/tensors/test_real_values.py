# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The floats that the result writer makes of a model's outputs, against numpy."""

import numpy as np
import pytest
from hbm_runtime_ros.msg import InferenceResult, Tensor
from rclpy.serialization import deserialize_message

from hbm_runtime_core.four_bit import pack_four_bit
from hbm_runtime_ros import _wire

CODES = {"i": Tensor.DTYPE_INT, "u": Tensor.DTYPE_UINT, "f": Tensor.DTYPE_FLOAT, "b": Tensor.DTYPE_BOOL}
REAL = {16: np.float16, 32: np.float32}


def written(array, bits, scale=(), zero_point=(), axis=-1, four_bit=None):
    """The tensor that a result carries for `array`; `four_bit` is the length of its last axis, for packed elements."""
    kind = _wire.TensorType(
        name="scores",
        dtype_code=CODES[array.dtype.kind] if four_bit is None else CODES[four_bit[1]],
        dtype_bits=array.itemsize * 8 if four_bit is None else 4,
        packed_length=0 if four_bit is None else four_bit[0],
        quant_type=Tensor.QUANT_SCALE if len(scale) else Tensor.QUANT_NONE,
        quant_scale=list(scale),
        quant_zero_point=list(zero_point),
        quant_axis=axis,
    )
    writer = _wire.ResultWriter("m", [kind], [bits])
    payload = writer.write(header=_wire.FrameHeader(0, 0, ""), sequence=0, transforms=[], timing=(0,) * 7, outputs=[array])
    return deserialize_message(bytes(payload), InferenceResult).outputs[0]


def real_values(array, bits, **quantization):
    tensor = written(array, bits, **quantization)
    assert (tensor.dtype_code, tensor.dtype_bits, tensor.quant_type) == (Tensor.DTYPE_FLOAT, bits, Tensor.QUANT_NONE)
    assert (len(tensor.quant_scale), len(tensor.quant_zero_point), tensor.quant_axis) == (0, 0, -1)
    return np.frombuffer(tensor.data, REAL[bits]).reshape(tuple(tensor.shape))


def expected(array, bits, scale, zero_point, axis):
    wide = np.float32 if array.itemsize <= 2 else np.float64
    along = [1] * array.ndim
    if axis >= 0:
        along[axis] = -1
    real = (array.astype(wide) - np.array(zero_point, wide).reshape(along)) * np.array(scale, np.float32).reshape(along)
    with np.errstate(over="ignore"):
        return real.astype(np.float32).astype(REAL[bits])


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
@pytest.mark.parametrize("axis", [-1, 0, 1, 2, 3])
def test_integers_become_what_numpy_makes_of_them_bit_for_bit(dtype, bits, axis):
    random = np.random.default_rng(1)
    limits = np.iinfo(dtype)
    array = random.integers(limits.min, limits.max, (3, 5, 2, 600), dtype=dtype, endpoint=True)
    channels = array.shape[axis] if axis >= 0 else 1
    scale = random.uniform(1e-3, 2.0, channels).astype(np.float32)
    zero_point = random.integers(-100, 100, channels)
    for cut in (array, array[..., :7], array[:, ::-1, :, ::3], array.transpose(0, 2, 1, 3)):
        length = cut.shape[axis] if axis >= 0 else 1
        values = (np.resize(scale, length), np.resize(zero_point, length))
        got = real_values(cut, bits, scale=values[0], zero_point=values[1], axis=axis)
        assert got.tobytes() == expected(cut, bits, *values, axis).tobytes()


def test_zero_points_may_be_left_out():
    assert real_values(np.array([4, -2], np.int8), 32, scale=[0.5]).tolist() == [2, -1]


def test_every_float16_becomes_its_float32_and_back():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    floats = real_values(halves, 32)
    np.testing.assert_array_equal(floats, halves.astype(np.float32))
    back = real_values(floats, 16)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(halves))
    known = ~np.isnan(halves)
    assert back[known].tobytes() == halves[known].tobytes()


def test_float32_is_rounded_to_float16_as_numpy_does():
    random = np.random.default_rng(2)
    floats = np.concatenate([
        random.integers(0, 2**32, 200_000, dtype=np.uint32).view(np.float32),
        # Every float16 and the middle between it and the next, where a tie goes to the even one; and just beside.
        *(np.arange(0, 0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32) * factor for factor in (1, -1)),
        (np.arange(0, 0x7BFF, dtype=np.uint16).view(np.float16).astype(np.float64) / 2
         + np.arange(1, 0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64) / 2).astype(np.float32),
        np.array([65504, 65519.996, 65520, 1e9, -1e9, np.inf, -np.inf, 0.0, -0.0, 2**-25, 2**-24, 5e-8], np.float32),
    ])  # fmt: skip
    with np.errstate(invalid="ignore"):
        floats = np.concatenate([floats, np.nextafter(floats, np.float32(np.inf)), np.nextafter(floats, np.float32(0))])
    with np.errstate(over="ignore", under="ignore"):
        halves = floats.astype(np.float16)
    got = real_values(floats, 16)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(floats))
    known = ~np.isnan(floats)
    assert got[known].tobytes() == halves[known].tobytes()


def test_float64_becomes_float32():
    array = np.array([[1e300, -1e-300], [np.nan, 1 / 3]])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(real_values(array, 32), array.astype(np.float32))


@pytest.mark.parametrize("length", [1, 2, 5, 8, 1025])
@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize(("letter", "low"), [("i", -8), ("u", 0)])
def test_4_bit_elements_are_unpacked(length, bits, axis, letter, low):
    random = np.random.default_rng(length)
    numbers = random.integers(low, low + 16, (3, length)).astype(letter + "1")
    channels = (3, length)[axis] if axis >= 0 else 1
    scale, zero_point = random.uniform(0.1, 1, channels).astype(np.float32), random.integers(-3, 3, channels)
    padded = np.full((3, (length + 1) // 2 + 3), 0xFF, np.uint8)
    padded[:, :-3] = pack_four_bit(numbers)
    got = real_values(padded[:, :-3], bits, scale=scale, zero_point=zero_point, axis=axis, four_bit=(length, letter))
    assert got.tobytes() == expected(numbers, bits, scale, zero_point, axis).tobytes()


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1, 1, 1)])
def test_tensors_of_no_axis_and_of_no_elements_are_converted(shape):
    array = np.full(shape, 6, np.int8)
    np.testing.assert_array_equal(real_values(array, 32, scale=[0.5]), np.full(shape, 3, np.float32))


def test_the_shapes_of_each_result_are_free_within_the_quantisation():
    with pytest.raises(ValueError, match="output 'scores': expected 1 scale, or 3 for axis 1, got 2"):
        written(np.zeros((4, 3), np.int8), 32, scale=[1, 2], axis=1)
    with pytest.raises(ValueError, match="expected one of 1 axes for 2 scales, got axis 1"):
        written(np.zeros(4, np.int8), 32, scale=[1, 2], axis=1)
    with pytest.raises(ValueError, match="expected 2 zero points, as many as scales, or none, got 1"):
        written(np.zeros(2, np.int8), 32, scale=[1, 2], zero_point=[1], axis=0)


def test_other_floats_than_16_and_32_bits_are_refused():
    with pytest.raises(ValueError, match="output 'scores': expected real_bits 0, 16 or 32, got 64"):
        written(np.zeros(2, np.int8), 64)
    with pytest.raises(ValueError, match="expected real_bits for 0 outputs, got 1"):
        _wire.ResultWriter("m", [], [32])
