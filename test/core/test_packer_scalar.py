# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs and outputs without dimensions: the C API has none, so each becomes a tensor of shape [1]."""

import numpy as np
import pytest
from cli_models import call, call_json
from onnx import TensorProto, helper
from onnx_networks import onnxruntime_outputs, save_onnx
from packer_networks import infer

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.packer import DTYPES, InputOptions, NetworkOptions, PackError, Quantization, pack_network


@pytest.fixture
def network(tmp_path):
    """y = x * gain, total = sum of y; gain and total have no dimensions."""
    return save_onnx(
        tmp_path / "net.onnx",
        [
            helper.make_node("Mul", ["x", "gain"], ["y"]),
            helper.make_node("ReduceSum", ["y"], ["total"], keepdims=0),
        ],
        [("x", TensorProto.FLOAT, (1, 4)), ("gain", TensorProto.FLOAT, ())],
        [("y", TensorProto.FLOAT, (1, 4)), ("total", TensorProto.FLOAT, ())],
        {},
    )


X = np.float32([[1, 2, 3, 4]])


def test_a_scalar_input_and_a_scalar_output_have_shape_1_everywhere(network, tmp_path, capsys):
    path = tmp_path / "net.hbm"
    facts = call_json(capsys, "pack", network, "-o", path)["models"][0]
    assert [(t["name"], t["shape"], t["strides"]) for t in facts["inputs"]] == [("x", [1, 4], [16, 4]), ("gain", [1], [4])]
    assert [(t["name"], t["shape"]) for t in facts["outputs"]] == [("y", [1, 4]), ("total", [1])]
    runtime = HB_HBMRuntime(str(path))
    assert runtime.input_shapes["net"]["gain"] == [1]
    assert runtime.output_shapes["net"]["total"] == [1]
    results = runtime.run({"x": X, "gain": np.float32([2.5])})["net"]
    y, total = onnxruntime_outputs(network, x=X, gain=np.float32(2.5))
    np.testing.assert_array_equal(results["y"], y)
    np.testing.assert_array_equal(results["total"], [total])


def test_a_scalar_input_is_converted_and_quantized_like_any_other(network):
    options = InputOptions(dtype=DTYPES["U8"], quantization=Quantization((0.5,), (3,)))
    packed = pack_network(NetworkOptions(network, inputs={"gain": options}))
    assert packed.model.inputs[1].quantization == Quantization((0.5,), (3,))
    y, total = infer(packed, X, np.uint8([8]))
    np.testing.assert_array_equal(y, 2.5 * X)
    np.testing.assert_array_equal(total, [25])


def test_a_scalar_takes_no_shape_and_no_picture(network, tmp_path, capsys):
    with pytest.raises(PackError, match=r"input 'gain': the network takes \[\], which cannot become \[1, 2\]"):
        pack_network(NetworkOptions(network, inputs={"gain": InputOptions(shape=(1, 2))}))
    code, _, err = call(capsys, "pack", network, "--nv12-input", "gain", "-o", tmp_path / "net.hbm")
    assert code == 1 and "a picture input has 4 dimensions, the network's has 0" in err


def test_a_value_without_dimensions_for_it_is_an_error_that_names_the_shape(network, tmp_path, capsys):
    call_json(capsys, "pack", network, "-o", tmp_path / "net.hbm")
    with pytest.raises(ValueError, match=r"gain.*\[1\]"):
        HB_HBMRuntime(str(tmp_path / "net.hbm")).run({"x": X, "gain": np.array([[2.5]], np.float32)})
