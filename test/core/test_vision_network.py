# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The colors that a network sees are those of the picture, with what the model file states and without."""

import warnings

import cv2
import numpy as np
import pytest
from packer_networks import scaled_network
from pictures import encode, guarded_planes, nv12_model, preparation_of, smooth_bgr, tensor_model

from hbm_runtime_core import HB_HBMRuntime, vision
from hbm_runtime_core.cli.main import main


@pytest.fixture(scope="module", params=["limited", "full"])
def network(request, tmp_path_factory):
    """What it sees of 64×96, as floats of 0 to 255 in red, green, blue."""
    folder = tmp_path_factory.mktemp("network")
    path = scaled_network(folder / "net.xml", shape=(1, 3, 64, 96), factor=1.0)
    file = folder / "net.hbm"
    assert main(["pack", str(path), "--nv12", "--color-range", request.param, "-o", str(file)]) == 0
    runtime = HB_HBMRuntime(str(file))
    return runtime, runtime.model_names[0], request.param


@pytest.mark.parametrize("encoding", ["nv12", "rgb8", "bgra8", "uyvy", "mono8", "jpeg"])
def test_a_network_on_nv12_sees_the_picture(network, encoding):
    runtime, model, _ = network
    bgr = smooth_bgr(96, 64)
    request = runtime.create_request(model)
    preparation = vision.for_model(runtime, model, resize="none")
    if encoding == "jpeg":
        file = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 98])[1]
        preparation.prepare_jpeg(file, request.inputs)
    else:
        data = encode(bgr, encoding)
        preparation.prepare(data, 96, 64, data.shape[1], encoding, request.inputs)
    (seen,) = request.run().values()
    expected = bgr[:, :, ::-1]
    if encoding == "mono8":
        expected = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)[:, :, None].repeat(3, axis=2)
    difference = np.abs(np.clip(seen[0].transpose(1, 2, 0), 0, 255) - expected)
    assert difference.mean() < 2.5
    # Luma keeps its resolution: brightness is right in each single pixel.
    assert np.abs(difference @ [0.299, 0.587, 0.114]).mean() < 2.0


def test_a_range_that_contradicts_the_file_is_used_with_a_warning(network):
    runtime, model, stated = network
    other = {"limited": "full", "full": "limited"}[stated]
    white = np.full((64, 96, 3), 255, np.uint8)
    inputs = runtime.create_request(model).inputs
    for given, expected in ((None, stated), (stated, stated), (other, other)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            preparation = vision.for_model(runtime, model, resize="none", model_range=given)
        assert [str(warning.message) for warning in caught] == (
            [f"model '{model}': its file states the color range {stated}, used is {other}, the value of `model_range`"]
            if given == other
            else []
        )
        preparation.prepare(white, 96, 64, 96 * 3, "bgr8", inputs)
        assert set(inputs[preparation.input_names[0]].ravel()) == {235 if expected == "limited" else 255}


def test_a_file_that_states_no_range_gets_the_limited_one(tmp_path):
    preparation = preparation_of(tmp_path, nv12_model(96, 64))
    into, _ = guarded_planes(96, 64)
    preparation.prepare(np.full((64, 96, 3), 255, np.uint8), 96, 64, 96 * 3, "bgr8", into)
    assert (into["data_y"] == 235).all()


def test_borders_have_the_brightness_that_networks_are_trained_with(tmp_path):
    array = np.zeros((1, 64, 96, 3), np.uint8)
    preparation = preparation_of(tmp_path, tensor_model([1, 64, 96, 3], "U8"))
    preparation.prepare(np.full((64, 64), 255, np.uint8), 64, 64, 64, "mono8", {"x": array})
    assert (array[:, :, :16] == 114).all()
    assert (array[:, :, 80:] == 114).all()
    assert vision.PAD_VALUE == 114


def test_std_divides_where_scale_multiplies(tmp_path):
    tensors = []
    for name, factors in (("scale", {"scale": (0.5, 0.25, 0.125)}), ("std", {"std": (2, 4, 8)})):
        (tmp_path / name).mkdir()
        preparation = preparation_of(tmp_path / name, tensor_model([1, 2, 2, 3]), mean=(1, 2, 3), **factors)
        array = np.zeros((1, 2, 2, 3), np.float32)
        preparation.prepare(bytes(range(12)), 2, 2, 6, "rgb8", {"x": array})
        tensors.append(array)
    np.testing.assert_array_equal(tensors[0], tensors[1])
    assert tensors[1][0, 1, 1].tolist() == [(9 - 1) / 2, (10 - 2) / 4, (11 - 3) / 8]


def test_the_old_name_of_the_color_order_still_works(tmp_path):
    with pytest.warns(DeprecationWarning, match="'color' is deprecated; rename it to 'color_order'"):
        preparation = preparation_of(tmp_path, tensor_model([1, 2, 2, 3], "U8"), color="bgr")
    array = np.zeros((1, 2, 2, 3), np.uint8)
    preparation.prepare(bytes([1, 2, 3] * 4), 2, 2, 6, "bgr8", {"x": array})
    assert array[0, 0, 0].tolist() == [1, 2, 3]
