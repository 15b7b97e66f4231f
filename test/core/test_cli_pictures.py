# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as inputs of `hbm run` and `hbm perf`: prepared as in Python and in the node, with options that mean something."""

import re
from pathlib import Path

import numpy as np
import pytest
from cli_models import DETECTOR, call, call_json, model_file, picture
from packer_networks import scaled_network
from PIL import Image

from hbm_runtime_core import HB_HBMRuntime, HbmValueError, vision
from hbm_runtime_core.cli.main import build_parser

PLANES = {
    "name": "planes",
    "inputs": [{"name": "data", "nv12": {"width": 64, "height": 32}}],
    "outputs": [
        {"name": "y", "dtype": "U8", "shape": [1, 32, 64, 1], "fill": {"kind": "copy", "input": "data_y"}},
        {"name": "uv", "dtype": "U8", "shape": [1, 16, 32, 2], "fill": {"kind": "copy", "input": "data_uv"}},
    ],
}
TENSOR = {
    "name": "tensor",
    "inputs": [{"name": "image", "dtype": "F32", "shape": [1, 3, 8, 8]}],
    "outputs": [{"name": "copy", "dtype": "F32", "shape": [1, 3, 8, 8], "fill": {"kind": "copy", "input": "image"}}],
}
GREY = {
    "name": "grey",
    "inputs": [{"name": "image", "dtype": "U8", "shape": [1, 1, 8, 8]}],
    "outputs": [{"name": "copy", "dtype": "U8", "shape": [1, 1, 8, 8], "fill": {"kind": "copy", "input": "image"}}],
}


def noisy_picture(path):
    """Of another shape than the models take: it is resized and gets borders."""
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 100, 3), np.uint8)).save(path)
    return str(path)


def test_a_picture_fills_the_two_planes(tmp_path, capsys):
    Image.new("RGB", (64, 32), (255, 255, 255)).save(tmp_path / "white.png")
    facts = call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--input", f"data={tmp_path}/white.png")
    luma = facts["outputs"][1]
    assert (luma["min"], luma["max"]) == (235, 235)


@pytest.mark.parametrize("command", ["run", "perf"])
@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (DETECTOR, ["--mean", "3"], "--mean cannot be combined with the NV12 input of model 'detector'"),
        (DETECTOR, ["--scale", "2"], "--scale cannot be combined with the NV12 input"),
        (DETECTOR, ["--std", "2"], "--std cannot be combined with the NV12 input"),
        (DETECTOR, ["--color-order", "bgr"], "--color-order cannot be combined with the NV12 input"),
        (TENSOR, ["--model-range", "full"], "--model-range is ignored because model 'tensor' has no NV12 input"),
        (
            GREY,
            ["--color-order", "bgr"],
            "--color-order is ignored because the picture input of model 'grey' has one channel",
        ),
        (TENSOR, ["--resize", "stretch", "--pad-value", "0"], "--pad-value is ignored because --resize stretch"),
        (TENSOR, ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"], "did you mean mean 123.675,116.28,103.53"),
        (TENSOR, ["--std", "0.25"], "did you mean std 63.75?"),
        (TENSOR, ["--mean", "0.5", "--scale", "2"], "did you mean mean 127.5 and scale 0.00784314?"),
        (TENSOR, ["--std", "0"], "expected numbers to divide by, got '0'"),
        (TENSOR, ["--std", "2", "--scale", "2"], "not allowed with argument"),
        (TENSOR, ["--mean", "nan"], "expected numbers separated by commas, got 'nan'"),
        (TENSOR, ["--input-shape", "1,3,9,9"], "--input-shape cannot change input 'image' of model 'tensor'"),
    ],
)
def test_an_option_without_effect_is_wrong_usage(tmp_path, capsys, command, model, arguments, message):
    page = picture(tmp_path / "page.png")
    code, out, err = call(capsys, command, model_file(tmp_path, model), "--input", page, *arguments)
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1


def test_an_option_that_one_of_two_pictures_uses_is_no_mistake(tmp_path, capsys):
    model = model_file(
        tmp_path,
        {"name": "both", "inputs": PLANES["inputs"] + TENSOR["inputs"], "outputs": PLANES["outputs"] + TENSOR["outputs"]},
    )
    page = picture(tmp_path / "page.png")
    inputs = ["--input", f"data={page}", "--input", f"image={page}"]
    plain = call_json(capsys, "run", model, *inputs, "--mean", "0")["outputs"]
    shifted = call_json(capsys, "run", model, *inputs, "--mean", "10", "--model-range", "limited")["outputs"]
    assert shifted[:2] == plain[:2]
    assert shifted[2]["mean"] == pytest.approx(plain[2]["mean"] - 10)


@pytest.mark.parametrize(
    "arguments",
    [["--resize", "stretch"], ["--interpolation", "box"], ["--pad-value", "0"], ["--mean", "3"], ["--model-range", "full"]],
)
def test_an_option_for_pictures_needs_a_picture(tmp_path, capsys, arguments):
    for command in (["run", "--random"], ["perf"]):
        code, _, err = call(capsys, *command, model_file(tmp_path, DETECTOR), *arguments)
        assert (code, err) == (
            2,
            f"hbm: error: {arguments[0]} is ignored because no input is a picture; remove it, or give --input PICTURE\n",
        )


def test_a_float_input_without_mean_and_scale_is_mentioned_once(tmp_path, capsys):
    page = picture(tmp_path / "page.png")
    model = model_file(tmp_path, TENSOR)
    code, _, err = call(capsys, "perf", model, "--input", page, "--threads", 2, "--frames", 4)
    assert code == 0
    assert err.count("input 'image' is a float input and gets pixels of 0 to 255") == err.count("\n") == 1
    assert call(capsys, "run", model, "--input", page, "--scale", "1")[2] == ""


def test_std_divides_as_scale_multiplies(tmp_path, capsys):
    page = picture(tmp_path / "page.png")
    model = model_file(tmp_path, TENSOR)
    means = [
        call_json(capsys, "run", model, "--input", page, "--mean", "10", *factor)["outputs"][0]["mean"]
        for factor in (["--std", "2,4,5"], ["--scale", "0.5,0.25,0.2"])
    ]
    assert means[0] == means[1]


def test_letterbox_borders_are_those_of_the_node(tmp_path, capsys):
    page = picture(tmp_path / "page.png", size=(64, 8), color=(255, 255, 255))
    model = model_file(tmp_path, TENSOR)

    def least(*arguments):
        return call_json(capsys, "run", model, "--input", page, "--scale", "1", *arguments)["outputs"][0]["min"]

    assert least() == 114
    assert least("--pad-value", 7) == 7
    assert least("--resize", "stretch") == 255


def test_the_interpolation_is_used(tmp_path, capsys):
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[::2] = 255
    Image.fromarray(pixels).save(tmp_path / "lines.png")
    means = {
        method: call_json(
            capsys, "run", model_file(tmp_path, TENSOR), "--input", tmp_path / "lines.png", "--scale", "1",
            "--interpolation", method,
        )["outputs"][0]["mean"]
        for method in ("nearest", "box")
    }  # fmt: skip
    assert means["nearest"] in (0, 255)
    assert means["box"] == pytest.approx(127.5, abs=1)


def planes(tmp_path, capsys, model, page, *arguments):
    """What arrived in the inputs, through `hbm run` and through Python."""
    call_json(capsys, "run", model, "--input", page, "-o", tmp_path / "out.npz", *arguments)
    with np.load(tmp_path / "out.npz") as outputs:
        return {name: outputs[name] for name in outputs.files}


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "webp", "ppm", "tif"])
@pytest.mark.parametrize("description", [PLANES, TENSOR], ids=lambda model: model["name"])
def test_the_same_picture_gives_the_same_tensor_as_in_python(tmp_path, capsys, suffix, description):
    page = noisy_picture(tmp_path / f"page.{suffix}")
    model = model_file(tmp_path, description)
    got = planes(tmp_path, capsys, model, page)
    runtime = HB_HBMRuntime(model)
    request = runtime.create_request(description["name"])
    vision.for_model(runtime, description["name"]).prepare_compressed(Path(page).read_bytes(), request.inputs)
    for name, array in request.run().items():
        np.testing.assert_array_equal(got[name], array)


def test_a_picture_of_16_bits_is_not_white(tmp_path, capsys):
    Image.fromarray(np.full((32, 64), 100 * 257, np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray(np.full((32, 64), 100, np.uint8)).save(tmp_path / "plain.png")
    model = model_file(tmp_path, PLANES)
    deep, plain = (planes(tmp_path, capsys, model, tmp_path / name) for name in ("deep.png", "plain.png"))
    np.testing.assert_array_equal(deep["y"], plain["y"])


def test_a_mark_of_orientation_is_ignored(tmp_path, capsys):
    page = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 64, 3), np.uint8))
    turned = Image.Exif()
    turned[274] = 6
    page.save(tmp_path / "plain.jpg")
    page.save(tmp_path / "marked.jpg", exif=turned)
    model = model_file(tmp_path, PLANES)
    plain, marked = (planes(tmp_path, capsys, model, tmp_path / name) for name in ("plain.jpg", "marked.jpg"))
    np.testing.assert_array_equal(marked["y"], plain["y"])


def test_the_range_that_the_file_states_is_used(tmp_path, capsys):
    network = scaled_network(tmp_path / "net.xml", shape=(1, 3, 16, 32), factor=1.0)
    page = picture(tmp_path / "page.png", size=(32, 16), color=(255, 255, 255))
    outputs = {}
    for stated in ("limited", "full"):
        model = tmp_path / f"{stated}.hbm"
        call_json(capsys, "pack", network, "--nv12", "--model-range", stated, "-o", model)
        facts = call_json(capsys, "run", model, "--input", page)
        outputs[stated] = facts["outputs"][0]["mean"]
    assert outputs["limited"] == pytest.approx(255, abs=1.5)
    assert outputs["full"] == pytest.approx(255, abs=1.5)


def test_a_range_that_contradicts_the_file_is_used_with_a_warning(tmp_path, capsys):
    network = scaled_network(tmp_path / "net.xml", shape=(1, 3, 16, 32), factor=1.0)
    page = picture(tmp_path / "page.png", size=(32, 16), color=(255, 255, 255))
    call_json(capsys, "pack", network, "--nv12", "--color-range", "full", "-o", tmp_path / "full.hbm")
    code, _, err = call(capsys, "run", tmp_path / "full.hbm", "--input", page, "--model-range", "limited")
    assert code == 0
    assert err.startswith("hbm: warning: model 'net': its file states the color range full") and err.count("\n") == 1


@pytest.mark.parametrize("content", [b"abc", b"", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"])
def test_a_file_that_is_no_picture_is_one_clear_error(tmp_path, capsys, content):
    (tmp_path / "page.jpg").write_bytes(content)
    code, out, err = call(capsys, "run", model_file(tmp_path, DETECTOR), "--input", tmp_path / "page.jpg")
    assert (code, out) == (1, "")
    assert err.startswith(f"hbm: error: {tmp_path}/page.jpg: ") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "keyword"),
    [
        ("resize", "resize"),
        ("interpolation", "interpolation"),
        ("model_range", "model_range"),
        ("color_order", "color_order"),
    ],
)
def test_the_choices_are_those_of_the_core(tmp_path, option, keyword):
    parser = build_parser().parse_args(["run", "m.hbm"]).parser
    choices = next(action.choices for action in parser._actions if action.dest == option)
    runtime = HB_HBMRuntime(model_file(tmp_path, DETECTOR if option == "model_range" else TENSOR))
    for choice in choices:
        vision.for_model(runtime, runtime.model_names[0], **{keyword: choice})
    with pytest.raises(HbmValueError) as refused:
        vision.for_model(runtime, runtime.model_names[0], **{keyword: "other"})
    known = set(re.findall(r"[a-z_]+", str(refused.value).rpartition("known")[2]))
    assert set(choices) <= known
    if option in ("resize", "interpolation"):
        assert known <= {"are", *choices}


def test_the_help_names_the_default_of_the_core(capsys):
    assert f"brightness of letterbox borders (default {vision.PAD_VALUE})" in call(capsys, "run", "--help")[1]
