# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures into model inputs, against OpenCV and against arithmetic."""

import cv2
import numpy as np
import pytest
from cli_models import model_file
from hypothesis import given, settings
from hypothesis import strategies as st

from hbm_runtime_core import HB_HBMRuntime, vision

WIDTH, HEIGHT = 96, 64
GUARD = 0xA5


def nv12_model(width, height):
    return {
        "name": "m",
        "inputs": [{"name": "data", "nv12": {"width": width, "height": height}}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1], "fill": {"kind": "zeros"}}],
    }


def tensor_model(shape, dtype="F32", **more):
    return {
        "name": "m",
        "inputs": [{"name": "x", "dtype": dtype, "shape": shape, **more}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1], "fill": {"kind": "zeros"}}],
    }


@pytest.fixture
def preparation_for(tmp_path):
    def make(model, **options):
        return vision.for_model(HB_HBMRuntime(model_file(tmp_path, model)), "m", **options)

    return make


def guarded(shape, dtype=np.uint8, pad=16):
    """An array with padded rows inside a guarded block, and the block."""
    item = np.dtype(dtype).itemsize
    row = int(np.prod(shape[2:])) * item + pad
    block = np.full(shape[1] * row + 2 * pad, GUARD, np.uint8)
    inner = int(np.prod(shape[3:])) * item
    array = np.ndarray(shape, dtype, block, offset=pad, strides=(shape[1] * row, row, inner, item))
    return array, block


def planes(width=WIDTH, height=HEIGHT):
    y, y_block = guarded((1, height, width, 1))
    uv, uv_block = guarded((1, height // 2, width // 2, 2))
    return {"data_y": y, "data_uv": uv}, (y_block, uv_block)


def smooth_bgr(width, height, seed=0):
    """A picture without fine detail, so that every resampler agrees about it."""
    small = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def nv12_of(bgr):
    height, width = bgr.shape[:2]
    i420 = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).reshape(-1)
    luma = width * height
    chroma = i420[luma:].reshape(2, -1).T.reshape(height // 2, width)
    return np.concatenate([i420[:luma].reshape(height, width), chroma])


def bgr_of(arrays):
    y, uv = arrays["data_y"][0, :, :, 0], arrays["data_uv"][0]
    return cv2.cvtColorTwoPlane(np.ascontiguousarray(y), np.ascontiguousarray(uv), cv2.COLOR_YUV2BGR_NV12)


def encode(bgr, encoding):
    if encoding in ("nv12", "nv21"):
        picture = nv12_of(bgr)
        if encoding == "nv21":
            chroma = picture[bgr.shape[0] :].reshape(-1, 2)
            picture = np.concatenate([picture[: bgr.shape[0]], chroma[:, ::-1].reshape(-1, bgr.shape[1])])
        return picture
    if encoding == "nv24":
        quarter = nv12_of(bgr)
        height, width = bgr.shape[:2]
        chroma = quarter[height:].reshape(height // 2, width // 2, 2).repeat(2, axis=0).repeat(2, axis=1)
        return np.concatenate([quarter[:height], chroma.reshape(2 * height, width)])
    if encoding in ("uyvy", "yuv422", "yuyv", "yuv422_yuy2"):
        yuv = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420)
        height, width = bgr.shape[:2]
        y = yuv[:height]
        chroma = [np.repeat(part.reshape(height // 2, width // 2), 2, axis=0) for part in np.split(yuv[height:], 2)]
        packed = np.empty((height, width // 2, 4), np.uint8)
        order = (1, 3, 0, 2) if encoding in ("uyvy", "yuv422") else (0, 2, 1, 3)
        for index, part in zip(order, (y[:, 0::2], y[:, 1::2], *chroma)):
            packed[:, :, index] = part
        return packed.reshape(height, width * 2)
    conversion = {
        "bgr8": None,
        "8UC3": None,
        "rgb8": cv2.COLOR_BGR2RGB,
        "bgra8": cv2.COLOR_BGR2BGRA,
        "rgba8": cv2.COLOR_BGR2RGBA,
        "mono8": cv2.COLOR_BGR2GRAY,
        "8UC1": cv2.COLOR_BGR2GRAY,
        "8UC4": cv2.COLOR_BGR2BGRA,
    }[encoding]
    picture = bgr if conversion is None else cv2.cvtColor(bgr, conversion)
    return picture.reshape(bgr.shape[0], -1)


def prepare(preparation, picture, width, height, encoding, into, pad=0):
    if encoding == "nv24" and pad:
        # A row of chroma takes two steps.
        luma, chroma = picture[:height], picture[height:].reshape(height, 2 * width)
        luma = np.pad(luma, ((0, 0), (0, pad)), constant_values=GUARD)
        chroma = np.pad(chroma, ((0, 0), (0, 2 * pad)), constant_values=GUARD)
        picture, pad = np.concatenate([luma, chroma.reshape(2 * height, width + pad)]), 0
    padded = np.pad(picture, ((0, 0), (0, pad)), constant_values=GUARD)
    return preparation.prepare(padded, width, height, padded.shape[1], encoding, into)


@pytest.mark.parametrize("pad", [0, 32])
@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_every_encoding_gives_the_same_picture(preparation_for, encoding, pad):
    bgr = smooth_bgr(WIDTH, HEIGHT)
    into, blocks = planes()
    prepare(preparation_for(nv12_model(WIDTH, HEIGHT)), encode(bgr, encoding), WIDTH, HEIGHT, encoding, into, pad)
    expected = bgr
    if encoding in ("mono8", "8UC1"):
        expected = cv2.cvtColor(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    difference = np.abs(bgr_of(into).astype(int) - expected)
    assert np.mean(difference) < 6, "chroma is shared by four pixels, no more than that may differ"
    for array, block in zip(into.values(), blocks):
        untouched = np.ones(block.shape, bool)
        view = np.lib.stride_tricks.as_strided(untouched[16:], array.shape, array.strides)
        view[...] = False
        assert (block[untouched] == GUARD).all(), "bytes beside the rows were written"


def test_nv12_planes_of_the_models_size_are_copied_byte_for_byte(preparation_for):
    picture = nv12_of(smooth_bgr(WIDTH, HEIGHT))
    into, _ = planes()
    transform = prepare(preparation_for(nv12_model(WIDTH, HEIGHT), resize="none"), picture, WIDTH, HEIGHT, "nv12", into)
    np.testing.assert_array_equal(into["data_y"].reshape(HEIGHT, WIDTH), picture[:HEIGHT])
    np.testing.assert_array_equal(into["data_uv"].reshape(HEIGHT // 2, WIDTH), picture[HEIGHT:])
    assert (transform.scale_x, transform.pad_left, transform.crop_y, transform.mode) == (1.0, 0.0, 0.0, "none")


@pytest.mark.parametrize("encoding", ["nv12", "bgr8"])
def test_letterbox_agrees_with_opencv(preparation_for, encoding):
    bgr = smooth_bgr(320, 120)
    into, _ = planes()
    preparation = preparation_for(nv12_model(WIDTH, HEIGHT), pad_rgb=(114, 114, 114))
    transform = prepare(preparation, encode(bgr, encoding), 320, 120, encoding, into)
    expected = np.full((HEIGHT, WIDTH, 3), 114, np.uint8)
    expected[14:50] = cv2.resize(bgr, (96, 36), interpolation=cv2.INTER_LINEAR)
    assert np.abs(bgr_of(into).astype(int) - expected).mean() < 4
    assert (transform.pad_left, transform.pad_top, transform.scale_x, transform.scale_y) == (0, 14, 0.3, 0.3)


def test_letterbox_top_left_puts_the_border_below(preparation_for):
    into, _ = planes()
    preparation = preparation_for(nv12_model(WIDTH, HEIGHT), resize="letterbox_top_left")
    transform = prepare(preparation, np.full((60, 160), 255, np.uint8), 160, 60, "mono8", into)
    assert transform.pad_top == 0
    assert into["data_y"][0, 0, 0, 0] == 235
    assert into["data_y"][0, -1, 0, 0] == 16


def test_center_crop_takes_the_middle(preparation_for):
    picture = np.zeros((64, 192), np.uint8)
    picture[:, 48:144] = 200
    into, _ = planes()
    transform = prepare(preparation_for(nv12_model(WIDTH, HEIGHT), resize="center_crop"), picture, 192, 64, "mono8", into)
    assert (transform.crop_x, transform.crop_y, transform.scale_x) == (48, 0, 1)
    assert np.ptp(into["data_y"]) == 0


def test_a_region_counts_as_the_whole_picture(preparation_for):
    picture = np.zeros((128, 256), np.uint8)
    picture[32:96, 100:196] = 77
    into, _ = planes()
    preparation = preparation_for(nv12_model(WIDTH, HEIGHT), region=(100, 32, 96, 64))
    transform = prepare(preparation, picture, 256, 128, "mono8", into)
    assert np.ptp(into["data_y"]) == 0
    np.testing.assert_allclose(transform.to_source([[0, 0, WIDTH, HEIGHT]]), [[100, 32, 196, 96]])


def test_a_float_tensor_gets_mean_scale_and_colour_order(preparation_for):
    bgr = smooth_bgr(WIDTH, HEIGHT)
    mean, scale = (1.0, 2.0, 3.0), (0.5, 0.25, 0.125)
    for shape, axes in (([1, 3, HEIGHT, WIDTH], (2, 0, 1)), ([1, HEIGHT, WIDTH, 3], (0, 1, 2))):
        for colour, picture in (("rgb", bgr[:, :, ::-1]), ("bgr", bgr)):
            into = {"x": np.zeros(shape, np.float32)}
            preparation = preparation_for(tensor_model(shape), resize="none", colour=colour, mean=mean, scale=scale)
            prepare(preparation, encode(bgr, "bgr8"), WIDTH, HEIGHT, "bgr8", into)
            expected = ((picture - np.array(mean)) * np.array(scale)).transpose(axes)
            np.testing.assert_allclose(into["x"][0], expected, rtol=1e-6)


def test_a_quantised_tensor_gets_rounded_and_saturated_values(preparation_for):
    shape = [1, 1, HEIGHT, WIDTH]
    into = {"x": np.zeros(shape, np.int8)}
    model = tensor_model(shape, "S8", quantization={"scale": 0.02, "zero_point": 3})
    preparation = preparation_for(model, resize="none", scale=[1 / 64])
    grey = np.arange(WIDTH * HEIGHT, dtype=np.uint8).reshape(HEIGHT, WIDTH)
    prepare(preparation, grey, WIDTH, HEIGHT, "mono8", into)
    # A grey picture goes through the colours' luma, which may be one step off.
    expected = np.clip(np.rint(grey / 64 / 0.02) + 3, -128, 127)
    assert np.abs(into["x"][0, 0] - expected).max() <= 1


def test_half_floats_are_rounded_as_numpy_does(preparation_for):
    shape = [1, HEIGHT, WIDTH, 3]
    into = {"x": np.zeros(shape, np.float16)}
    picture = np.arange(HEIGHT * WIDTH * 3, dtype=np.uint8).reshape(HEIGHT, WIDTH * 3)
    scale = (1 / 3, 1e-6, 1000.0)
    prepare(preparation_for(tensor_model(shape, "F16"), resize="none", colour="bgr", scale=scale), picture, WIDTH, HEIGHT,
            "bgr8", into)  # fmt: skip
    with np.errstate(over="ignore"):
        expected = (picture.reshape(HEIGHT, WIDTH, 3) * np.float32(scale)).astype(np.float16)
    np.testing.assert_array_equal(into["x"][0], expected)


def test_a_height_that_counts_the_chroma_rows_is_understood(preparation_for):
    picture = nv12_of(smooth_bgr(WIDTH, HEIGHT))
    into, _ = planes()
    transform = preparation_for(nv12_model(WIDTH, HEIGHT)).prepare(picture, WIDTH, HEIGHT * 3 // 2, WIDTH, "nv12", into)
    assert transform.src_height == HEIGHT
    np.testing.assert_array_equal(into["data_y"].reshape(HEIGHT, WIDTH), picture[:HEIGHT])


def test_a_step_that_does_not_belong_to_nv12_data_is_put_right(preparation_for):
    picture = nv12_of(smooth_bgr(WIDTH, HEIGHT))
    into, _ = planes()
    preparation_for(nv12_model(WIDTH, HEIGHT)).prepare(picture, WIDTH, HEIGHT, WIDTH * 3 // 2, "nv12", into)
    np.testing.assert_array_equal(into["data_y"].reshape(HEIGHT, WIDTH), picture[:HEIGHT])


@pytest.mark.parametrize(
    ("size", "width", "height", "step", "encoding", "text"),
    [
        (100, 96, 64, 288, "bgr8", "expected 18432 bytes of data, got 100; is the picture cut off"),
        (20000, 96, 64, 288, "bgr8", "got 20000; does the encoding fit"),
        (96 * 96, 96, 64, 200, "bgr8", "expected a step of at least 288 bytes"),
        (0, 0, 64, 0, "bgr8", "expected sides of 1 to 16384 pixels"),
        (0, 96, -1, 288, "bgr8", "expected sides of 1 to 16384 pixels"),
        (95 * 63 * 3 // 2, 95, 63, 95, "nv12", "both sides must be even"),
        (95 * 64 * 2, 95, 64, 190, "uyvy", "the width must be even"),
        (100, 96, 64, 96, "bayer_rggb16", "encoding 'bayer_rggb16' is unknown; known are nv12"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused_with_the_numbers(
    preparation_for, size, width, height, step, encoding, text
):
    into, blocks = planes()
    with pytest.raises(ValueError) as caught:
        preparation_for(nv12_model(WIDTH, HEIGHT)).prepare(bytes(size), width, height, step, encoding, into)
    assert text in str(caught.value)
    assert isinstance(caught.value, RuntimeError)
    assert all((block == GUARD).all() for block in blocks)


def test_a_model_without_a_picture_input_says_what_was_looked_for(preparation_for):
    with pytest.raises(ValueError, match=r"model 'm': expected one picture input .* got 'x' \[1, 10\]"):
        preparation_for(tensor_model([1, 10]))


def test_a_picture_of_another_size_is_refused_where_nothing_may_be_resized(preparation_for):
    into, _ = planes()
    with pytest.raises(ValueError, match="the picture is 48x32, the model takes 96x64"):
        prepare(preparation_for(nv12_model(WIDTH, HEIGHT), resize="none"), np.zeros((32, 48), np.uint8), 48, 32, "mono8",
                into)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(2, 400),
    height=st.integers(2, 400),
    mode=st.sampled_from(["stretch", "letterbox", "letterbox_top_left", "center_crop"]),
)
def test_points_come_back_from_model_to_source(tmp_path_factory, width, height, mode):
    path = model_file(tmp_path_factory.mktemp("model"), nv12_model(WIDTH, HEIGHT))
    preparation = vision.for_model(HB_HBMRuntime(path), "m", resize=mode)
    into, _ = planes()
    transform = prepare(preparation, np.zeros((height, width), np.uint8), width, height, "mono8", into)
    points = np.array([[0.0, 0.0], [width, height], [width / 3, height / 7]])
    np.testing.assert_allclose(transform.to_source(transform.to_model(points)), points, atol=1e-9)
    corners = transform.to_source([[0, 0, WIDTH, HEIGHT]])[0]
    if mode in ("stretch", "center_crop"):
        assert corners.min() >= 0
        assert corners[2] <= width + 1e-9
        assert corners[3] <= height + 1e-9
    else:
        assert corners[0] <= 0 <= width <= corners[2] + 1e-9


def test_points_of_another_form_are_refused(preparation_for):
    into, _ = planes()
    transform = prepare(preparation_for(nv12_model(WIDTH, HEIGHT)), np.zeros((32, 48), np.uint8), 48, 32, "mono8", into)
    with pytest.raises(ValueError, match="got a last dimension of 3"):
        transform.to_source([[1, 2, 3]])
