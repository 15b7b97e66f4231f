# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results drawn into pictures through the public API: what is drawn where, and what is refused."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from hbm_runtime_core import HbmEncodingError, HbmValueError, overlay

WIDTH, HEIGHT = 320, 240
NO_LABELS = ()


@dataclass
class Found:
    """Detections as hbm_runtime_core.decode returns them."""

    boxes: np.ndarray
    classes: np.ndarray
    labels: tuple = NO_LABELS
    corners: np.ndarray | None = None
    keypoints: np.ndarray | None = None
    masks: np.ndarray | None = None
    numbers: np.ndarray | None = None
    scores: np.ndarray = field(init=False)

    def __post_init__(self):
        self.boxes = np.asarray(self.boxes, np.float32).reshape(-1, 4)
        self.classes = np.asarray(self.classes, np.int32)
        self.scores = np.linspace(0.9, 0.5, len(self.boxes), dtype=np.float32)

    def __len__(self):
        return len(self.boxes)

    def label_image(self):
        return self.numbers


@dataclass
class Classes:
    classes: tuple
    scores: tuple
    labels: tuple


@dataclass
class Map:
    class_map: np.ndarray
    labels: tuple

    def resized(self, width, height):
        return cv2.resize(self.class_map, (width, height), interpolation=cv2.INTER_NEAREST)


@dataclass
class Line:
    text: str
    score: float


def grey(width=WIDTH, height=HEIGHT):
    return np.full((height, width, 3), 90, np.uint8)


def changed(picture, drawn):
    """Where the two differ by more than the rounding of colors."""
    return np.abs(picture.astype(int) - drawn.astype(int)).max(2) > 6


def bgr(index):
    return np.array(overlay.color_of_class(index)[::-1], int)


def test_a_box_has_the_color_of_its_class_and_a_label_above_it():
    drawn = overlay.draw(grey(), Found([[100, 80, 200, 160]], [3]))
    assert np.abs(drawn[120, 100].astype(int) - bgr(3)).max() < 12
    assert changed(grey(), drawn)[66:80, 100:140].any()
    assert not changed(grey(), drawn)[90:150, 110:190].any()


def test_the_given_picture_stays_as_it_is():
    picture = grey()
    overlay.draw(picture, Found([[10, 10, 50, 50]], [0]))
    assert (picture == 90).all()


def test_no_detection_changes_nothing():
    assert not changed(grey(), overlay.draw(grey(), Found([], []))).any()


def test_several_results_are_drawn_into_one_picture():
    drawn = overlay.draw(grey(), Found([[20, 100, 80, 160]], [0]), Found([[200, 100, 280, 160]], [1]))
    assert changed(grey(), drawn)[130, 20]
    assert changed(grey(), drawn)[130, 200]


def test_captions_replace_labels():
    found = Found([[100, 80, 200, 160]], [0], labels=("a name that is longer than the caption",))
    labelled = changed(grey(), overlay.draw(grey(), found))
    captioned = changed(grey(), overlay.draw(grey(), found, captions=["I"]))
    assert captioned[60:80].sum() < labelled[60:80].sum()
    assert not changed(grey(), overlay.draw(grey(), found, captions=[""]))[60:80].any()


def test_another_number_of_captions_is_refused():
    with pytest.raises(HbmValueError, match="'captions': expected 1 texts, one for each detection, got 2"):
        overlay.draw(grey(), Found([[0, 0, 9, 9]], [0]), captions=["a", "b"])


def test_masks_have_the_color_of_their_class_and_let_the_picture_through():
    numbers = np.zeros((HEIGHT, WIDTH), np.uint8)
    numbers[100:150, 100:200] = 1
    found = Found([[100, 80, 200, 160]], [2], masks=np.zeros((1, 4, 4)), numbers=numbers)
    drawn = overlay.draw(grey(), found)
    assert np.abs(drawn[125, 150].astype(int) - (bgr(2) + 90) // 2).max() < 12
    assert not changed(grey(), drawn)[90:98, 110:190].any()


def test_every_class_of_a_segmentation_but_the_background_is_colored():
    classes = np.zeros((2, 2), np.uint8)
    classes[0, 1] = 1
    drawn = overlay.draw(grey(), Map(classes, ("background", "road")))
    assert changed(grey(), drawn)[:110, 170:].all()
    assert not changed(grey(), drawn)[:, :150].any()
    assert changed(grey(), overlay.draw(grey(), Map(classes, ("sky", "road")))).all()


def test_classes_of_the_picture_and_a_line_of_text_stand_in_its_corner():
    for results in (Classes((7, 1), (0.9, 0.05), ()), Line("Kaffee 7", 0.8)):
        where = np.argwhere(changed(grey(), overlay.draw(grey(), results)))
        assert where.size
        assert where.max() < 120


@pytest.mark.parametrize("encoding", ["bgr8", "rgb8", "bgra8", "mono8", "bgr16", "bayer_rggb8"])
def test_raw_pictures_load_in_their_encoding(encoding):
    channels = {"bgra8": 4, "mono8": 1, "bayer_rggb8": 1}.get(encoding, 3)
    data = np.full((HEIGHT, WIDTH, channels), 90, np.uint8)
    if encoding == "bgr16":
        data = np.full((HEIGHT, WIDTH, channels), 90 * 257, np.uint16)
    canvas = overlay.Canvas()
    canvas.load(data, WIDTH, HEIGHT, data.strides[0], encoding)
    assert canvas.size == (WIDTH, HEIGHT)
    assert not changed(grey(), canvas.bgr()).any()


def test_nv12_in_limited_range_has_the_colors_that_opencv_sees():
    rng = np.random.default_rng(5)
    colors = cv2.resize(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), (WIDTH, HEIGHT))
    i420 = cv2.cvtColor(colors, cv2.COLOR_BGR2YUV_I420)
    chroma = i420[HEIGHT:].reshape(2, -1).T
    nv12 = np.concatenate([i420[:HEIGHT].ravel(), chroma.ravel()])
    canvas = overlay.Canvas()
    canvas.load(nv12, WIDTH, HEIGHT, WIDTH, "nv12")
    expected = cv2.cvtColor(nv12.reshape(-1, WIDTH), cv2.COLOR_YUV2BGR_NV12)
    assert np.abs(canvas.bgr().astype(int) - expected.astype(int)).max() <= 6


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("size", [(320, 240), (33, 17), (1, 1)])
def test_compressed_pictures_load_and_the_canvas_becomes_a_jpeg(suffix, size):
    canvas = overlay.Canvas()
    canvas.load_compressed(cv2.imencode(suffix, grey(*size))[1])
    assert canvas.size == size
    read = cv2.imdecode(np.frombuffer(canvas.jpeg(), np.uint8), cv2.IMREAD_COLOR)
    assert read.shape == (size[1], size[0], 3)
    assert not changed(grey(*size), read).any()


def test_the_quality_decides_about_the_size_of_the_file():
    canvas = overlay.Canvas()
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    canvas.load(noise, WIDTH, HEIGHT, 3 * WIDTH, "bgr8")
    assert len(canvas.jpeg(30)) < len(canvas.jpeg(90))
    with pytest.raises(HbmValueError, match="'quality' must be 1 to 100, got 0"):
        canvas.jpeg(0)


def test_an_empty_canvas_is_refused():
    for use in (lambda canvas: canvas.jpeg(), lambda canvas: canvas.bgr(), lambda canvas: canvas.draw(Found([], []))):
        with pytest.raises(HbmValueError, match="the canvas is empty; load a picture first"):
            use(overlay.Canvas())


def test_pictures_that_contradict_themselves_are_refused_and_the_canvas_stays_usable():
    canvas = overlay.Canvas()
    with pytest.raises(HbmEncodingError, match="unknown picture encoding 'nv13'"):
        canvas.load(grey(), WIDTH, HEIGHT, 0, "nv13")
    with pytest.raises(HbmValueError, match="expected .* bytes of data"):
        canvas.load(grey(), WIDTH, HEIGHT, 0, "mono8")
    with pytest.raises(HbmValueError, match="JPEG"):
        canvas.load_compressed(b"\xff\xd8\xff\xe0 cut off")
    canvas.load(grey(), WIDTH, HEIGHT, 0, "bgr8")
    assert canvas.size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("shape", [(240, 320), (240, 320, 4)])
def test_draw_takes_pictures_of_three_channels_alone(shape):
    with pytest.raises(HbmValueError, match="expected uint8"):
        overlay.draw(np.zeros(shape, np.uint8))


def test_arrays_of_another_shape_are_refused_by_name():
    found = Found([[0, 0, 9, 9]], [0])
    found.keypoints = np.zeros((1, 5, 2), np.float32)
    with pytest.raises(HbmValueError, match="'keypoints': expected shape"):
        overlay.draw(grey(), found)
    with pytest.raises(HbmValueError, match="'classes': expected shape"):
        overlay.draw(grey(), Found([[0, 0, 9, 9]], [0, 1]))
