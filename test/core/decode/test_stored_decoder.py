# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A decoder in the description of a model: `hbm pack` writes it, decoders, `hbm info` and `hbm run` read it."""

import json

import numpy as np
import pytest
from decode_models import Recorded, load, pack
from test_recognition import strides
from test_yolo_levels import outputs_of, random_levels

from hbm_runtime_core import HB_HBMRuntime, HbmValueError, decode
from hbm_runtime_core.cli import main

LABELS = [f"thing {index}" for index in range(80)]


def test_a_decoder_of_a_description_is_used_with_its_thresholds_and_labels(tmp_path):
    stored = {"family": "yolov10", "labels": LABELS, "confidence": 0.4, "iou": 0.9}
    runtime, results = load(tmp_path, outputs_of(random_levels(1)), decoder=stored, description="finds things")
    decoder = decode.for_model(runtime, "net")
    assert (decoder.family, decoder.confidence, decoder.iou) == ("yolov10", 0.4, 0.9)
    assert decoder.how_recognized.startswith("yolov10, as the model's description says")
    assert decoder.decode(results).label(0).startswith("thing ")


def test_an_argument_counts_more_than_the_description(tmp_path):
    runtime, _ = load(tmp_path, outputs_of(random_levels(1)), decoder={"family": "yolov10", "confidence": 0.4})
    decoder = decode.for_model(runtime, "net", "yolov8", confidence=0.6)
    assert (decoder.family, decoder.confidence, decoder.iou) == ("yolov8", 0.6, 0.7)


def test_labels_of_a_description_come_from_a_file_beside_it(tmp_path):
    (tmp_path / "names.txt").write_text("\n".join(LABELS))
    runtime, _ = load(tmp_path, outputs_of(random_levels(1)), decoder={"family": "auto", "labels": "names.txt"})
    assert decode.for_model(runtime, "net").labels == tuple(LABELS)


def test_a_decoder_that_does_not_fit_is_refused_when_packing(tmp_path, capsys):
    with pytest.raises(AssertionError):
        pack(tmp_path, {f"out{i}": output for i, output in enumerate(strides(80, 64))}, decoder={"family": "yolo26"})
    assert "family 'yolo26': expected outputs" in capsys.readouterr().err


def test_a_wrong_number_of_labels_is_refused_when_packing(tmp_path, capsys):
    with pytest.raises(AssertionError):
        pack(tmp_path, outputs_of(random_levels(1)), decoder={"family": "yolov8", "labels": ["a"]})
    assert "labels: expected 80, one for each class of model 'net', got 1" in capsys.readouterr().err


def test_info_shows_the_decoder_and_the_text_beside_it(tmp_path, capsys):
    stored = {"family": "yolov8", "labels": LABELS, "confidence": 0.4}
    path = pack(tmp_path, outputs_of(random_levels(1)), decoder=stored, description="finds things")
    capsys.readouterr()
    assert main(["info", path, "--json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert model["description"] == "finds things"
    assert model["decoder"] == stored
    assert main(["info", path]) == 0
    text = capsys.readouterr().out
    assert "family yolov8" in text and "(80)" in text


@pytest.mark.parametrize(
    "decoder, message",
    [
        ([], r"description, decoder: expected an object with a family, got \[\]"),
        ({"family": "yolov8", "labels": "coco"}, 'decoder, labels: expected a list of names, got "coco"'),
        ({"family": "yolov8", "iou": 7}, "decoder, iou must be 0 to 1, got 7"),
    ],
)
def test_a_description_whose_decoder_cannot_be_read_is_refused(tmp_path, decoder, message):
    description = json.dumps({"decoder": decoder})
    runtime = HB_HBMRuntime(pack(tmp_path, {"y": Recorded(np.zeros((1, 2), np.float32))}, description=description))
    with pytest.raises(HbmValueError, match=message):
        decode.for_model(runtime, "net")


def test_run_prints_what_was_found_in_pixels_of_the_picture(tmp_path, monkeypatch, capsys):
    import cv2

    path = pack(tmp_path, outputs_of(random_levels(1)), decoder={"family": "yolov8", "labels": LABELS})
    picture = tmp_path / "street.png"
    cv2.imwrite(str(picture), np.zeros((360, 1280, 3), np.uint8))
    capsys.readouterr()
    assert main(["run", path, "--input", str(picture), "--decode", "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert (results["family"], results["width"], results["height"]) == ("yolov8", 1280, 360)
    boxes = np.array([found["box"] for found in results["detections"]])
    assert boxes[:, 2].max() > 640 and boxes[:, 3].max() <= 360
    monkeypatch.chdir(tmp_path)
    assert not list(tmp_path.glob("*.jpg"))
    assert main(["run", path, "--input", str(picture), "--decode", "--confidence", "0.9"]) == 0
    text = capsys.readouterr().out
    assert "as the model's description says" in text and "thing " in text


def test_run_draws_what_was_found_into_the_picture(tmp_path, monkeypatch, capsys):
    import cv2

    path = pack(tmp_path, outputs_of(random_levels(1)))
    picture, drawn = tmp_path / "street.png", tmp_path / "found.jpg"
    cv2.imwrite(str(picture), np.zeros((360, 1280, 3), np.uint8))
    assert main(["run", path, "--input", str(picture), "--decode", "--draw", str(drawn)]) == 0
    assert f"drawn into {drawn}" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    assert main(["run", path, "--input", str(picture), "--decode"]) == 0
    assert "drawn into street.decoded.jpg" in capsys.readouterr().out
    assert (tmp_path / "street.decoded.jpg").read_bytes() == drawn.read_bytes()
    found = cv2.imread(str(drawn))
    assert found.shape == (360, 1280, 3) and found.max() > 100


def test_run_has_nothing_to_draw_into_without_a_picture(tmp_path, capsys):
    path = pack(tmp_path, outputs_of(random_levels(1)))
    assert main(["run", path, "--random", "--decode", "--draw", str(tmp_path / "found.jpg")]) == 2
    assert "--draw needs a picture to draw into" in capsys.readouterr().err


def test_run_refuses_options_of_a_decoder_without_one(tmp_path, capsys):
    path = pack(tmp_path, outputs_of(random_levels(1)))
    assert main(["run", path, "--random", "--confidence", "0.5"]) == 2
    assert "--confidence is ignored because nothing is decoded; add --decode" in capsys.readouterr().err
