# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is rare or wrong gives the right answer or a clear error: empty, full and broken outputs, options and arguments."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from decode_heads import yolo_maps, yolov5_maps
from decoder_models import Output, assert_found, model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import STRIDES, Candidates, by_score, without_overlaps, without_suppression, yolo, yolov5

from hbm_runtime_core import HbmValueError, decode

SIZE = (64, 96)
CELLS = sum((SIZE[0] // stride) * (SIZE[1] // stride) for stride in STRIDES)
FAMILIES = ("yolov8", "yolov8-seg", "yolov8-pose", "yolov8-obb", "yolo26", "yolov10", "yolov5")


def maps_of(family: str, **options) -> dict[str, np.ndarray]:
    if family == "yolov5":
        maps = yolov5_maps(width=SIZE[0], height=SIZE[1], classes=3, **options)
    else:
        bins = 1 if family == "yolo26" else 16
        maps = yolo_maps(
            family.partition("-")[2] or "detect", width=SIZE[0], height=SIZE[1], classes=3, bins=bins, **options
        )
    return {name: values.astype(np.float32) for name, values in maps.items()}


@pytest.fixture(scope="module")
def runtimes(tmp_path_factory):
    """A loaded model for each family."""
    return {
        family: model(tmp_path_factory.mktemp(family), [Output(*item) for item in maps_of(family).items()], *SIZE)
        for family in FAMILIES
    }


@pytest.fixture
def decoder_of(runtimes):
    def make(family: str = "yolov8", **options):
        return decode.for_model(runtimes[family], "detector", family, **options)

    return make


def real_maps(values: dict[str, np.ndarray]) -> list[list[np.ndarray]]:
    return [[values[f"{branch}{s}"][0] for branch in ("cls", "box", "extra") if f"{branch}{s}" in values] for s in STRIDES]


def no_objects(family: str) -> dict[str, np.ndarray]:
    values = maps_of(family)
    for name, array in values.items():
        if name.startswith("cls"):
            array[...] = -20
        elif name.startswith("map"):
            array.reshape(-1, 3, 8)[:, :, 4] = -20
    return values


@pytest.mark.parametrize("family", FAMILIES)
def test_a_picture_without_objects_gives_empty_arrays(decoder_of, family):
    found = decoder_of(family).decode(no_objects(family))
    assert len(found) == 0
    assert (found.boxes.shape, found.scores.shape, found.classes.shape) == ((0, 4), (0,), (0,))
    for name, shape in (("masks", (0, 24, 16)), ("keypoints", (0, 17, 3)), ("corners", (0, 4, 2))):
        part = getattr(found, name)
        expected = {"masks": "-seg", "keypoints": "-pose", "corners": "-obb"}[name] in family
        assert (part is not None) == expected, name
        if expected:
            assert part.shape == shape


def test_one_object_gives_one_box(decoder_of):
    values = no_objects("yolov8")
    values["cls16"][0, 2, 1] = [-9, 3, -9]
    sides = values["box16"][0, 2, 1].reshape(4, 16)
    sides[...] = -100
    sides[range(4), [1, 2, 1, 3]] = 100
    found = decoder_of().decode(values)
    expected = Candidates(np.array([[8.0, 8, 40, 88]]), np.array([1 / (1 + np.exp(-3))]), np.array([1]))
    assert_found(found, expected, *SIZE)


def test_all_cells_of_a_large_model_above_the_threshold(tmp_path):
    maps = yolo_maps(width=640, height=640, classes=2, mean=6.0)
    values = {name: array.astype(np.float32) for name, array in maps.items()}
    runtime = model(tmp_path, [Output(*item) for item in values.items()], 640, 640)
    candidates = yolo(real_maps(values))
    found = decode.for_model(runtime, "detector", "yolov8").decode(values)
    assert_found(found, without_overlaps(candidates, 0.25, 0.7), 640, 640)
    everything = decode.for_model(runtime, "detector", "yolov8", iou=1.0, max_detections=8400, confidence=0.01)
    assert_found(everything.decode(values), candidates.take(by_score(candidates.scores)), 640, 640)


@pytest.mark.parametrize("confidence, count", [(0.0, CELLS), (1.0, 0)])
def test_the_thresholds_zero_and_one_keep_all_and_none(decoder_of, confidence, count):
    decoder = decoder_of(confidence=confidence, iou=1.0, max_detections=100_000)
    assert len(decoder.decode(maps_of("yolov8"))) == count


def test_a_score_of_one_reaches_a_threshold_of_one(decoder_of):
    values = no_objects("yolov8")
    values["cls8"][0, 0, 0, 2] = np.inf
    assert decoder_of(confidence=1.0).decode(values).scores.tolist() == [1.0]


def test_an_iou_of_zero_leaves_one_of_those_that_touch(decoder_of):
    values = maps_of("yolov8", mean=1.0)
    found = decoder_of(iou=0.0).decode(values)
    assert_found(found, without_overlaps(yolo(real_maps(values)), 0.25, 0.0), *SIZE)


@pytest.mark.parametrize("family", FAMILIES)
def test_one_detection_at_most_is_the_best_one(decoder_of, family):
    values = maps_of(family)
    best = decoder_of(family, max_detections=1).decode(values)
    assert len(best) == 1
    np.testing.assert_array_equal(best.boxes[0], decoder_of(family).decode(values).boxes[0])


def test_suppression_over_all_classes(decoder_of):
    values = maps_of("yolov8", mean=0.0)
    found = decoder_of(class_agnostic=True, iou=0.3).decode(values)
    assert_found(found, without_overlaps(yolo(real_maps(values)), 0.25, 0.3, class_agnostic=True), *SIZE)


@pytest.mark.parametrize("classes", [["dog"], [2], ["cat", 2]])
def test_only_the_chosen_classes_are_found(decoder_of, classes):
    values = maps_of("yolov8", mean=0.0)
    labels = ["cat", "dog", "bird"]
    everything = without_overlaps(yolo(real_maps(values)), 0.25, 0.7)
    chosen = [labels.index(entry) if isinstance(entry, str) else entry for entry in classes]
    found = decoder_of(labels=labels, classes=classes).decode(values)
    assert_found(found, everything.take(np.flatnonzero(np.isin(everything.classes, chosen))), *SIZE)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("family", FAMILIES)
def test_values_that_are_no_numbers_leave_the_other_boxes_alone(decoder_of, family, broken):
    decoder = decoder_of(family)
    values = maps_of(family)
    random = np.random.default_rng(5)
    for array in values.values():
        array[random.random(array.shape) < 0.02] = broken
    assert_finite(decoder.decode(values))
    for array in values.values():
        array[...] = broken
    assert_finite(decoder.decode(values))


def assert_finite(found) -> None:
    for part in (found.boxes, found.scores, found.corners, found.keypoints):
        assert part is None or np.isfinite(part).all()
    assert ((found.boxes >= 0) & (found.boxes <= np.tile(SIZE, 2))).all()
    assert (found.boxes[:, :2] <= found.boxes[:, 2:]).all()
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert (np.diff(found.scores) <= 0).all()


def test_a_keypoint_that_is_no_number_is_not_visible(decoder_of):
    values = no_objects("yolov8-pose")
    values["cls8"][0, 1, 1] = [-9, 3, -9]
    values["extra8"][0, 1, 1, 6:9] = [np.nan, 1, 1]
    (points,) = decoder_of("yolov8-pose").decode(values).keypoints
    assert points[2].tolist() == [0, 0, 0]
    assert np.count_nonzero(points[:, 2]) == 16


def test_a_box_with_a_negative_side_is_left_out(decoder_of):
    values = no_objects("yolo26")
    values["cls8"][0, 1, 1:3] = [-9, 3, -9]
    values["box8"][0, 1, 1] = [-2, 1, 1, 1]
    values["box8"][0, 1, 2] = [-0.5, 1, 1, 1]
    assert decoder_of("yolo26").decode(values).boxes.tolist() == [[24, 4, 28, 20]]


def test_a_class_that_is_no_number_does_not_hide_the_others(decoder_of):
    values = no_objects("yolov8")
    values["cls8"][0, 1, 1] = [np.nan, 2.0, -np.inf]
    assert decoder_of().decode(values).classes.tolist() == [1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    family=st.sampled_from(["yolov8", "yolo26", "yolov5"]),
    seed=st.integers(0, 2**32 - 1),
    mean=st.sampled_from([-8.0, -3.0, 0.0, 4.0]),
    confidence=st.floats(0.001, 0.999),
    iou=st.floats(0.05, 0.95),
    most=st.sampled_from([1, 3, 300]),
    class_agnostic=st.booleans(),
)
def test_any_outputs_and_options_give_what_the_formulas_say(
    decoder_of, family, seed, mean, confidence, iou, most, class_agnostic
):
    values = maps_of(family, mean=mean, seed=seed)
    if family == "yolov5":
        candidates = yolov5([values[f"map{stride}"][0] for stride in STRIDES], 3)
    else:
        candidates = yolo(real_maps(values))
    if family == "yolo26":
        iou = 1.0
        expected = without_suppression(candidates, confidence, most=most)
    else:
        expected = without_overlaps(candidates, confidence, iou, most=most, class_agnostic=class_agnostic)
    decoder = decoder_of(family, confidence=confidence, iou=iou, max_detections=most, class_agnostic=class_agnostic)
    assert_found(decoder.decode(values), expected, *SIZE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(family=st.sampled_from(FAMILIES), seed=st.integers(0, 2**32 - 1), confidence=st.sampled_from([0.0, 0.3, 1.0]))
def test_any_bits_give_finite_boxes(decoder_of, family, seed, confidence):
    random = np.random.default_rng(seed)
    values = {
        name: np.frombuffer(random.bytes(array.nbytes), np.float32).reshape(array.shape)
        for name, array in maps_of(family).items()
    }
    assert_finite(decoder_of(family, confidence=confidence).decode(values))


def test_four_threads_share_one_decoder(decoder_of):
    decoder = decoder_of("yolov8-seg")
    pictures = [maps_of("yolov8-seg", seed=seed) for seed in range(8)]
    expected = [decoder.decode(values) for values in pictures]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            for one, other in zip(expected, threads.map(decoder.decode, pictures)):
                np.testing.assert_array_equal(one.boxes, other.boxes)
                np.testing.assert_array_equal(one.masks, other.masks)


def test_thresholds_are_changed_while_another_thread_decodes(decoder_of):
    decoder = decoder_of(iou=1.0, max_detections=10_000)
    values = maps_of("yolov8")
    scores = np.sort(yolo(real_maps(values)).scores)
    counts = {level: int((scores >= level).sum()) for level in (0.1, 0.3, 0.6)}
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(lambda: [len(decoder.decode(values)) for _ in range(300)])
        while not running.done():
            for level in counts:
                decoder.confidence = level
        assert set(running.result()) <= {*counts.values(), int((scores >= 0.25).sum())}


def test_results_stay_when_the_next_picture_is_decoded(decoder_of):
    decoder = decoder_of("yolov8-seg")
    first = decoder.decode(maps_of("yolov8-seg", seed=1))
    boxes, masks = first.boxes.copy(), first.masks.copy()
    decoder.decode(maps_of("yolov8-seg", seed=2, mean=3.0))
    np.testing.assert_array_equal(first.boxes, boxes)
    np.testing.assert_array_equal(first.masks, masks)


def test_arrays_that_are_not_contiguous_are_read_as_they_lie(decoder_of):
    decoder = decoder_of()
    values = maps_of("yolov8")
    expected = decoder.decode(values)
    views = {name: np.repeat(array, 2, axis=2)[:, :, ::2] for name, array in values.items()}
    reversed_views = {name: np.ascontiguousarray(array[:, ::-1])[:, ::-1] for name, array in values.items()}
    read_only = {name: array.copy() for name, array in values.items()}
    for array in read_only.values():
        array.flags.writeable = False
    transposed = {
        name: np.ascontiguousarray(array.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1) for name, array in values.items()
    }
    for other in (views, reversed_views, read_only, transposed):
        np.testing.assert_array_equal(decoder.decode(other).boxes, expected.boxes)


def change(values: dict, name: str, array: object) -> dict:
    return {**values, name: array}


WRONG_OUTPUTS = {
    "none at all": lambda values: {},
    "one is missing": lambda values: {name: array for name, array in values.items() if name != "box16"},
    "another type": lambda values: change(values, "cls8", values["cls8"].astype(np.float64)),
    "integers": lambda values: change(values, "cls8", values["cls8"].astype(np.int8)),
    "bytes swapped": lambda values: change(values, "cls8", values["cls8"].astype(">f4")),
    "axes swapped": lambda values: change(values, "box8", np.ascontiguousarray(values["box8"].transpose(0, 3, 1, 2))),
    "no batch": lambda values: change(values, "box8", values["box8"][0]),
    "two pictures": lambda values: change(values, "box8", np.repeat(values["box8"], 2, axis=0)),
    "another size": lambda values: change(values, "box8", values["box8"][:, 1:]),
    "empty": lambda values: change(values, "cls32", values["cls32"][:, :, :0]),
    "a list": lambda values: change(values, "cls8", values["cls8"].tolist()),
    "nothing": lambda values: change(values, "cls8", None),
}


@pytest.mark.parametrize("what", WRONG_OUTPUTS)
def test_outputs_that_do_not_fit_the_model_are_an_error_that_names_them(decoder_of, what):
    decoder = decoder_of()
    values = maps_of("yolov8")
    wrong = WRONG_OUTPUTS[what](values)
    names = [name for name in values if wrong.get(name) is not values[name]]
    with pytest.raises((HbmValueError, TypeError), match="|".join(names)):
        decoder.decode(wrong)
    assert len(decoder.decode(values)) > 0


@pytest.mark.parametrize("wrong", [None, 3, [np.zeros(3)], "outputs"])
def test_what_is_no_mapping_is_a_type_error(decoder_of, wrong):
    with pytest.raises((HbmValueError, TypeError)):
        decoder_of().decode(wrong)


def test_a_transform_of_another_model_is_an_error(decoder_of):
    from hbm_runtime_core.vision import ImageTransform

    other = ImageTransform("stretch", 100, 100, 640, 640, 6.4, 6.4, 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(HbmValueError, match="640"):
        decoder_of().decode(maps_of("yolov8"), other)
    with pytest.raises((HbmValueError, TypeError)):
        decoder_of().decode(maps_of("yolov8"), "letterbox")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"confidence": -0.1}, "confidence"),
        ({"confidence": 1.1}, "confidence"),
        ({"confidence": float("nan")}, "confidence"),
        ({"iou": 2}, "iou"),
        ({"iou": float("nan")}, "iou"),
        ({"max_detections": 0}, "max_detections"),
        ({"max_detections": -1}, "max_detections"),
        ({"labels": ["cat", "dog"]}, "labels.*3.*2"),
        ({"labels": ["cat", "dog", "bird", "cow"]}, "labels.*3.*4"),
        ({"labels": "/no/such/labels.txt"}, "/no/such/labels.txt"),
        ({"classes": [3]}, "3"),
        ({"classes": [-1]}, "-1"),
        ({"labels": ["cat", "dog", "bird"], "classes": ["brid"]}, "'brid'.*'bird'"),
        ({"classes": ["cat"]}, "cat"),
    ],
)
def test_options_that_do_not_fit_are_an_error_that_names_them(decoder_of, options, message):
    with pytest.raises(HbmValueError, match=message):
        decoder_of(**options)


@pytest.mark.parametrize(
    "name, value", [("confidence", 1.5), ("confidence", float("nan")), ("iou", -1), ("max_detections", 0)]
)
def test_a_wrong_value_that_is_set_later_changes_nothing(decoder_of, name, value):
    decoder = decoder_of()
    before = getattr(decoder, name)
    with pytest.raises(HbmValueError, match=name):
        setattr(decoder, name, value)
    assert getattr(decoder, name) == before


@pytest.mark.parametrize("family", decode.FAMILIES)
def test_a_family_that_does_not_fit_the_model_is_an_error_that_says_what_came(decoder_of, runtimes, family):
    wrong = "yolov8-obb" if family == "yolov8-pose" else "yolov8-pose"
    with pytest.raises(HbmValueError, match=r"detector.*expected.*got"):
        decode.for_model(runtimes[wrong], "detector", family)


def test_an_unknown_family_is_an_error_that_names_a_similar_one(runtimes):
    with pytest.raises(HbmValueError, match="unknown .*'yolo8v'.*did you mean 'yolov8'"):
        decode.for_model(runtimes["yolov8"], "detector", "yolo8v")


def test_an_unknown_model_is_an_error_that_names_the_loaded_ones(runtimes):
    with pytest.raises(HbmValueError, match="unknown model 'detectr'; did you mean 'detector'"):
        decode.for_model(runtimes["yolov8"], "detectr")
