# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Resizing against OpenCV, and the reported transform against where things are found in the model's picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import bgr_of, encode, guarded_planes, noise, nv12_model, preparation_of, prepare, smooth_bgr, tensor_model

MODES = ["stretch", "letterbox", "letterbox_top_left", "center_crop"]
SIZES = [(640, 480), (300, 200), (96, 64), (50, 40), (37, 129), (1, 1), (288, 192)]


@pytest.fixture(scope="module")
def grey_preparation(tmp_path_factory):
    """One model for all tests of this file: 96×64, one byte a pixel."""
    models = {}

    def make(**options):
        folder = models.setdefault("folder", tmp_path_factory.mktemp("grey"))
        return preparation_of(folder, tensor_model([1, 1, 64, 96], "U8"), **options)

    return make


def grey(preparation, picture):
    array = np.zeros((1, 1, 64, 96), np.uint8)
    transform = preparation.prepare(picture, picture.shape[1], picture.shape[0], picture.shape[1], "mono8", {"x": array})
    return array[0, 0].astype(int), transform


@pytest.mark.parametrize("size", SIZES)
def test_bilinear_is_what_opencv_calls_linear(grey_preparation, size):
    picture = noise(size[1], size[0])
    got, _ = grey(grey_preparation(resize="stretch"), picture)
    expected = cv2.resize(picture, (96, 64), interpolation=cv2.INTER_LINEAR)
    assert np.abs(got - expected).max() <= 2, "weights of 8 bits, two roundings"


@pytest.mark.parametrize("size", [size for size in SIZES if size[0] >= 96 and size[1] >= 64])
def test_box_is_what_opencv_calls_area(grey_preparation, size):
    picture = noise(size[1], size[0])
    got, _ = grey(grey_preparation(resize="stretch", interpolation="box"), picture)
    expected = cv2.resize(picture, (96, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(got - expected).max() <= 2


@pytest.mark.parametrize("size", SIZES)
def test_nearest_is_what_opencv_calls_nearest_exact(grey_preparation, size):
    picture = noise(size[1], size[0])
    got, _ = grey(grey_preparation(resize="stretch", interpolation="nearest"), picture)
    expected = cv2.resize(picture, (96, 64), interpolation=cv2.INTER_NEAREST_EXACT)
    # Where a centre falls between two samples either one is right.
    assert (got == expected).mean() > 0.9
    assert np.abs(got - expected).max() == 0 or size[0] % 96 == 0 or size[1] % 64 == 0 or min(size) < 96


@pytest.mark.parametrize("encoding", ["bgr8", "rgba8"])
@pytest.mark.parametrize("size", SIZES)
def test_colours_are_resized_channel_by_channel(tmp_path, size, encoding):
    bgr = noise(size[1], size[0], 3)
    array = np.zeros((1, 64, 96, 3), np.uint8)
    preparation = preparation_of(tmp_path, tensor_model([1, 64, 96, 3], "U8"), resize="stretch", color_order="bgr")
    prepare(preparation, encode(bgr, encoding), *size, encoding, {"x": array})
    expected = cv2.resize(bgr, (96, 64), interpolation=cv2.INTER_LINEAR)
    assert np.abs(array[0].astype(int) - expected).max() <= 2


@pytest.mark.parametrize("encoding", ["nv12", "bgr8", "yuv422"])
def test_letterbox_agrees_with_opencv(tmp_path, encoding):
    bgr = smooth_bgr(320, 120)
    into, _ = guarded_planes(96, 64)
    preparation = preparation_of(tmp_path, nv12_model(96, 64), pad_rgb=(114, 110, 90))
    transform = prepare(preparation, encode(bgr, encoding), 320, 120, encoding, into)
    expected = np.full((64, 96, 3), (90, 110, 114), np.uint8)
    expected[14:50] = cv2.resize(bgr, (96, 36), interpolation=cv2.INTER_LINEAR)
    assert np.abs(bgr_of(into).astype(int) - expected).mean() < 2.5
    assert (transform.pad_left, transform.pad_top, transform.scale_x, transform.scale_y) == (0, 14, 0.3, 0.3)


def test_letterbox_top_left_puts_the_border_below(grey_preparation):
    got, transform = grey(
        grey_preparation(resize="letterbox_top_left", pad_rgb=(0, 0, 0)), np.full((60, 160), 255, np.uint8)
    )
    assert (transform.pad_top, transform.pad_left) == (0, 0)
    assert got[:36].min() == 255
    assert got[36:].max() == 0


def test_center_crop_takes_the_middle(grey_preparation):
    picture = np.zeros((64, 192), np.uint8)
    picture[:, 48:144] = 200
    got, transform = grey(grey_preparation(resize="center_crop"), picture)
    assert (transform.crop_x, transform.crop_y, transform.scale_x) == (48, 0, 1)
    assert (got == 200).all()


@pytest.mark.parametrize("encoding", ["mono8", "nv12", "uyvy", "rgb8"])
def test_a_region_counts_as_the_whole_picture_at_odd_places_too(tmp_path, encoding):
    bgr = np.zeros((128, 256, 3), np.uint8)
    bgr[31:97, 99:197] = 77
    into, _ = guarded_planes(96, 64)
    preparation = preparation_of(tmp_path, nv12_model(96, 64), region=(101, 33, 93, 61), resize="stretch")
    transform = prepare(preparation, encode(bgr, encoding), 256, 128, encoding, into)
    assert np.ptp(into["data_y"]) == 0
    np.testing.assert_allclose(transform.to_source([[0, 0, 96, 64]]), [[101, 33, 194, 94]])


@pytest.mark.parametrize("interpolation", ["bilinear", "box"])
@pytest.mark.parametrize("resize", MODES)
@pytest.mark.parametrize("size", [(301, 203), (64, 180), (40, 30)])
def test_the_transform_tells_where_a_spot_is_found(grey_preparation, size, resize, interpolation):
    width, height = size
    centre = np.array([0.48 * width, 0.52 * height])
    radius = max(2.0, min(size) / 16)
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    spot = 250 * np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2))
    got, transform = grey(
        grey_preparation(resize=resize, interpolation=interpolation, pad_rgb=(0, 0, 0)), np.rint(spot).astype(np.uint8)
    )
    model_x, model_y = np.meshgrid(np.arange(96) + 0.5, np.arange(64) + 0.5)
    found = np.array([(got * model_x).sum(), (got * model_y).sum()]) / got.sum()
    np.testing.assert_allclose(found, transform.to_model(centre), atol=0.1)


@settings(max_examples=60, deadline=None)
@given(width=st.integers(1, 400), height=st.integers(1, 400), mode=st.sampled_from(MODES))
def test_points_come_back_from_model_to_source(grey_preparation, width, height, mode):
    _, transform = grey(grey_preparation(resize=mode), np.zeros((height, width), np.uint8))
    points = np.array([[0.0, 0.0], [width, height], [width / 3, height / 7]])
    np.testing.assert_allclose(transform.to_source(transform.to_model(points)), points, atol=1e-9)
    corners = transform.to_source([[0, 0, 96, 64]])[0]
    if mode in ("stretch", "center_crop"):
        assert corners.min() >= 0
        assert corners[2] <= width + 1e-9
        assert corners[3] <= height + 1e-9
    else:
        assert corners[0] <= 1e-9
        assert width <= corners[2] + 1e-9
    assert (transform.src_width, transform.src_height) == (width, height)


def test_pictures_of_changing_size_and_encoding_do_not_disturb_each_other(tmp_path):
    preparation = preparation_of(tmp_path, nv12_model(96, 64))
    for size, encoding in [((320, 240), "nv12"), ((64, 32), "bgr8"), ((320, 240), "yuyv"), ((320, 240), "nv12")] * 2:
        bgr = smooth_bgr(*size)
        into, _ = guarded_planes(96, 64)
        alone, _ = guarded_planes(96, 64)
        prepare(preparation, encode(bgr, encoding), *size, encoding, into)
        prepare(preparation_of(tmp_path, nv12_model(96, 64)), encode(bgr, encoding), *size, encoding, alone)
        for name in into:
            np.testing.assert_array_equal(into[name], alone[name])
