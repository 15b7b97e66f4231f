# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter `dequantize`: what it takes, and what a node's results carry then."""

import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ament_index_python.packages import get_package_prefix
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.msg import Tensor
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.parameters.spec import check_dequantize
from hbm_runtime_ros.results import real_bits

EXECUTABLE = Path(get_package_prefix("hbm_runtime_ros")) / "lib" / "hbm_runtime_ros" / "inference_node"


def model_with_scores():
    model = echo_model()
    noise = {"kind": "noise", "seed": 3}
    model["outputs"] += [
        {"name": "scores", "dtype": "float32", "shape": [1, 6], "fill": noise},
        {"name": "features", "dtype": "int8", "shape": [1, 4, 5, 7], "fill": noise,
         "quantization": {"scale": [0.5, 0.25, 0.125, 1.0], "zero_point": [0, 1, -2, 3], "axis": 1}},
    ]  # fmt: skip
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_models(folder / "echo.hbm", model_with_scores())
    return folder


@pytest.fixture(scope="module")
def model(folder):
    runtime = HB_HBMRuntime(str(folder / "echo.hbm"))
    return SimpleNamespace(name="echo", model_name="echo", output_names=list(runtime.output_names["echo"]), runtime=runtime)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none", [0, 0, 0, 0, 0]),
        ("float32", [0, 0, 32, 32, 32]),
        (" float16 ", [0, 0, 16, 16, 16]),
        ("boxes=float32, scores=float16", [0, 0, 32, 16, 0]),
        ("boxes = none,luma=none", [0, 0, 0, 0, 0]),
    ],
)
def test_one_word_stands_for_every_output_with_real_values_and_names_for_some(model, text, expected):
    assert model.output_names == ["luma", "chroma", "boxes", "scores", "features"]
    assert check_dequantize(text) is None
    assert real_bits(text, model) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "'' is not one of none, float32, float16"),
        ("float64", "'float64' is not one of none, float32, float16, nor a list like boxes=float32"),
        ("boxes=int8", "'int8' is not one of none, float32, float16"),
        ("float32, boxes=none", "'float32' is not of the form output=word"),
        ("boxes=none,", "'' is not of the form output=word"),
        ("=none", "'=none' is not of the form output=word"),
        ("boxes=none, boxes=float32", "duplicate output 'boxes'"),
    ],
)
def test_other_words_are_refused(text, expected):
    assert expected in check_dequantize(text)


def test_an_output_that_the_model_has_not_is_refused_with_those_that_it_has(model):
    with pytest.raises(
        ConfigurationError, match=r"'echo.dequantize': unknown output 'box'; did you mean 'boxes'\? \(known: luma, chroma"
    ):
        real_bits("box=float32", model)


def test_integers_without_quantisation_have_no_real_values_to_ask_for(model):
    with pytest.raises(
        ConfigurationError, match="output 'luma' contains uint8 that the model does not quantize; set luma=none"
    ):
        real_bits("luma=float32", model)


def test_an_output_name_may_hold_an_equals_sign():
    assert check_dequantize("a=b=float32") is None


def test_results_of_two_models_differ_only_in_what_the_parameter_says(folder):
    common = {"file": "echo.hbm", "input_topic": "image", "reliability": "reliable"}
    parameters = write_parameters(
        folder / "parameters.yaml",
        models=["plain", "real"],
        plain=common,
        real={**common, "dequantize": "boxes=float32, features=float16, scores=float16"},
    )
    node = subprocess.Popen([EXECUTABLE, "--ros-args", "--params-file", parameters])
    try:
        with Graph() as graph:
            infos = graph.model_lists()
            plain, real = (graph.results(f"/hbm_inference/{name}/result") for name in ("plain", "real"))
            picture = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
            graph.infer("image", picture, real)
            wait_until(lambda: plain, "a result of the other model")
            given = {tensor.name: tensor for tensor in plain[0].outputs}
            floats = {tensor.name: tensor for tensor in real[0].outputs}
            wait_until(lambda: infos and len(infos[-1].models) == 2, "the description of both models")
            described = {tensor.name: tensor for tensor in infos[-1].models[1].outputs}
    finally:
        node.send_signal(signal.SIGINT)
        node.wait(20)

    assert given["luma"] == floats["luma"]
    boxes = np.frombuffer(given["boxes"].data, np.int32).astype(np.float64) * np.float32(0.1)
    assert (floats["boxes"].dtype_code, floats["boxes"].dtype_bits) == (Tensor.DTYPE_FLOAT, 32)
    np.testing.assert_array_equal(np.frombuffer(floats["boxes"].data, np.float32), boxes.astype(np.float32))
    numbers = np.frombuffer(given["features"].data, np.int8).reshape(4, 5, 7).astype(np.float32)
    scale, zero_point = (np.reshape(values, (4, 1, 1)) for values in ([0.5, 0.25, 0.125, 1], [0, 1, -2, 3]))
    np.testing.assert_array_equal(
        np.frombuffer(floats["features"].data, np.float16), ((numbers - zero_point) * scale).astype(np.float16).ravel()
    )
    assert floats["features"].quant_type == Tensor.QUANT_NONE
    assert (described["features"].dtype, described["features"].quant_type) == ("int8", Tensor.QUANT_SCALE)
