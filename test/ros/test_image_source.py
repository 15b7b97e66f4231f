# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera `image_source` shows."""

import subprocess
import sys
from itertools import islice

import cv2
import numpy as np
import pytest
from PIL import Image
from rclpy.parameter import Parameter

from hbm_runtime_ros import image_source
from hbm_runtime_ros.image_source import PictureError, open_pictures, picture_files, rgb_to_nv12

EXECUTABLE = [sys.executable, "-m", "hbm_runtime_ros.image_source"]


def bgr_of(picture, width, height):
    nv12 = np.frombuffer(picture.nv12, np.uint8).reshape(height * 3 // 2, width)
    return cv2.cvtColor(nv12, cv2.COLOR_YUV2BGR_NV12)


@pytest.fixture
def picture_file(tmp_path):
    file = tmp_path / "red.png"
    cv2.imwrite(str(file), np.full((40, 60, 3), (0, 0, 255), np.uint8))
    return file


def test_without_an_input_it_shows_bars_of_color_and_a_square_that_moves():
    first, second = (bgr_of(picture, 320, 180) for picture in islice(open_pictures("", 320, 180, 1), 2))
    assert first[170, 300].tolist() == pytest.approx([0, 0, 0], abs=4)
    assert first[170, 60].tolist() == pytest.approx([0, 255, 255], abs=4)  # yellow
    assert (first != second).any() and (first[:40] == second[:40]).all()


@pytest.mark.parametrize("module", ["cv2", "PIL.Image"])
def test_a_library_that_is_missing_is_named_with_its_remedy(tmp_path, monkeypatch, picture_file, module):
    monkeypatch.setitem(sys.modules, module, None)
    source = picture_file if module == "PIL.Image" else tmp_path / "film.mp4"
    source.touch()
    with pytest.raises(PictureError, match=r"is not installed; install it with `apt install python3-"):
        open_pictures(str(source), 64, 48, 1)
    assert next(open_pictures("", 64, 48, 1)).name == "test pattern"


def test_a_picture_keeps_its_shape_in_the_camera_frame(tmp_path):
    file = tmp_path / "white.png"
    cv2.imwrite(str(file), np.full((100, 100, 3), 255, np.uint8))
    frame = bgr_of(next(open_pictures(str(file), 320, 180, 1)), 320, 180)
    assert frame[90, 160].min() > 250
    assert frame[90, 10].max() < 100


def test_a_file_is_shown_for_ever(picture_file):
    shown = list(islice(open_pictures(str(picture_file), 64, 48, 3), 7))
    assert {picture.name for picture in shown} == {"red.png"}
    assert picture_files(picture_file) == [picture_file]


def test_a_photograph_is_turned_as_it_states(tmp_path):
    file = tmp_path / "tall.jpg"
    picture = Image.fromarray(np.vstack([np.zeros((20, 80, 3), np.uint8), np.full((20, 80, 3), 255, np.uint8)]))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees to the right
    picture.save(file, exif=exif)
    shown = bgr_of(next(open_pictures(str(file), 40, 80, 1)), 40, 80)
    assert shown[:, :15].min() > 200 and shown[:, 25:].max() < 50


def test_a_cut_off_picture_is_reported(tmp_path, picture_file):
    file = tmp_path / "cut.png"
    file.write_bytes(picture_file.read_bytes()[:60])
    with pytest.raises(PictureError, match="cannot read the picture"):
        open_pictures(str(file), 64, 48, 1)


def test_a_folder_is_shown_in_order(tmp_path, picture_file):
    cv2.imwrite(str(tmp_path / "blue.jpg"), np.full((40, 60, 3), (255, 0, 0), np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    names = [picture.name for picture in islice(open_pictures(str(tmp_path), 64, 48, 2), 5)]
    assert names == ["blue.jpg", "blue.jpg", "red.png", "red.png", "blue.jpg"]
    assert picture_files(tmp_path) == [tmp_path / "blue.jpg", picture_file]


def test_a_video_starts_again_at_its_end(tmp_path):
    file = tmp_path / "three.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for level in (0, 120, 240):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    levels = [bgr_of(picture, 64, 48).mean() for picture in islice(open_pictures(str(file), 64, 48, 5), 6)]
    assert levels == pytest.approx([0, 120, 240, 0, 120, 240], abs=6)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda folder: folder / "nothing.png", "there is no file or folder"),
        (lambda folder: folder, "holds no picture"),
        (lambda folder: _written(folder / "broken.png"), "is no picture that Pillow can read"),
        (lambda folder: _written(folder / "broken.mp4"), "neither a picture nor a video"),
    ],
)
def test_nothing_to_look_at_is_reported_at_once(tmp_path, make, text):
    with pytest.raises(PictureError, match=text):
        open_pictures(str(make(tmp_path)), 64, 48, 1)


def _written(file):
    file.write_bytes(b"not a picture at all")
    return file


def test_nv12_keeps_the_colors():
    colors = np.array([[[20, 30, 200], [200, 180, 30]], [[90, 90, 90], [30, 200, 90]]], np.uint8)
    picture = cv2.resize(colors, (64, 48), interpolation=cv2.INTER_NEAREST)
    back = cv2.cvtColor(rgb_to_nv12(picture), cv2.COLOR_YUV2RGB_NV12)
    assert np.abs(back.astype(int) - picture).max() <= 6


def test_nv12_has_luma_rows_and_then_interleaved_chroma():
    nv12 = rgb_to_nv12(np.full((4, 6, 3), (0, 0, 255), np.uint8))
    assert nv12.shape == (6, 6)
    assert len(np.unique(nv12[:4])) == 1
    u, v = nv12[4:, ::2], nv12[4:, 1::2]
    assert (u > 200).all() and (v < 128).all()


def test_nv12_refuses_odd_sides():
    with pytest.raises(ValueError, match="even sides, got 5x4"):
        rgb_to_nv12(np.zeros((4, 5, 3), np.uint8))


def test_help_lists_every_parameter():
    done = subprocess.run([*EXECUTABLE, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"  {parameter.name} " in done.stdout for parameter in image_source.PARAMETERS)


def test_a_wrong_input_ends_the_node_with_the_reason(tmp_path):
    command = [*EXECUTABLE, "--ros-args", "-p", f"input:={tmp_path}/no.png"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1,
        f"image_source: there is no file or folder {tmp_path}/no.png; name a picture, a folder of pictures or a video",
    )


def test_what_is_read_at_the_start_cannot_be_set_later(context):
    node = image_source.ImageSource(context=context)
    results = node.set_parameters([Parameter(each.name, value=each.default) for each in image_source.PARAMETERS])
    assert ["read-only" in result.reason for result in results] == [True] * len(image_source.PARAMETERS)
    node.destroy_node()
