# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Families whose authors ship no small network: compared with their formulas, written once more in numpy."""

import numpy as np
import pytest
from decode_models import Recorded, load
from family_examples import EXAMPLES

from hbm_runtime_core import HbmValueError, decode


def decoder_of(folder, outputs, picture, **options):
    """A decoder of a model with these outputs, and what a run of it gives."""
    recorded = {name: value if isinstance(value, Recorded) else Recorded(value) for name, value in outputs.items()}
    runtime, results = load(folder, recorded, picture=picture)
    return decode.for_model(runtime, "net", **options), results


def sigmoid(values):
    return 1 / (1 + np.exp(-values.astype(np.float64)))


def softmax(values):
    weights = np.exp(values.astype(np.float64) - values.max())
    return weights / weights.sum()


def kept(boxes, scores, classes, iou):
    """Indices that stay, best first: greedy, class by class."""
    order, stay = np.argsort(-scores, kind="stable"), []
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for index in order:
        for other in stay:
            low, high = np.maximum(boxes[index, :2], boxes[other, :2]), np.minimum(boxes[index, 2:], boxes[other, 2:])
            overlap = np.prod(np.clip(high - low, 0, None))
            if classes[index] == classes[other] and overlap / (area[index] + area[other] - overlap) > iou:
                break
        else:
            stay.append(index)
    return np.array(stay, int)


def check(found, boxes, scores, classes, picture):
    np.testing.assert_allclose(found.scores, scores, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(found.classes, classes)
    np.testing.assert_allclose(found.boxes, np.clip(boxes, 0, [*picture, *picture]), rtol=0, atol=1e-3)


def test_fcos_scores_are_the_geometric_mean_of_class_and_centerness(tmp_path):
    sample = EXAMPLES["fcos"](np.random.default_rng(3))
    decoder, results = decoder_of(tmp_path, sample.outputs, (512, 512), confidence=0.3)
    levels = list(sample.outputs.values())
    boxes, scores, classes = [], [], []
    for level, stride in enumerate((8, 16, 32, 64, 128)):
        logits, sides, centers = (levels[level + 5 * kind][0] for kind in range(3))
        score = np.sqrt(sigmoid(logits.max(axis=-1)) * sigmoid(centers[..., 0]))
        y, x = np.nonzero(score >= 0.3)
        center = (np.stack([x, y], axis=1) + 0.5) * stride
        boxes.append(np.concatenate([center - sides[y, x, :2], center + sides[y, x, 2:]], axis=1))
        scores.append(score[y, x])
        classes.append(logits[y, x].argmax(axis=1))
    boxes, scores, classes = (np.concatenate(parts) for parts in (boxes, scores, classes))
    stay = kept(boxes, scores, classes, 0.6)
    assert 30 < len(stay) < len(scores)
    check(decoder.decode(results), boxes[stay], scores[stay], classes[stay], (512, 512))


@pytest.mark.parametrize("joined", [False, True])
def test_rtdetr_boxes_are_parts_of_the_picture(tmp_path, joined):
    sample = EXAMPLES["rtdetr_joined" if joined else "rtdetr"](np.random.default_rng(3))
    decoder, results = decoder_of(tmp_path, sample.outputs, (640, 480), confidence=0.4)
    if joined:
        (values,) = sample.outputs.values()
        raw, score = values[0, :, :4], values[0, :, 4:]
        best = score.argmax(axis=1)
        query = np.flatnonzero(score.max(axis=1) >= 0.4)
        label = best[query]
    else:
        raw, score = sample.outputs["boxes"][0], sigmoid(sample.outputs["logits"][0])
        query, label = np.nonzero(score >= 0.4)
    order = np.argsort(-score[query, label], kind="stable")
    query, label = query[order], label[order]
    center, half = raw[query, :2] * (640, 480), raw[query, 2:] * (320, 240)
    assert len(query) > 10
    check(
        decoder.decode(results),
        np.concatenate([center - half, center + half], axis=1),
        score[query, label],
        label,
        (640, 480),
    )


@pytest.mark.parametrize("name", ["semantic", "semantic_planes"])
def test_the_class_of_a_pixel_is_that_of_its_greatest_value(tmp_path, name):
    sample = EXAMPLES[name](np.random.default_rng(3))
    (values,) = sample.outputs.values()
    decoder, results = decoder_of(tmp_path, sample.outputs, (512, 256))
    found = decoder.decode(results)
    assert found.class_map.dtype == np.uint8
    np.testing.assert_array_equal(
        found.class_map, values[0].argmax(axis=sample.channel_axis if sample.channel_axis < 0 else 0)
    )


def test_integers_beyond_the_digits_of_a_float_are_compared_as_integers(tmp_path):
    values = np.full((1, 4, 4, 3), 2**30, np.int32)
    values[..., 2] += 1
    decoder, results = decoder_of(tmp_path, {"logits": Recorded(values, 0.5)}, (32, 32))
    assert (decoder.decode(results).class_map == 2).all()


def test_pixels_without_a_number_have_no_class(tmp_path):
    values = np.zeros((1, 4, 4, 3), np.float32)
    values[0, 0, 0] = np.nan
    values[0, 1, 1] = np.nan, -5, np.nan
    decoder, results = decoder_of(tmp_path, {"logits": values}, (32, 32))
    found = decoder.decode(results).class_map
    assert (found[0, 0], found[1, 1], found[2, 2]) == (255, 1, 0)


@pytest.mark.parametrize("shape", [(1, 1000), (1, 1000, 1, 1), (1, 1, 1, 1000)])
def test_logits_of_classes_become_probabilities(tmp_path, shape):
    values = np.random.default_rng(4).normal(0, 3, 1000).astype(np.float32)
    decoder, results = decoder_of(tmp_path, {"logits": values.reshape(shape)}, (224, 224))
    found = decoder.decode(results)
    best = np.argsort(-values)[:5]
    np.testing.assert_array_equal(found.classes, best)
    np.testing.assert_allclose(found.scores, softmax(values)[best], atol=1e-6)


def test_probabilities_of_classes_stay_as_they_are(tmp_path):
    values = softmax(np.random.default_rng(4).normal(0, 3, (1, 1000))).astype(np.float32)
    decoder, results = decoder_of(tmp_path, {"prob": values}, (224, 224))
    np.testing.assert_array_equal(decoder.decode(results).scores, np.sort(values[0])[:-6:-1])


@pytest.mark.parametrize(("dtype", "scale"), [("uint8", 1 / 255), ("int8", 1 / 127)])
def test_integers_up_to_one_are_probabilities(tmp_path, dtype, scale):
    values = np.zeros((1, 10), dtype)
    values[0, 3], values[0, 7] = 100, 20
    decoder, results = decoder_of(tmp_path, {"prob": Recorded(values, scale)}, (224, 224), max_detections=2)
    found = decoder.decode(results)
    assert found.classes.tolist() == [3, 7]
    np.testing.assert_allclose(found.scores, [100 * scale, 20 * scale], rtol=1e-6)


def test_an_infinite_logit_is_certain(tmp_path):
    values = np.zeros((1, 10), np.float32)
    values[0, 4], values[0, 5] = np.inf, np.nan
    decoder, results = decoder_of(tmp_path, {"logits": values}, (224, 224))
    found = decoder.decode(results)
    assert (found.classes[0], found.scores[0]) == (4, 1)
    assert 5 not in found.classes


def steps_of(text, alphabet, *, repeat=2, sure=8.0):
    """Values of a recognizer that reads `text`: each character in some steps, a blank between equal ones."""
    classes = []
    for before, character in zip(" " + text, text, strict=False):
        classes += [0] * (before == character) + [alphabet.index(character) + 1] * repeat
    classes += [0] * (80 - len(classes))
    values = np.zeros((1, 80, len(alphabet) + 1), np.float32)
    values[0, np.arange(80), classes] = sure
    return values


ALPHABET = [*"abcdefghijklmnopqrstuvwxyz .-"]


def test_repeated_steps_are_one_character_and_a_blank_separates_two(tmp_path):
    values = steps_of("hello all", ALPHABET)
    decoder, results = decoder_of(tmp_path, {"steps": values}, (320, 48), labels=ALPHABET)
    line = decoder.decode(results)
    assert line.text == "hello all"
    assert line.score == pytest.approx(softmax(values[0, 0]).max(), abs=1e-6)


def test_nothing_to_read_is_an_empty_text(tmp_path):
    decoder, results = decoder_of(tmp_path, {"steps": steps_of("", ALPHABET)}, (320, 48), labels=ALPHABET)
    assert decoder.decode(results) == decode.TextLine("", 0.0)


def test_characters_come_from_a_file_whose_space_may_be_missing(tmp_path):
    values = steps_of("a b\u3000c", [*"abc", "\u3000", " "])
    values = np.concatenate([values, np.zeros((1, 80, 8), np.float32)], axis=2)
    alphabet = [*"abc", "\u3000", " ", *"defghij", " "]
    (tmp_path / "all.txt").write_text("\n".join(alphabet) + "\n", encoding="utf-8")
    (tmp_path / "fewer.txt").write_text("\n".join(alphabet[:-1]) + "\n", encoding="utf-8")
    for file in ("all.txt", "fewer.txt"):
        decoder, results = decoder_of(tmp_path, {"steps": values}, (320, 48), labels=tmp_path / file)
        assert decoder.decode(results).text == "a b\u3000c"
        assert decoder.labels == tuple(alphabet)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "labels: expected 29, the characters that model 'net' reads, got none"),
        (["a", "b"], "labels: expected 29, one for each class of model 'net', got 2"),
    ],
)
def test_text_recognition_without_its_characters_is_refused(tmp_path, labels, message):
    with pytest.raises(HbmValueError, match=f"^{message}$"):
        decoder_of(tmp_path, {"steps": steps_of("a", ALPHABET)}, (320, 48), family="text_recognition", labels=labels)


def test_text_detection_reads_logits_of_integers(tmp_path):
    logits = np.full((1, 1, 64, 64), -20_000, np.int16)
    logits[0, 0, 20:30, 10:50] = 9000
    decoder, results = decoder_of(tmp_path, {"map": Recorded(logits, 2.0**-12)}, (128, 128))
    found = decoder.decode(results)
    assert found.scores.tolist() == pytest.approx([1 / (1 + np.exp(-9000 * 2.0**-12))])
    growth = 39 * 9 * 1.6 / (2 * (39 + 9))
    # Centers of pixels 10 to 49 and 20 to 29 of a map that is half as large as the picture.
    left, top, right, bottom = (2 * (value + 0.5) for value in (10 - growth, 20 - growth, 49 + growth, 29 + growth))
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    np.testing.assert_allclose(found.corners[0], corners, atol=1e-4)


def test_a_line_of_text_in_a_hole_of_another_is_found_too(tmp_path):
    plane = np.zeros((1, 1, 128, 128), np.float32)
    plane[0, 0, 10:118, 10:118] = 0.9
    plane[0, 0, 20:108, 20:108] = 0.1
    plane[0, 0, 60:70, 40:90] = 0.8
    decoder, results = decoder_of(tmp_path, {"map": plane}, (128, 128), confidence=0.2)
    found = decoder.decode(results)
    assert len(found) == 2
    assert found.scores[0] == pytest.approx(0.8)
    whole = plane[0, 0, 10:118, 10:118]
    assert found.scores[1] == pytest.approx(whole.mean())
