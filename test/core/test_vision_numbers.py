# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Width, height, step and amount of data of raw pictures that contradict each other: one reading, or none."""

import cv2
import numpy as np
import pytest
from pictures import GUARD, bgr_of, encode, guarded_planes, nv12_model, preparation_of, smooth_bgr, tensor_model

from hbm_runtime_core import HbmValueError, vision

WIDTH, HEIGHT = 160, 120
BGR = smooth_bgr(WIDTH, HEIGHT)
LUMA_ALONE = ("mono8", "8UC1")


@pytest.fixture(scope="module")
def preparation(tmp_path_factory):
    return preparation_of(tmp_path_factory.mktemp("model"), nv12_model(WIDTH, HEIGHT), resize="stretch")


def prepared(preparation, data, height, step, encoding):
    """The model's planes, the height that was found, and what was corrected."""
    into, _ = guarded_planes(WIDTH, HEIGHT)
    transform = preparation.prepare(np.ascontiguousarray(data), WIDTH, height, step, encoding, into)
    return into["data_y"].tobytes() + into["data_uv"].tobytes(), transform.src_height, preparation.last_correction


def packed(encoding):
    return encode(BGR, encoding)


def filled(data, size):
    """The data at the beginning of a buffer of `size` bytes."""
    buffer = np.zeros(size, np.uint8)
    flat = data.reshape(-1)[:size]
    buffer[: flat.size] = flat
    return buffer


@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_a_step_of_zero_or_of_another_format_is_ignored_where_the_data_has_no_padding(preparation, encoding):
    data = packed(encoding)
    expected, _, none = prepared(preparation, data, HEIGHT, data.shape[1], encoding)
    assert none == ""
    for step in {0, 4, WIDTH, WIDTH * 3 // 2, WIDTH * 2, WIDTH * 3, WIDTH * 4} - {data.shape[1]}:
        got, height, correction = prepared(preparation, data, HEIGHT, step, encoding)
        assert (got, height) == (expected, HEIGHT), step
        assert correction.startswith("its step is ignored")
    assert prepared(preparation, data, HEIGHT, data.shape[1], encoding)[2] == "", "of the last picture only"


@pytest.mark.parametrize("encoding", vision.FOREIGN_ENCODINGS)
def test_the_step_of_16_bits_and_mosaics_is_ignored_in_the_same_way(preparation, encoding):
    row = WIDTH * {"mono16": 2, "rgb16": 6, "bgr16": 6, "rgba16": 8, "bgra16": 8}.get(encoding, 1 + encoding.endswith("16"))
    data = np.random.default_rng(0).integers(0, 256, (HEIGHT, row), np.uint8)
    expected, _, none = prepared(preparation, data, HEIGHT, row, encoding)
    assert none == ""
    for step in (0, 4, WIDTH * 3):
        got, _, correction = prepared(preparation, data, HEIGHT, step, encoding)
        assert got == expected
        assert correction.startswith("its step is ignored")
    padded = np.pad(data, ((0, 0), (0, 32)), constant_values=GUARD)
    assert prepared(preparation, padded, HEIGHT, row + 32, encoding)[0] == expected
    with pytest.raises(HbmValueError, match=f"expected {row * HEIGHT} bytes of data"):
        prepared(preparation, data[:-1], HEIGHT, row, encoding)


@pytest.mark.parametrize("page", [4096, 65536])
@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_a_buffer_that_is_rounded_up_to_pages_is_read(preparation, encoding, page):
    data = packed(encoding)
    size = -(-data.size // page) * page
    expected, _, _ = prepared(preparation, data, HEIGHT, data.shape[1], encoding)
    got, height, correction = prepared(preparation, filled(data, size), HEIGHT, data.shape[1], encoding)
    assert (got, height) == (expected, HEIGHT)
    assert ("pages" in correction) == (size != data.size)
    with pytest.raises(HbmValueError, match=f"expected {data.size} bytes of data"):
        prepared(preparation, filled(data, size + 8), HEIGHT, data.shape[1], encoding)


@pytest.mark.parametrize(("encoding", "counted"), [("nv12", 180), ("nv21", 180), ("nv24", 360)])
def test_a_height_that_counts_the_chroma_rows_is_reported_as_a_correction(preparation, encoding, counted):
    data = packed(encoding)
    expected, _, _ = prepared(preparation, data, HEIGHT, WIDTH, encoding)
    for step in (WIDTH, 0):
        got, height, correction = prepared(preparation, data, counted, step, encoding)
        assert (got, height) == (expected, HEIGHT)
        assert correction == "its height counts the rows of chroma too"


@pytest.mark.parametrize(
    ("encoding", "size", "step", "words"),
    [
        ("nv12", WIDTH * HEIGHT * 2, WIDTH * 2, ["expected 28800 bytes", "got 38400", "160x80 in rows of 320 bytes"]),
        ("nv21", WIDTH * HEIGHT * 2, WIDTH * 2, ["expected 28800 bytes", "got 38400", "160x80 in rows of 320 bytes"]),
        ("nv24", WIDTH * HEIGHT * 2, WIDTH * 2, ["expected 57600 bytes", "got 38400", "160x40 in rows of 320 bytes"]),
        ("nv12", WIDTH * HEIGHT * 3, WIDTH * 3, ["expected 28800 bytes", "got 57600", "160x80 in rows of 480 bytes"]),
        ("nv12", WIDTH * HEIGHT * 3, WIDTH * 2, ["nv12 with 160 bytes of padding", "nv24 without padding"]),
        ("yuv422", WIDTH * HEIGHT * 3, WIDTH * 3, ["yuv422 with 160 bytes of padding", "bgr8 without padding"]),
        ("yuyv", WIDTH * HEIGHT * 4, WIDTH * 4, ["yuyv with 320 bytes of padding", "bgra8 without padding"]),
        ("mono8", WIDTH * HEIGHT * 3, WIDTH * 3, ["mono8 with 320 bytes of padding", "bgr8 without padding"]),
        ("mono8", WIDTH * HEIGHT * 2, WIDTH * 2, ["mono8 with 160 bytes of padding", "uyvy without padding"]),
        ("bgr8", WIDTH * HEIGHT * 4, WIDTH * 4, ["bgr8 with 160 bytes of padding", "bgra8 without padding"]),
        ("bgr8", WIDTH * HEIGHT * 6, WIDTH * 6, ["bgr8 with 480 bytes of padding", "rgb16 without padding"]),
        ("bayer_rggb8", WIDTH * HEIGHT * 2, WIDTH * 2, ["bayer_rggb8 with 160 bytes of padding", "uyvy without padding"]),
    ],
)
def test_of_two_readings_neither_is_chosen_and_both_are_named(preparation, encoding, size, step, words):
    with pytest.raises(HbmValueError) as refused:
        prepared(preparation, np.zeros(size, np.uint8), HEIGHT, step, encoding)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("alignment", [16, 32, 64, 128, 256])
@pytest.mark.parametrize("encoding", vision.ENCODINGS)
def test_rows_that_hardware_pads_are_taken_as_they_stand(tmp_path, encoding, alignment):
    width, height = 156, 48
    rows = encode(smooth_bgr(width, height), encoding)
    step = -(-rows.shape[1] // alignment) * alignment
    if encoding == "nv24":
        luma, chroma = rows[:height], rows[height:].reshape(height, -1)
        padded = np.concatenate([np.pad(luma, ((0, 0), (0, step - width))).ravel(),
                                 np.pad(chroma, ((0, 0), (0, 2 * (step - width)))).ravel()])  # fmt: skip
    else:
        padded = np.pad(rows, ((0, 0), (0, step - rows.shape[1])))
    preparation = preparation_of(tmp_path, nv12_model(width, height), resize="none")
    into, _ = guarded_planes(width, height)
    transform = preparation.prepare(padded, width, height, step, encoding, into)
    assert (transform.src_height, preparation.last_correction) == (height, "")
    expected = smooth_bgr(width, height)
    if encoding in LUMA_ALONE:
        expected = cv2.cvtColor(cv2.cvtColor(expected, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert np.abs(bgr_of(into).astype(int) - expected).mean() < 2.5


def test_planes_that_begin_at_whole_blocks_of_rows_are_refused(preparation):
    data = packed("nv12")
    aligned = np.concatenate([data[:HEIGHT], np.zeros((8, WIDTH), np.uint8), data[HEIGHT:], np.zeros((4, WIDTH), np.uint8)])
    with pytest.raises(HbmValueError, match="expected 28800 bytes of data, got 30720"):
        prepared(preparation, aligned, HEIGHT, WIDTH, "nv12")


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("encoding", ["mono16", "rgb16", "bgr16", "rgba16", "bgra16"])
def test_16_bits_keep_their_colors_in_both_byte_orders(tmp_path, encoding, order):
    model = tensor_model([1, HEIGHT, WIDTH, 3], "U8")
    preparation = preparation_of(tmp_path, model, resize="none", color_order="bgr")
    grey = cv2.cvtColor(BGR, cv2.COLOR_BGR2GRAY)
    pixels = {
        "mono16": grey[..., None],
        "rgb16": BGR[..., ::-1],
        "bgr16": BGR,
        "rgba16": np.dstack([BGR[..., ::-1], grey]),
        "bgra16": np.dstack([BGR, grey]),
    }[encoding]
    wide = (pixels.astype(np.uint16) * 257).astype(">u2" if order == "big" else "<u2")
    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    preparation.prepare(wide, WIDTH, HEIGHT, WIDTH * pixels.shape[2] * 2, encoding, {"x": array}, big_endian=order == "big")
    np.testing.assert_array_equal(array[0], np.repeat(grey[..., None], 3, 2) if encoding == "mono16" else BGR)


@pytest.mark.parametrize("order", ["rggb", "bggr", "gbrg", "grbg"])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_raw_mosaic_gets_its_colors_back(tmp_path, order, bits):
    preparation = preparation_of(tmp_path, tensor_model([1, HEIGHT, WIDTH, 3], "U8"), resize="none", color_order="bgr")
    color = (40, 120, 220)
    mosaic = np.empty((HEIGHT, WIDTH), np.uint16 if bits == 16 else np.uint8)
    for place, name in enumerate(order):
        mosaic[place // 2 :: 2, place % 2 :: 2] = color["bgr".index(name)] * (257 if bits == 16 else 1)
    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    preparation.prepare(mosaic, WIDTH, HEIGHT, mosaic.strides[0], f"bayer_{order}{bits}", {"x": array})
    np.testing.assert_array_equal(array[0, 2:-2, 2:-2], np.broadcast_to(color, (HEIGHT - 4, WIDTH - 4, 3)))
