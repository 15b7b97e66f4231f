# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A bright square in a picture comes back at its pixels: picture, preparation, a network that finds it, decoder."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops
from packer_networks import save

from hbm_runtime_core import HB_HBMRuntime, decode, vision
from hbm_runtime_core.cli.main import main

WIDTH, HEIGHT = 320, 256
SQUARE = 40
RESIZES = ("stretch", "letterbox", "letterbox_top_left", "center_crop", "none")
PICTURES = ((1280, 720), (640, 480), (641, 481), (319, 517))


def square_finder(path: Path) -> Path:
    """A network on an RGB picture of 0..1 that returns one finished box: the part of it that is bright.

    A row or column that the square covers in part counts in part, so that the box is exact below a pixel.
    """
    picture = ops.parameter([1, 3, HEIGHT, WIDTH], ov.Type.f32, name="x")
    picture.output(0).get_tensor().set_names({"x"})
    green = ops.clamp(ops.gather(picture, np.int64([1]), np.int64(1)), 0.0, 1.0)
    sides = []
    for other, length in ((2, WIDTH), (3, HEIGHT)):
        profile = ops.reshape(ops.reduce_max(green, np.int64([1, other]), keep_dims=False), np.int64([length]), False)
        covered = ops.reduce_sum(profile, np.int64([0]), keep_dims=True)
        weighted = ops.multiply(profile, np.float32(np.arange(length) + 0.5))
        middle = ops.divide(ops.reduce_sum(weighted, np.int64([0]), keep_dims=True), covered)
        half = ops.multiply(covered, np.float32([0.5]))
        sides.append((ops.subtract(middle, half), ops.add(middle, half)))
    (x0, x1), (y0, y1) = sides
    score_and_class = ops.constant(np.float32([0.9, 0.0]))
    box = ops.reshape(ops.concat([x0, y0, x1, y1, score_and_class], 0), np.int64([1, 1, 6]), False)
    boxes = ops.pad(box, np.int64([0, 0, 0]), np.int64([0, 299, 0]), "constant", ops.constant(np.float32(0)))
    boxes.output(0).get_tensor().set_names({"output0"})
    return save(ov.Model([ops.result(boxes)], [picture], "finder"), path)


@pytest.fixture(scope="module", params=["nv12", "tensor"])
def finder(request, tmp_path_factory) -> HB_HBMRuntime:
    folder = tmp_path_factory.mktemp("finder")
    file = folder / "finder.hbm"
    # The network takes 0 to 1; a tensor input gets it from the preparation, an NV12 input from the model file.
    options = ["--nv12", "--scale", str(1 / 255)] if request.param == "nv12" else []
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["pack", str(square_finder(folder / "finder.xml")), *options, "-o", str(file)]) == 0
    return HB_HBMRuntime(str(file))


def visible_part(width: int, height: int, resize: str) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the part of a picture that the model sees."""
    if resize != "center_crop":
        return 0, 0, width, height
    scale = max(WIDTH / width, HEIGHT / height)
    seen_width, seen_height = round(WIDTH / scale), round(HEIGHT / scale)
    x, y = (width - seen_width) // 2, (height - seen_height) // 2
    return x, y, x + seen_width, y + seen_height


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("size", PICTURES)
def test_a_square_in_each_corner_is_found_at_its_pixels(finder, size, resize):
    width, height = (WIDTH, HEIGHT) if resize == "none" else size
    model_name = finder.model_names[0]
    is_tensor = len(finder.input_names[model_name]) == 1
    scale = {"scale": (1 / 255,) * 3} if is_tensor else {}
    preparation = vision.for_model(
        finder, model_name, resize=resize, interpolation="box", pad_rgb=(0, 0, 0), model_range=None, **scale
    )
    decoder = decode.for_model(finder, model_name, "yolov10")
    request = finder.create_request(model_name)
    left, top, right, bottom = visible_part(width, height, resize)
    for x, y in ((left, top), (right - SQUARE, top), (left, bottom - SQUARE), (right - SQUARE, bottom - SQUARE)):
        picture = np.zeros((height, width, 3), np.uint8)
        picture[y : y + SQUARE, x : x + SQUARE] = 255
        transform = preparation.prepare(picture, width, height, 3 * width, "rgb8", request.inputs)
        found = decoder.decode(request.run(), transform)
        assert (found.width, found.height) == (width, height)
        np.testing.assert_allclose(found.boxes, [[x, y, x + SQUARE, y + SQUARE]], rtol=0, atol=0.5)
