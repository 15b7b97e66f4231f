# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What `hbm run --decode` prints of results that are no boxes."""

import json

import numpy as np
import pytest
from decode_models import Recorded, pack

from hbm_runtime_core.cli import main


def printed(capsys: pytest.CaptureFixture[str], path: str, *options: str) -> str:
    capsys.readouterr()
    assert main(["run", path, "--random", "--decode", *options]) == 0
    return capsys.readouterr().out


def test_the_best_classes_of_a_picture(tmp_path, capsys):
    scores = np.full((1, 1000), -5, np.float32)
    scores[0, [7, 11]] = 9, 8
    path = pack(tmp_path, {"prob": Recorded(scores)}, picture=(224, 224))
    classes = json.loads(printed(capsys, path, "--json"))["results"]["classes"]
    assert [found["class"] for found in classes][:2] == [7, 11]
    assert printed(capsys, path).splitlines()[3].split()[0] == "7"


def test_the_share_of_each_class_in_a_segmentation(tmp_path, capsys):
    logits = np.zeros((1, 64, 64, 19), np.float32)
    logits[0, :16, :, 3] = 1
    path = pack(tmp_path, {"logits": Recorded(logits)}, picture=(512, 512))
    areas = json.loads(printed(capsys, path, "--json"))["results"]["areas"]
    assert {area["label"]: area["share"] for area in areas} == {"0": 0.75, "3": 0.25}
    assert "25.0%" in printed(capsys, path)


def test_the_text_of_a_line(tmp_path, capsys):
    steps = np.zeros((1, 40, 27), np.float32)
    steps[0, :, 0] = 1
    steps[0, [3, 9], 0] = 0.2, 0
    steps[0, [3, 9], [1, 3]] = 0.8, 1
    (tmp_path / "characters.txt").write_text("\n".join("abcdefghijklmnopqrstuvwxyz"))
    path = pack(tmp_path, {"ctc": Recorded(steps)}, picture=(320, 48))
    text = printed(capsys, path, "--decoder", "text_recognition", "--labels", str(tmp_path / "characters.txt"))
    assert "'ac', score 0.900" in text
