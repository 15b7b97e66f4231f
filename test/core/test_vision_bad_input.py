# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What does not fit is refused with the numbers, before anything is written."""

import numpy as np
import pytest
from cli_models import model_file
from pictures import GUARD, guarded_planes, nv12_model, preparation_of, tensor_model

from hbm_runtime_core import HB_HBMRuntime, vision

WIDTH, HEIGHT = 96, 64


@pytest.mark.parametrize(
    ("size", "width", "height", "step", "encoding", "text"),
    [
        (100, 96, 64, 288, "bgr8", "expected 18432 bytes of data, got 100; is the picture cut off"),
        (20000, 96, 64, 288, "bgr8", "got 20000; does the encoding fit"),
        (96 * 96, 96, 64, 200, "bgr8", "expected a step of at least 288 bytes"),
        (96 * 96, 96, 64, 0, "bgra8", "expected 24576 bytes of data, got 9216; is the picture cut off"),
        (96 * 64, 96, 64, -96, "mono8", "expected a step of 96 to 16777216 bytes"),
        (96 * 64, 96, 64, 1 << 40, "mono8", "expected a step of 96 to 16777216 bytes"),
        (0, 0, 64, 0, "bgr8", "expected sides of 1 to 16384 pixels"),
        (0, 96, 0, 96, "nv12", "expected sides of 1 to 16384 pixels"),
        (0, 96, -1, 288, "bgr8", "expected sides of 1 to 16384 pixels"),
        (1 << 10, 1 << 40, 1, 1 << 40, "mono8", "expected sides of 1 to 16384 pixels"),
        (95 * 63 * 3 // 2, 95, 63, 95, "nv12", "both sides must be even"),
        (96 * 63 * 3 // 2, 96, 63, 96, "nv21", "both sides must be even"),
        (95 * 64 * 2, 95, 64, 190, "uyvy", "the width must be even"),
        (96 * 100, 96, 96, 96, "nv12", "expected 13824 bytes of data, got 9600"),
        (100, 96, 64, 192, "bayer_rggb16", "expected 12288 bytes of data, got 100"),
        (100, 96, 64, 96, "rgb88", "unknown picture encoding 'rgb88'; did you mean 'rgb8'? (known: nv12"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused_with_the_numbers(tmp_path, size, width, height, step, encoding, text):
    into, blocks = guarded_planes(WIDTH, HEIGHT)
    with pytest.raises(ValueError) as caught:
        preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT)).prepare(bytes(size), width, height, step, encoding, into)
    assert text in str(caught.value)
    assert isinstance(caught.value, RuntimeError)
    assert all((block == GUARD).all() for block in blocks)


def test_a_picture_of_another_size_is_refused_where_nothing_may_be_resized(tmp_path):
    into, _ = guarded_planes(WIDTH, HEIGHT)
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), resize="none")
    with pytest.raises(ValueError, match="the picture is 48x32, the model takes 96x64; choose letterbox, stretch"):
        preparation.prepare(bytes(48 * 32), 48, 32, 48, "mono8", into)


def test_a_region_outside_the_picture_is_refused(tmp_path):
    into, _ = guarded_planes(WIDTH, HEIGHT)
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), region=(40, 0, 20, 20))
    with pytest.raises(ValueError, match=r"region of interest 20x20 at \(40, 0\) is not inside the picture of 48x32"):
        preparation.prepare(bytes(48 * 32), 48, 32, 48, "mono8", into)


@pytest.mark.parametrize("shape", [[1, 10], [1, 4, 8, 8], [2, 3, 8, 8]])
def test_a_model_without_a_picture_input_says_what_was_looked_for(tmp_path, shape):
    with pytest.raises(ValueError, match=r"model 'm': expected one picture input .* got 'x' F32 \["):
        preparation_of(tmp_path, tensor_model(shape))


def test_an_input_that_the_model_does_not_have_is_refused(tmp_path):
    with pytest.raises(ValueError, match="model 'm' has no input 'rgb'; it has 'x'"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), inputs=["rgb"])


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [
        ("resize", "fit", "stretch, letterbox"),
        ("interpolation", "cubic", "nearest, bilinear, box"),
        ("picture_range", "tv", "limited, .* full"),
        ("model_range", "pc", "limited, .* full"),
        ("color_order", "grey", "rgb, bgr"),
    ],
)
def test_an_unknown_option_is_refused_with_the_known_ones(tmp_path, option, value, known):
    with pytest.raises(ValueError, match=rf"unknown .* '{value}' \(known: {known}"):
        preparation_of(tmp_path, nv12_model(8, 8), **{option: value})


def test_options_that_cannot_be_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"pad_rgb: expected red, green and blue of 0 to 255, got \(0, 0, 256\)"):
        preparation_of(tmp_path, nv12_model(8, 8), pad_rgb=(0, 0, 256))
    with pytest.raises(ValueError, match="mean: expected 1 or 3 values, got 2"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), mean=(1, 2))
    with pytest.raises(ValueError, match="scale cannot be combined with std"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), scale=(0.5,), std=(2.0,))
    with pytest.raises(ValueError, match=r"std must not be 0, got \[2.0, 0.0, 2.0\]"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), std=(2.0, 0.0, 2.0))


def test_an_option_without_effect_on_the_input_is_refused(tmp_path):
    for option in ({"mean": (1.0,)}, {"scale": (2.0,)}, {"std": (2.0,)}, {"color_order": "bgr"}):
        with pytest.raises(
            ValueError, match="model 'm': mean, scale, std and color_order cannot be combined with its NV12 input"
        ):
            preparation_of(tmp_path, nv12_model(8, 8), **option)
    with pytest.raises(ValueError, match="model_range 'full' is ignored because its input is not NV12"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), model_range="full")


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        ({"mean": (0.485, 0.456, 0.406)}, r"mean 123.675,116.28,103.53\?"),
        ({"mean": (0.5,), "scale": (2.0,)}, r"mean 127.5 and scale 0.00784314\?"),
    ],
)
def test_mean_and_scale_for_pixels_of_0_to_1_are_refused_with_those_for_0_to_255(tmp_path, options, meant):
    with pytest.raises(ValueError, match=f"model 'm': .* belong to pixels of 0..1, .* did you mean {meant}"):
        preparation_of(tmp_path, tensor_model([1, 3, 8, 8]), **options)


def test_a_model_that_is_not_loaded_is_refused(tmp_path):
    runtime = HB_HBMRuntime(model_file(tmp_path, nv12_model(8, 8)))
    with pytest.raises(ValueError, match="model 'n' is not loaded; loaded are 'm'"):
        vision.for_model(runtime, "n")


def test_arrays_that_do_not_belong_to_the_input_are_refused(tmp_path):
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT))
    into, _ = guarded_planes(WIDTH, HEIGHT)

    def refusal(**arrays):
        with pytest.raises(ValueError) as caught:
            preparation.prepare(bytes(48 * 32), 48, 32, 48, "mono8", {**into, **arrays})
        return str(caught.value)

    assert refusal(data_y=into["data_uv"], data_uv=into["data_y"]) == (
        "input 'data_y': expected uint8 [1, 64, 96, 1], got uint8 [1, 32, 48, 2]; did you swap 'data_y' and 'data_uv'?"
    )
    assert "expected uint8 [1, 64, 96, 1], got float32 [1, 64, 96, 1]; take the array from InferRequest.inputs" in refusal(
        data_y=np.zeros((1, 64, 96, 1), np.float32)
    )
    assert "the pixels of a row must lie side by side" in refusal(data_y=np.zeros((1, 64, 96, 2), np.uint8)[..., :1])
    read_only = np.zeros((1, 64, 96, 1), np.uint8)
    read_only.flags.writeable = False
    assert "input 'data_y': the array is read-only" in refusal(data_y=read_only)
    with pytest.raises(ValueError, match="expected arrays for 'data_y', 'data_uv', 'data_uv' is not among 'data_y'"):
        preparation.prepare(bytes(48 * 32), 48, 32, 48, "mono8", {"data_y": into["data_y"]})


def test_data_with_gaps_and_offsets_outside_are_refused(tmp_path):
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT))
    into, _ = guarded_planes(WIDTH, HEIGHT)
    with pytest.raises(ValueError, match="got a numpy.ndarray with gaps; make it contiguous first"):
        preparation.prepare(np.zeros((32, 96), np.uint8)[:, ::2], 48, 32, 48, "mono8", into)
    for offset in (-1, 48 * 32 + 1):
        with pytest.raises(ValueError, match=f"offset {offset} is not inside the 1536 bytes"):
            preparation.prepare(bytes(48 * 32), 48, 32, 48, "mono8", into, offset=offset)
    with pytest.raises(TypeError):
        preparation.prepare("text", 48, 32, 48, "mono8", into)


def test_after_a_refusal_the_next_picture_is_taken(tmp_path):
    preparation = preparation_of(tmp_path, nv12_model(WIDTH, HEIGHT), region=(0, 0, 40, 20))
    into, _ = guarded_planes(WIDTH, HEIGHT)
    for _ in range(2):
        assert preparation.prepare(bytes(48 * 32), 48, 32, 48, "mono8", into).src_width == 48
        with pytest.raises(ValueError, match="is not inside the picture"):
            preparation.prepare(bytes(30 * 20), 30, 20, 30, "mono8", into)
