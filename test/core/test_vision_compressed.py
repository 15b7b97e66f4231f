# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed pictures of every format and meaning, against OpenCV's decoder."""

import io
import subprocess
import sys

import cv2
import numpy as np
import pytest
from cli_models import model_file
from jpeg_writer import ADOBE, jpeg_of, ycc_of
from pictures import GUARD, guarded_planes, nv12_model, preparation_of, smooth_bgr, tensor_model
from PIL import Image

from hbm_runtime_core import HbmEncodingError, HbmValueError

WIDTH, HEIGHT = 96, 64
BGR = smooth_bgr(WIDTH, HEIGHT)
GREY = cv2.cvtColor(BGR, cv2.COLOR_BGR2GRAY)


@pytest.fixture(scope="module")
def bgr_model(tmp_path_factory):
    return preparation_of(
        tmp_path_factory.mktemp("bgr"), tensor_model([1, HEIGHT, WIDTH, 3], "U8"), resize="none", color_order="bgr"
    )


def seen(preparation, data, *arguments):
    array = np.full((1, HEIGHT, WIDTH, 3), GUARD, np.uint8)
    preparation.prepare_compressed(data, {"x": array}, *arguments)
    return array[0]


def file_of(extension, pixels, *options):
    done, data = cv2.imencode(extension, pixels, *options)
    assert done
    return data.tobytes()


LOSSLESS = {".png": [], ".tiff": [], ".bmp": [], ".ppm": [], ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101]}


@pytest.mark.parametrize("extension", LOSSLESS)
def test_a_lossless_picture_arrives_byte_for_byte(bgr_model, extension):
    np.testing.assert_array_equal(seen(bgr_model, file_of(extension, BGR, LOSSLESS[extension])), BGR)


@pytest.mark.parametrize("extension", [".png", ".tiff", ".pgm"])
def test_a_grey_picture_has_the_same_value_in_every_channel(bgr_model, extension):
    np.testing.assert_array_equal(seen(bgr_model, file_of(extension, GREY)), np.repeat(GREY[..., None], 3, 2))


@pytest.mark.parametrize("extension", [".png", ".tiff"])
@pytest.mark.parametrize("kind", ["grey", "color", "transparent"])
def test_white_of_16_bits_is_white(bgr_model, extension, kind):
    pixels = {"grey": GREY, "color": BGR, "transparent": np.dstack([BGR, GREY])}[kind].astype(np.uint16) * 257
    expected = np.repeat(GREY[..., None], 3, 2) if kind == "grey" else BGR
    np.testing.assert_array_equal(seen(bgr_model, file_of(extension, pixels)), expected)


def test_16_bits_with_one_channel_in_a_message_need_a_word_about_what_they_are(bgr_model):
    data = file_of(".png", GREY.astype(np.uint16) * 257)
    for text in ("png", ""):
        with pytest.raises(HbmEncodingError, match=r"either gray \(mono16\) or holds distances \(16UC1\)"):
            seen(bgr_model, data, text)
    np.testing.assert_array_equal(seen(bgr_model, data, "mono16; png compressed "), np.repeat(GREY[..., None], 3, 2))


@pytest.mark.parametrize("data", [file_of(".png", GREY.astype(np.uint16)), file_of(".png", GREY), file_of(".jpg", GREY)])
@pytest.mark.parametrize("text", ["16UC1; png compressed ", "32FC1; jpeg compressed", "16UC1", "16UC1; compressedDepth png"])
def test_distances_are_never_taken_for_a_grey_picture(bgr_model, data, text):
    with pytest.raises(HbmEncodingError, match="distances") as refused:
        seen(bgr_model, data, text)
    assert refused.value.kind in ("16UC1", "32FC1", "compressedDepth")


def test_distances_are_recognized_by_the_header_of_their_data(bgr_model):
    with pytest.raises(HbmEncodingError, match="compressedDepth"):
        seen(bgr_model, bytes(12) + file_of(".png", GREY.astype(np.uint16)), "png")


@pytest.mark.parametrize("order", ["rggb", "bggr", "gbrg", "grbg"])
@pytest.mark.parametrize(("extension", "bits"), [(".png", 8), (".png", 16), (".jpg", 8)])
def test_a_mosaic_gets_its_colors_back(bgr_model, extension, order, bits):
    color = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    color[...] = (40, 120, 220)
    mosaic = np.empty((HEIGHT, WIDTH), np.uint8)
    for place, name in enumerate(order):
        mosaic[place // 2 :: 2, place % 2 :: 2] = color[0, 0, "bgr".index(name)]
    data = file_of(
        extension, mosaic.astype(np.uint16) * 257 if bits == 16 else mosaic, *([[1, 100]] if extension == ".jpg" else [])
    )
    got = seen(bgr_model, data, f"bayer_{order}{bits}; {extension[1:]} compressed ")
    assert np.abs(got[2:-2, 2:-2].astype(int) - color[0, 0]).max() <= 2


def test_a_mosaic_whose_colors_the_sender_made_is_a_picture_in_color(bgr_model):
    data = file_of(".png", BGR)
    np.testing.assert_array_equal(seen(bgr_model, data, "bayer_rggb8; png compressed bgr8"), BGR)
    with pytest.raises(HbmEncodingError, match="expected one channel of a mosaic, got 3"):
        seen(bgr_model, data, "bayer_rggb8; png compressed ")


@pytest.mark.parametrize(
    "text", [None, "", "jpeg", "jpg", "rgb8; jpeg compressed bgr8", "bgr8", "mono8; jpeg compressed ", "JPEG; quality 90"]
)
def test_what_says_nothing_more_than_the_data_changes_nothing(bgr_model, text):
    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    data = file_of(".jpg", BGR)
    bgr_model.prepare_jpeg(data, {"x": array})
    np.testing.assert_array_equal(seen(bgr_model, data, text), array[0])


def test_an_encoding_that_nobody_knows_is_refused_for_one_channel_only(bgr_model):
    assert np.abs(seen(bgr_model, file_of(".jpg", BGR), "sony_raw; jpeg compressed").astype(int) - BGR).mean() < 3
    with pytest.raises(HbmEncodingError, match="unknown picture encoding 'sony_raw' in format"):
        seen(bgr_model, file_of(".jpg", GREY), "sony_raw; jpeg compressed")


OTHER_SAMPLINGS = {
    "4:1:0": [(4, 2), (1, 1), (1, 1)],
    "4:1:1": [(4, 1), (1, 1), (1, 1)],
    "4:4:0": [(1, 2), (1, 1), (1, 1)],
    "4:4:1": [(1, 4), (1, 1), (1, 1)],
    "a third": [(3, 1), (1, 1), (1, 1)],
    "chroma apart": [(2, 2), (2, 1), (1, 2)],
    "half a column": [(2, 2), (2, 1), (2, 1)],
    "doubled 4:4:4": [(1, 2), (1, 2), (1, 2)],
}


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (91, 53)])
@pytest.mark.parametrize("sampling", OTHER_SAMPLINGS)
def test_every_sampling_that_opencv_reads_is_read(tmp_path, sampling, size):
    data = jpeg_of(ycc_of(smooth_bgr(*size)), OTHER_SAMPLINGS[sampling])
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    array = np.zeros((1, size[1], size[0], 3), np.uint8)
    model = tensor_model([1, size[1], size[0], 3], "U8")
    preparation_of(tmp_path, model, resize="none", color_order="bgr").prepare_jpeg(data, {"x": array})
    # Neighbours share their chroma here, OpenCV interpolates it.
    assert np.abs(array[0].astype(int) - expected).mean() < 4


RGB = [BGR[..., channel].astype(float) for channel in (2, 1, 0)]
INKS = [plane * 0.8 for plane in RGB] + [np.full((HEIGHT, WIDTH), 240.0)]
YCCK = [*ycc_of(255 - np.stack([p * 0.8 for p in RGB[::-1]], -1).astype(np.uint8)), INKS[3]]


@pytest.mark.parametrize(
    "data",
    [
        jpeg_of(RGB, [(1, 1)] * 3, ids=(82, 71, 66)),
        jpeg_of(RGB, [(1, 1)] * 3, adobe=ADOBE["none"]),
        jpeg_of(INKS, [(1, 1)] * 4, adobe=ADOBE["none"]),
        jpeg_of(YCCK, [(1, 1)] * 4, adobe=ADOBE["ycck"]),
        jpeg_of(YCCK, [(2, 2), (1, 1), (1, 1), (2, 2)], adobe=ADOBE["ycck"]),
    ],
    ids=["RGB by names", "RGB by Adobe", "CMYK", "YCCK", "YCCK with shared chroma"],
)
def test_a_jpeg_in_other_colors_has_the_colors_that_opencv_sees(bgr_model, data):
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(seen(bgr_model, data).astype(int) - expected).max() <= 2
    for size in range(10, len(data) - 2, 61):
        with pytest.raises(HbmValueError, match="cut off"):
            seen(bgr_model, data[:size])


TRAILERS = {
    "newline": b"\n",
    "zeros": bytes(1000),
    "rest of an older frame": file_of(".jpg", BGR)[500:],
    "another picture": file_of(".jpg", BGR[::-1]),
    "a phone's trailer": b"MotionPhoto_Data" + bytes(range(256)) * 4 + b"\xff\xd8",
}


@pytest.mark.parametrize("trailer", TRAILERS)
def test_what_follows_the_end_of_a_jpeg_does_not_matter(bgr_model, trailer):
    data = file_of(".jpg", BGR)
    np.testing.assert_array_equal(seen(bgr_model, data + TRAILERS[trailer]), seen(bgr_model, data))


def test_a_jpeg_with_a_preview_inside_is_read_to_its_own_end(bgr_model):
    data = file_of(".jpg", BGR)
    preview = file_of(".jpg", BGR[:16, :16])
    segment = b"\xff\xe1" + (len(preview) + 8).to_bytes(2, "big") + b"Exif\0\0" + preview
    np.testing.assert_array_equal(seen(bgr_model, data[:2] + segment + data[2:]), seen(bgr_model, data))
    with pytest.raises(HbmValueError, match="cut off"):
        seen(bgr_model, (data[:2] + segment + data[2:])[:-2])


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".tiff"])
def test_a_mark_of_orientation_is_ignored_in_every_format(bgr_model, extension):
    mark = Image.Exif()
    mark[0x0112] = 6
    file = io.BytesIO()
    options = {".webp": {"lossless": True}, ".jpg": {"quality": 98}}.get(extension, {})
    Image.fromarray(BGR[..., ::-1]).save(file, Image.registered_extensions()[extension], exif=mark, **options)
    assert np.abs(seen(bgr_model, file.getvalue()).astype(int) - BGR).mean() < 2


@pytest.mark.parametrize("extension", [".jpg", *LOSSLESS])
def test_a_file_that_is_cut_off_is_refused_and_nothing_written(tmp_path, extension):
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT))
    data = file_of(extension, BGR, LOSSLESS.get(extension, []))
    into, blocks = guarded_planes(WIDTH, HEIGHT)
    for size in (0, 1, 2, 5, 11, 20, 27, len(data) // 2, len(data) - 20):
        with pytest.raises(HbmValueError):
            preparation.prepare_compressed(data[:size], into)
    assert all((block == GUARD).all() for block in blocks)


def test_a_format_that_is_not_read_is_refused_with_the_known_ones(bgr_model):
    with pytest.raises(
        HbmEncodingError, match=r"begin with 00 00 00 01\) is in an unknown format \(known: JPEG, PNG, TIFF, WebP, BMP, PNM"
    ):
        seen(bgr_model, b"\0\0\0\1" + bytes(100), "h264")
    with pytest.raises(HbmValueError, match="has no data"):
        seen(bgr_model, b"", "jpeg")


def test_data_with_gaps_and_offsets_outside_are_refused(bgr_model):
    data = np.frombuffer(file_of(".png", BGR), np.uint8)
    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    bgr_model.prepare_compressed(b"??" + data.tobytes(), {"x": array}, offset=2)
    np.testing.assert_array_equal(array[0], BGR)
    with pytest.raises(HbmValueError, match="with gaps; make it contiguous first"):
        bgr_model.prepare_compressed(data[::2], {"x": array})
    with pytest.raises(HbmValueError, match="offset 99999 is not inside"):
        bgr_model.prepare_compressed(data, {"x": array}, offset=99999)


def test_without_opencv_jpegs_are_read_and_the_rest_says_what_to_install(tmp_path):
    path = model_file(tmp_path, nv12_model(WIDTH, HEIGHT))
    (tmp_path / "a.jpg").write_bytes(file_of(".jpg", BGR))
    (tmp_path / "a.png").write_bytes(file_of(".png", BGR))
    program = f"""
import sys
sys.path[:0] = {sys.path!r}
import builtins
import numpy as np
real = builtins.__import__
def without_opencv(name, *arguments, **options):
    if name == "cv2":
        raise ImportError("No module named 'cv2'")
    return real(name, *arguments, **options)
builtins.__import__ = without_opencv
from hbm_runtime_core import HB_HBMRuntime, HbmEncodingError, vision
runtime = HB_HBMRuntime({path!r})
inputs = runtime.create_request("m").inputs
preparation = vision.for_model(runtime, "m")
preparation.prepare_compressed(open({str(tmp_path / "a.jpg")!r}, "rb").read(), inputs)
try:
    preparation.prepare_compressed(open({str(tmp_path / "a.png")!r}, "rb").read(), inputs)
except HbmEncodingError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("OpenCV is not installed; install it with `sudo apt-get install python3-opencv`")
