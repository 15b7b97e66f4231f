# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's camera looks at."""

from itertools import islice

import cv2
import numpy as np
import pytest
from PIL import Image

from hbm_runtime_ros.demo.nv12 import bgr_to_nv12, nv12_to_bgr
from hbm_runtime_ros.demo.pictures import BUILT_IN, PictureError, fit, open_pictures, picture_count


@pytest.fixture
def picture_file(tmp_path):
    file = tmp_path / "red.png"
    cv2.imwrite(str(file), np.full((40, 60, 3), (0, 0, 255), np.uint8))
    return file


def test_the_built_in_pictures_are_shown_in_turn_and_again():
    pytest.importorskip("skimage")
    names = [picture.name for picture in islice(open_pictures("", 320, 180, 2), 2 * len(BUILT_IN) + 1)]
    assert names == [view.name for view in BUILT_IN for _ in range(2)] + [BUILT_IN[0].name]


def test_a_picture_keeps_its_shape_in_the_camera_frame():
    frame = fit(np.full((100, 100, 3), 255, np.uint8), 320, 180)
    assert frame.shape == (180, 320, 3)
    assert frame[90, 160].tolist() == [255, 255, 255]
    assert frame[90, 10].max() < 100


def test_a_file_is_shown_for_ever(picture_file):
    shown = list(islice(open_pictures(str(picture_file), 64, 48, 3), 7))
    assert {picture.name for picture in shown} == {"red.png"}
    assert picture_count(str(picture_file)) == 1


def test_a_photograph_is_turned_as_it_says(tmp_path):
    file = tmp_path / "tall.jpg"
    picture = Image.fromarray(np.vstack([np.zeros((20, 80, 3), np.uint8), np.full((20, 80, 3), 255, np.uint8)]))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees to the right
    picture.save(file, exif=exif)
    shown = next(open_pictures(str(file), 40, 80, 1)).bgr
    assert shown[:, :15].min() > 200 and shown[:, 25:].max() < 50


def test_a_cut_off_picture_is_told(tmp_path, picture_file):
    file = tmp_path / "cut.png"
    file.write_bytes(picture_file.read_bytes()[:60])
    with pytest.raises(PictureError, match="cannot read the picture"):
        open_pictures(str(file), 64, 48, 1)


def test_a_folder_is_shown_in_order(tmp_path, picture_file):
    cv2.imwrite(str(tmp_path / "blue.jpg"), np.full((40, 60, 3), (255, 0, 0), np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    names = [picture.name for picture in islice(open_pictures(str(tmp_path), 64, 48, 1), 3)]
    assert names == ["blue.jpg", "red.png", "blue.jpg"]
    assert picture_count(str(tmp_path)) == 2


def test_a_video_starts_again_at_its_end(tmp_path):
    file = tmp_path / "three.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for level in (0, 120, 240):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    levels = [picture.bgr.mean() for picture in islice(open_pictures(str(file), 64, 48, 5), 6)]
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
def test_nothing_to_look_at_is_told_at_once(tmp_path, make, text):
    with pytest.raises(PictureError, match=text):
        open_pictures(str(make(tmp_path)), 64, 48, 1)


def _written(file):
    file.write_bytes(b"not a picture at all")
    return file


def test_nv12_and_back_keeps_the_colours():
    colours = np.array([[[20, 30, 200], [200, 180, 30]], [[90, 90, 90], [30, 200, 90]]], np.uint8)
    picture = cv2.resize(colours, (64, 48), interpolation=cv2.INTER_NEAREST)
    back = nv12_to_bgr(bgr_to_nv12(picture), 64, 48)
    assert np.abs(back.astype(int) - picture).max() <= 6


def test_nv12_holds_luma_rows_then_interleaved_chroma():
    nv12 = bgr_to_nv12(np.full((4, 6, 3), (255, 0, 0), np.uint8))
    assert nv12.shape == (6, 6)
    assert len(np.unique(nv12[:4])) == 1
    u, v = nv12[4:, ::2], nv12[4:, 1::2]
    assert (u > 200).all() and (v < 128).all()


def test_nv12_refuses_odd_sides():
    with pytest.raises(ValueError, match="even sides, got 5x4"):
        bgr_to_nv12(np.zeros((4, 5, 3), np.uint8))
