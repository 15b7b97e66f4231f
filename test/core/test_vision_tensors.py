# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a pixel becomes in a tensor: mean, scale, order, quantisation, types."""

import numpy as np
import pytest
from pictures import encode, guarded, noise, preparation_of, prepare, smooth_bgr, tensor_model

WIDTH, HEIGHT = 96, 64


@pytest.mark.parametrize("color", ["rgb", "bgr"])
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_a_float_tensor_gets_mean_scale_and_color_order(tmp_path, layout, color):
    bgr = smooth_bgr(WIDTH, HEIGHT)
    mean, scale = (1.0, 2.0, 3.0), (0.5, 0.25, 0.125)
    shape = [1, 3, HEIGHT, WIDTH] if layout == "nchw" else [1, HEIGHT, WIDTH, 3]
    into = {"x": np.zeros(shape, np.float32)}
    preparation = preparation_of(tmp_path, tensor_model(shape), resize="none", color_order=color, mean=mean, scale=scale)
    prepare(preparation, encode(bgr, "bgr8"), WIDTH, HEIGHT, "bgr8", into)
    expected = ((bgr if color == "bgr" else bgr[:, :, ::-1]) - np.array(mean)) * np.array(scale)
    np.testing.assert_allclose(into["x"][0], expected.transpose((2, 0, 1) if layout == "nchw" else (0, 1, 2)), rtol=1e-6)


def test_the_border_gets_mean_and_scale_too(tmp_path):
    array, _ = guarded((1, 3, HEIGHT, WIDTH), np.float32)
    preparation = preparation_of(
        tmp_path, tensor_model([1, 3, HEIGHT, WIDTH]), pad_rgb=(10, 20, 30), mean=(1, 2, 3), scale=(2, 3, 4)
    )
    prepare(preparation, np.zeros((64, 64), np.uint8), 64, 64, "mono8", {"x": array})
    np.testing.assert_allclose(array[0, :, 5, 3], [18, 54, 108])
    np.testing.assert_allclose(array[0, :, 5, 48], [-2, -6, -12])


@pytest.mark.parametrize("dtype", ["U8", "S8", "U16", "S16", "S32"])
def test_a_quantised_tensor_gets_rounded_and_saturated_values(tmp_path, dtype):
    numpy_dtype = np.dtype({"U": "u", "S": "i"}[dtype[0]] + str(int(dtype[1:]) // 8))
    shape = [1, 1, HEIGHT, WIDTH]
    into = {"x": np.zeros(shape, numpy_dtype)}
    model = tensor_model(shape, dtype, quantization={"scale": 0.02, "zero_point": 3})
    grey = noise(HEIGHT, WIDTH)
    prepare(preparation_of(tmp_path, model, resize="none", scale=[1 / 64]), grey, WIDTH, HEIGHT, "mono8", into)
    limits = np.iinfo(numpy_dtype)
    expected = np.clip(np.rint(grey / 64 / np.float32(0.02)) + 3, limits.min, limits.max)
    np.testing.assert_array_equal(into["x"][0, 0], expected)


def test_channels_may_be_quantised_apart(tmp_path):
    shape = [1, 3, HEIGHT, WIDTH]
    quantization = {"scale": [1.0, 2.0, 0.5], "zero_point": [0, 1, -128], "axis": 1}
    into = {"x": np.zeros(shape, np.int8)}
    bgr = noise(HEIGHT, WIDTH, 3)
    preparation = preparation_of(
        tmp_path, tensor_model(shape, "S8", quantization=quantization), resize="none", color_order="bgr", scale=[0.25]
    )
    prepare(preparation, encode(bgr, "bgr8"), WIDTH, HEIGHT, "bgr8", into)
    expected = np.clip(np.rint(bgr / 4 / np.array([1, 2, 0.5])) + np.array([0, 1, -128]), -128, 127)
    np.testing.assert_array_equal(into["x"][0].transpose(1, 2, 0), expected)


def test_half_floats_are_rounded_as_numpy_does(tmp_path):
    shape = [1, HEIGHT, WIDTH, 3]
    into = {"x": np.zeros(shape, np.float16)}
    picture = np.arange(HEIGHT * WIDTH * 3, dtype=np.uint8).reshape(HEIGHT, WIDTH * 3)
    scale = (1 / 3, 1e-6, 1000.0)
    preparation = preparation_of(tmp_path, tensor_model(shape, "F16"), resize="none", color_order="bgr", scale=scale)
    prepare(preparation, picture, WIDTH, HEIGHT, "bgr8", into)
    with np.errstate(over="ignore"):
        expected = (picture.reshape(HEIGHT, WIDTH, 3) * np.float32(scale)).astype(np.float16)
    np.testing.assert_array_equal(into["x"][0], expected)


@pytest.mark.parametrize("option", ["mean", "scale"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(tmp_path, option, value):
    with pytest.raises(ValueError, match="expected finite numbers, got mean"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), **{option: [value]})
