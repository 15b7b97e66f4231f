# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The page about results is true."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from hbm_runtime_ros.msg import ImageTransform, InferenceResult

from hbm_runtime_ros import tensors
from hbm_runtime_ros.parameters.spec import check_dequantize

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "results.md").read_text()
LETTERBOX = ImageTransform(
    mode="letterbox", source_width=1920, source_height=1080, model_width=640, model_height=640,
    scale_x=1 / 3, scale_y=1 / 3, pad_top=140.0,
)  # fmt: skip


def test_its_python_examples_run():
    names = {}
    for example in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        exec(compile(example, "docs/results.md", "exec"), names)
    result = InferenceResult(
        transforms=[LETTERBOX],
        outputs=[
            tensors.numpy_to_tensor(np.array([3, 5, 7]), "classes"),
            tensors.numpy_to_tensor(np.array([10, 90, 20], np.int8), "scores", scale=0.01),
            tensors.numpy_to_tensor(np.array([[0, 140, 9, 150]] * 3, np.uint8), "boxes", scale=1.0),
        ],
    )
    ((index, score, corners),) = names["on_result"](result)
    assert (index, round(float(score), 2)) == (5, 0.9)
    np.testing.assert_allclose(corners, [0, 0, 27, 30], atol=1e-6)
    assert names["back_and_forth"](LETTERBOX).mode == "letterbox"
    published = []
    names["republish"](result, SimpleNamespace(publish=published.append))
    assert [message.names for message in published] == [["classes", "scores", "boxes"]]


def test_its_table_names_every_public_function():
    rows = re.findall(r"^\| (`.*?)\|", PAGE, re.M)
    assert sorted(re.findall(r"(\w+)\(", " ".join(rows))) == sorted(tensors.__all__)


def test_the_node_takes_its_value_of_the_parameter():
    (value,) = re.findall(r"^  dequantize: (.*?) *#", PAGE, re.M)
    assert check_dequantize(value) is None
