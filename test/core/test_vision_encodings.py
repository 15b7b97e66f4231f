# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every encoding of pictures, into NV12 planes and into tensors, in every mode."""

import cv2
import numpy as np
import pytest
from pictures import (
    GUARD,
    bgr_of,
    encode,
    guarded,
    guarded_planes,
    nv12_model,
    nv12_of,
    preparation_of,
    prepare,
    smooth_bgr,
    tensor_model,
)

from hbm_runtime_core import vision

WIDTH, HEIGHT = 96, 64
GREY_ENCODINGS = ("mono8", "8UC1")


def seen_as(bgr, encoding):
    """What of a picture's colours is left in an encoding."""
    return cv2.cvtColor(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR) if encoding in GREY_ENCODINGS else bgr


def expect_guards(array, block):
    untouched = np.ones(block.shape, bool)
    np.lib.stride_tricks.as_strided(untouched[16:], array.shape + (array.itemsize,), array.strides + (1,))[...] = False
    assert (block[untouched] == GUARD).all(), "bytes beside the rows were written"


@pytest.mark.parametrize("pad", [0, 32])
@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_every_encoding_gives_the_same_nv12_picture(tmp_path, encoding, pad):
    bgr = smooth_bgr(WIDTH, HEIGHT)
    into, blocks = guarded_planes(WIDTH, HEIGHT)
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT))
    prepare(preparation, encode(bgr, encoding), WIDTH, HEIGHT, encoding, into, pad)
    difference = np.abs(bgr_of(into).astype(int) - seen_as(bgr, encoding))
    assert np.mean(difference) < 2.5, "chroma is shared by four pixels, no more than that may differ"
    for array, block in zip(into.values(), blocks):
        expect_guards(array, block)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_every_encoding_gives_the_same_colours_in_a_tensor(tmp_path, encoding, layout):
    bgr = smooth_bgr(WIDTH, HEIGHT)
    shape = (1, 3, HEIGHT, WIDTH) if layout == "nchw" else (1, HEIGHT, WIDTH, 3)
    array, block = guarded(shape, np.float32)
    preparation = preparation_of(tmp_path, tensor_model(list(shape)), color_order="bgr", resize="none")
    prepare(preparation, encode(bgr, encoding), WIDTH, HEIGHT, encoding, {"x": array}, pad=5)
    got = array[0].transpose(1, 2, 0) if layout == "nchw" else array[0]
    assert np.abs(got - seen_as(bgr, encoding)).mean() < 2.5
    expect_guards(array, block)


@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_every_encoding_gives_the_same_grey_tensor(tmp_path, encoding):
    bgr = smooth_bgr(WIDTH, HEIGHT)
    array, block = guarded((1, 1, HEIGHT, WIDTH), np.uint8)
    preparation = preparation_of(tmp_path, tensor_model([1, 1, HEIGHT, WIDTH], "U8"), resize="none")
    prepare(preparation, encode(bgr, encoding), WIDTH, HEIGHT, encoding, {"x": array})
    assert np.abs(array[0, 0].astype(int) - cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)).max() <= 3
    expect_guards(array, block)


@pytest.mark.parametrize("resize", ["stretch", "letterbox", "letterbox_top_left", "center_crop"])
@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_every_encoding_agrees_with_bgr8_in_every_mode(tmp_path, encoding, resize):
    """Modes themselves are compared with OpenCV in test_vision_sampling.py."""
    bgr = smooth_bgr(150, 70)
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), resize=resize, pad_rgb=(10, 200, 90))
    expected, _ = guarded_planes(WIDTH, HEIGHT)
    wanted = prepare(preparation, seen_as(bgr, encoding).reshape(70, -1), 150, 70, "bgr8", expected)
    into, _ = guarded_planes(WIDTH, HEIGHT)
    assert prepare(preparation, encode(bgr, encoding), 150, 70, encoding, into, pad=2) == wanted
    assert np.abs(bgr_of(into).astype(int) - bgr_of(expected)).mean() < 2.5


def test_nv12_planes_of_the_models_size_are_copied_byte_for_byte(tmp_path):
    picture = nv12_of(smooth_bgr(WIDTH, HEIGHT))
    into, _ = guarded_planes(WIDTH, HEIGHT)
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), resize="none")
    transform = prepare(preparation, picture, WIDTH, HEIGHT, "nv12", into)
    np.testing.assert_array_equal(into["data_y"].reshape(HEIGHT, WIDTH), picture[:HEIGHT])
    np.testing.assert_array_equal(into["data_uv"].reshape(HEIGHT // 2, WIDTH), picture[HEIGHT:])
    assert (transform.scale_x, transform.pad_left, transform.crop_y, transform.mode) == (1.0, 0.0, 0.0, "none")


def test_nv12_in_a_tensor_has_the_colours_that_opencv_gives_it(tmp_path):
    picture = nv12_of(smooth_bgr(WIDTH, HEIGHT))
    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    preparation = preparation_of(tmp_path, tensor_model([1, HEIGHT, WIDTH, 3], "U8"), resize="none", color_order="bgr")
    prepare(preparation, picture, WIDTH, HEIGHT, "nv12", {"x": array})
    assert np.abs(array[0].astype(int) - cv2.cvtColor(picture, cv2.COLOR_YUV2BGR_NV12)).max() <= 3


def test_grey_becomes_luma_of_the_limited_range_without_colour(tmp_path):
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    into, _ = guarded_planes(16, 16)
    prepare(preparation_of(tmp_path, nv12_model(16, 16)), picture, 16, 16, "mono8", into)
    expected = np.arange(256) * 219 / 255 + 16
    assert np.abs(into["data_y"].reshape(-1) - expected).max() < 0.52
    assert (into["data_uv"] == 128).all()


def test_ranges_of_yuv_are_converted_where_picture_and_model_differ(tmp_path):
    limited = nv12_of(smooth_bgr(WIDTH, HEIGHT))
    stretched = (limited.astype(float) - 16) * 255 / 219
    stretched[HEIGHT:] = (limited[HEIGHT:].astype(float) - 128) * 255 / 224 + 128
    full = np.clip(np.rint(stretched), 0, 255).astype(np.uint8)
    for picture, expected, ranges in (
        (limited, full, {"picture_range": "limited", "model_range": "full"}),
        (full, limited, {"picture_range": "full", "model_range": "limited"}),
        (full, full, {"picture_range": "full", "model_range": "full"}),
    ):
        into, _ = guarded_planes(WIDTH, HEIGHT)
        preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), **ranges)
        prepare(preparation, picture, WIDTH, HEIGHT, "nv12", into)
        assert np.abs(into["data_y"].reshape(HEIGHT, WIDTH).astype(int) - expected[:HEIGHT]).max() <= 1
        assert np.abs(into["data_uv"].reshape(HEIGHT // 2, WIDTH).astype(int) - expected[HEIGHT:]).max() <= 1


@pytest.mark.parametrize(("encoding", "counted"), [("nv12", 3 / 2), ("nv21", 3 / 2), ("nv24", 3)])
def test_a_height_that_counts_the_chroma_rows_is_understood(tmp_path, encoding, counted):
    picture = encode(smooth_bgr(WIDTH, HEIGHT), encoding)
    into, _ = guarded_planes(WIDTH, HEIGHT)
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT))
    transform = preparation.prepare(picture, WIDTH, int(HEIGHT * counted), WIDTH, encoding, into)
    assert transform.src_height == HEIGHT
    np.testing.assert_array_equal(into["data_y"].reshape(HEIGHT, WIDTH), picture[:HEIGHT])


def test_a_picture_may_begin_further_back_in_its_data(tmp_path):
    picture = nv12_of(smooth_bgr(WIDTH, HEIGHT)).reshape(-1)
    into, _ = guarded_planes(WIDTH, HEIGHT)
    message = b"header" + picture.tobytes()
    preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT)).prepare(
        memoryview(message), WIDTH, HEIGHT, WIDTH, "nv12", into, offset=6
    )
    np.testing.assert_array_equal(into["data_y"].reshape(-1), picture[: WIDTH * HEIGHT])
