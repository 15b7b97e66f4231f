# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a decoder is given: outputs, transforms, thresholds, labels and classes."""

import threading

import numpy as np
import pytest
from decode_models import load
from test_yolo_levels import CLASSES, outputs_of, random_levels

from hbm_runtime_core import HbmFileNotFoundError, HbmValueError, decode
from hbm_runtime_core.vision import ImageTransform


@pytest.fixture(scope="module")
def yolo(tmp_path_factory):
    """A runtime with a YOLO, and what it gives out."""
    return load(tmp_path_factory.mktemp("yolo"), outputs_of(random_levels(11)))


def transform_of(width: int, height: int, side: int = 640) -> ImageTransform:
    """Letterbox of a picture in a square."""
    scale = min(side / width, side / height)
    left, top = (side - width * scale) / 2, (side - height * scale) / 2
    return ImageTransform("letterbox", width, height, side, side, scale, scale, left, top, 0, 0)


def test_boxes_are_in_source_pixels_and_inside_the_picture(yolo):
    runtime, results = yolo
    decoder = decode.for_model(runtime, "net")
    transform = transform_of(1281, 723)
    model, source = decoder.decode(results), decoder.decode(results, transform)
    assert (source.width, source.height) == (1281, 723)
    np.testing.assert_allclose(source.boxes, transform.to_source(model.boxes, clip=True), atol=1e-3)
    assert source.boxes.min() >= 0 and source.boxes[:, 2].max() <= 1281 and source.boxes[:, 3].max() <= 723


def test_a_missing_output_is_named(yolo):
    runtime, results = yolo
    fewer = {name: array for name, array in results.items() if name != "box1"}
    with pytest.raises(HbmValueError, match="outputs: expected one named 'box1', got"):
        decode.for_model(runtime, "net").decode(fewer)


@pytest.mark.parametrize(
    "array, came",
    [
        (np.zeros((1, 40, 40, 64), np.int8), r"int8 \[1, 40, 40, 64\]"),
        (np.zeros((1, 40, 40, 32), np.float32), r"float32 \[1, 40, 40, 32\]"),
        (np.zeros((40, 40, 64), np.float32), r"float32 \[40, 40, 64\]"),
        (np.zeros((1, 40, 40, 64), ">f4"), r">f4 \[1, 40, 40, 64\]"),
    ],
)
def test_an_output_of_another_type_or_shape_is_refused(yolo, array, came):
    runtime, results = yolo
    with pytest.raises(HbmValueError, match=rf"output 'box1': expected float32 \[1, 40, 40, 64\], got {came}"):
        decode.for_model(runtime, "net").decode({**results, "box1": array})


def test_an_output_that_is_no_array_is_a_type_error(yolo):
    runtime, results = yolo
    with pytest.raises(TypeError, match="output 'box1': expected a numpy array, got list"):
        decode.for_model(runtime, "net").decode({**results, "box1": [1.0]})


def test_the_transform_of_another_model_is_refused(yolo):
    runtime, results = yolo
    with pytest.raises(HbmValueError, match="transform: expected one to the model's 640x640 pixels, got one to 320x320"):
        decode.for_model(runtime, "net").decode(results, transform_of(1280, 720, 320))


def test_thresholds_can_be_changed_between_calls(yolo):
    runtime, results = yolo
    decoder = decode.for_model(runtime, "net", confidence=0.9)
    few = decoder.decode(results)
    decoder.confidence = 0.3
    more = decoder.decode(results)
    decoder.max_detections = 3
    three = decoder.decode(results)
    assert len(few) < len(more) and few.scores.min() >= 0.9 and more.scores.min() < 0.9
    np.testing.assert_array_equal(three.boxes, more.boxes[:3])


@pytest.mark.parametrize("name, value", [("confidence", 1.5), ("confidence", float("nan")), ("iou", -0.1)])
def test_a_threshold_outside_its_range_is_refused(yolo, name, value):
    with pytest.raises(HbmValueError, match=f"{name} '{value}' must be 0 to 1"):
        decode.for_model(yolo[0], "net", **{name: value})


def test_classes_are_kept_by_number_and_by_name(yolo):
    runtime, results = yolo
    labels = [f"thing {index}" for index in range(CLASSES)]
    everything = decode.for_model(runtime, "net", labels=labels).decode(results)
    wanted = sorted(set(everything.classes.tolist()))[:3]
    by_number = decode.for_model(runtime, "net", classes=wanted).decode(results)
    by_name = decode.for_model(runtime, "net", labels=labels, classes=[labels[index] for index in wanted]).decode(results)
    chosen = np.isin(everything.classes, wanted)
    np.testing.assert_array_equal(by_number.boxes, everything.boxes[chosen])
    np.testing.assert_array_equal(by_name.scores, everything.scores[chosen])
    assert by_name.label(0) == labels[by_name.classes[0]]


def test_digits_are_the_name_of_a_class_or_else_its_number(yolo):
    runtime, results = yolo
    labels = [f"thing {index}" for index in range(CLASSES - 1)] + ["7"]

    def kept(**options):
        return set(decode.for_model(runtime, "net", confidence=0.01, **options).decode(results).classes.tolist())

    assert kept(classes=["7"]) == kept(labels=labels[:-1] + ["last"], classes=["7"]) == {7}
    assert kept(labels=labels, classes=["7"]) == {CLASSES - 1}


def test_each_class_can_have_a_confidence_of_its_own(yolo):
    runtime, results = yolo
    everything = decode.for_model(runtime, "net", confidence=0.3).decode(results)
    first, second = sorted(set(everything.classes.tolist()))[:2]
    found = decode.for_model(runtime, "net", confidence=0.9, classes={first: 0.3, second: 0.8}).decode(results)
    least = np.where(everything.classes == first, 0.3, np.where(everything.classes == second, 0.8, np.inf))
    np.testing.assert_array_equal(found.boxes, everything.boxes[everything.scores >= least])


def test_an_unknown_class_is_answered_with_the_nearest_one(yolo):
    labels = ["car", "truck", *map(str, range(CLASSES - 2))]
    with pytest.raises(HbmValueError, match="unknown class 'trukc'; did you mean 'truck'"):
        decode.for_model(yolo[0], "net", labels=labels, classes=["trukc"])


def test_labels_are_read_from_a_file(yolo, tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("\n".join(f"label {index}" for index in range(CLASSES)) + "\n\n")
    assert decode.for_model(yolo[0], "net", labels=path).labels[79] == "label 79"


def test_a_wrong_number_of_labels_is_refused(yolo):
    with pytest.raises(HbmValueError, match="labels: expected 80, one for each class of model 'net', got 2"):
        decode.for_model(yolo[0], "net", labels=["a", "b"])


def test_a_missing_file_of_labels_is_named(yolo, tmp_path):
    with pytest.raises(HbmFileNotFoundError, match="labels '.*none.txt': No such file"):
        decode.for_model(yolo[0], "net", labels=tmp_path / "none.txt")


def test_threads_can_share_a_decoder(yolo):
    runtime, results = yolo
    decoder = decode.for_model(runtime, "net")
    expected = decoder.decode(results).boxes
    wrong = []

    def work() -> None:
        for _ in range(50):
            if not np.array_equal(decoder.decode(results).boxes, expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
