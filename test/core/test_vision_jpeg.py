# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""JPEG into model inputs, against OpenCV's decoder."""

import cv2
import numpy as np
import pytest
from pictures import GUARD, bgr_of, guarded_planes, nv12_model, preparation_of, smooth_bgr, tensor_model

WIDTH, HEIGHT = 96, 64
SAMPLINGS = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    "4:4:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    "4:1:1": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
}


# What neighbours that share their colour may lose against a decoder that interpolates it.
TOLERANCES = {"4:2:0": 2.5, "4:2:2": 2.5, "4:4:4": 2.5, "4:4:0": 2.5, "4:1:1": 4.0}


def jpeg_of(picture, sampling="4:2:0", *more):
    options = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[sampling], *more]
    return cv2.imencode(".jpg", picture, options)[1].tobytes()


@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (301, 203)])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_jpeg_becomes_the_picture_that_opencv_decodes(tmp_path, sampling, size, progressive):
    file = jpeg_of(smooth_bgr(*size), sampling, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    decoded = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    expected = cv2.resize(decoded, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    into, _ = guarded_planes(WIDTH, HEIGHT)
    transform = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), resize="stretch").prepare_jpeg(file, into)
    assert np.abs(bgr_of(into).astype(int) - expected).mean() < TOLERANCES[sampling]
    assert (transform.src_width, transform.src_height) == size

    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    tensor = preparation_of(tmp_path, tensor_model([1, HEIGHT, WIDTH, 3], "U8"), resize="stretch", color_order="bgr")
    tensor.prepare_jpeg(b"??" + file, {"x": array}, offset=2)
    assert np.abs(array[0].astype(int) - expected).mean() < TOLERANCES[sampling]


def test_a_grey_jpeg_has_no_colour(tmp_path):
    file = cv2.imencode(".jpg", np.full((32, 48), 255, np.uint8))[1].tobytes()
    into, _ = guarded_planes(WIDTH, HEIGHT)
    preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT)).prepare_jpeg(file, into)
    assert (into["data_y"] == 235).all()
    assert (into["data_uv"] == 128).all()


@pytest.mark.parametrize("keep", [0, 1, 2, 20, 300, 0.5, 0.9, -2, -1])
def test_a_jpeg_that_is_cut_off_is_refused_and_nothing_written(tmp_path, keep):
    file = jpeg_of(smooth_bgr(301, 203))
    cut = file[: int(keep * len(file)) if isinstance(keep, float) else keep]
    into, blocks = guarded_planes(WIDTH, HEIGHT)
    with pytest.raises(ValueError, match=rf"^JPEG picture of {len(cut)} bytes: it (is|does)"):
        preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT)).prepare_jpeg(cut, into)
    assert all((block == GUARD).all() for block in blocks)


def test_another_format_is_refused_as_such(tmp_path):
    file = cv2.imencode(".png", smooth_bgr(20, 20))[1].tobytes()
    into, _ = guarded_planes(WIDTH, HEIGHT)
    with pytest.raises(ValueError, match="it does not begin as a JPEG .*is the format really jpeg"):
        preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT)).prepare_jpeg(file, into)
