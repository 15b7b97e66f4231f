# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors from serialized messages into the inputs of a model, without a graph."""

import numpy as np
import pytest
from hbm_runtime_ros.msg import Tensor
from model_packages import write_models
from rclpy.serialization import serialize_message
from tensor_messages import tensor, tensor_list

from hbm_runtime_core import HB_HBMRuntime, dequantize, pack_four_bit
from hbm_runtime_ros.errors import DropReason, FrameError
from hbm_runtime_ros.file_locator import OpenFile
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
from hbm_runtime_ros.inputs.slot import InferenceSlot
from hbm_runtime_ros.inputs.tensors import TensorListReader
from hbm_runtime_ros.model_files import ModelFileCache, ModelHandle

INPUTS = {
    "features": {"dtype": "float32", "shape": [2, 8]},
    "numbers": {"dtype": "int8", "shape": [1, 6], "quantization": {"scale": 0.5, "zero_point": 3}},
    "channels": {"dtype": "int16", "shape": [1, 2, 3], "quantization": {"scale": [0.5, 0.25], "axis": 1}},
    "nibbles": {"dtype": "int4", "shape": [2, 5]},
    "flags": {"dtype": "bool", "shape": [3]},
    "half": {"dtype": "float16", "shape": [4]},
    "open": {"dtype": "float32", "shape": [1, -1]},
}
GOOD = {
    "features": np.arange(16, dtype=np.float32).reshape(2, 8),
    "numbers": np.arange(6, dtype=np.int8).reshape(1, 6),
    "channels": np.arange(6, dtype=np.int16).reshape(1, 2, 3),
    "nibbles": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "flags": np.array([True, False, True]),
    "half": np.arange(4, dtype=np.float16),
    "open": np.arange(5, dtype=np.float32).reshape(1, 5),
}


@pytest.fixture(scope="module")
def runtime_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tensors")
    models = [
        {
            "name": name,
            "inputs": [{"name": name, **port}],
            "outputs": [{"name": "out", "dtype": "float32", "shape": [1]}],
        }
        for name, port in INPUTS.items()
    ]
    pair = [{"name": name, **INPUTS[name]} for name in ("features", "half")]
    models.append({"name": "pair", "inputs": pair, "outputs": [{"name": "out", "dtype": "float32", "shape": [1]}]})
    write_models(folder / "models.hbm", *models)
    return folder


@pytest.fixture(scope="module")
def requests(runtime_folder):
    files = ModelFileCache("sim")
    made = {}

    def request_of(name):
        if name not in made:
            model = ModelHandle(files, OpenFile(runtime_folder / "models.hbm"), name, name)
            readers = [("", {"tensors": TensorListReader(model, model.input_names)})]
            made[name] = InferenceSlot(model.create_request, readers, model.dynamic_shapes)
        return made[name]

    return request_of


def good(name, **fields):
    if name == "nibbles":
        fields = {"dtype_code": Tensor.DTYPE_INT, "dtype_bits": 4, "shape": [2, 5], **fields}
    return tensor(name, GOOD[name], **fields)


def fill(inputs, *tensors):
    kind = MESSAGE_TYPES["hbm_runtime_ros/msg/TensorList"]
    return inputs.fill([Message(kind, serialize_message(tensor_list(*tensors)))])


def refusal(inputs, *tensors):
    with pytest.raises(FrameError) as refused:
        fill(inputs, *tensors)
    assert refused.value.reason is DropReason.TENSOR
    return str(refused.value)


@pytest.mark.parametrize("name", INPUTS)
def test_a_tensor_of_the_models_own_type_arrives_as_it_is(requests, name):
    inputs = requests(name)
    filled = fill(inputs, good(name))
    assert np.array_equal(inputs.request.inputs[name], GOOD[name])
    assert (filled.header.frame_id, filled.pictures) == ("lidar", [])


def test_the_order_of_the_tensors_does_not_matter(requests):
    inputs = requests("pair")
    fill(inputs, good("half"), good("features"))
    assert np.array_equal(inputs.request.inputs["features"], GOOD["features"])
    assert np.array_equal(inputs.request.inputs["half"], GOOD["half"])


def test_strides_and_offset_are_obeyed(requests):
    inputs = requests("features")
    padded = np.full(3 + 2 * 10, -1, np.float32)
    rows = padded[3:].reshape(2, 10)
    rows[:, :8] = GOOD["features"]
    fill(inputs, tensor("features", padded, shape=[2, 8], strides=[10, 1], byte_offset=12))
    assert np.array_equal(inputs.request.inputs["features"], GOOD["features"])
    transposed = tensor("features", GOOD["features"].T, shape=[2, 8], strides=[1, 2])
    fill(inputs, transposed)
    assert np.array_equal(inputs.request.inputs["features"], GOOD["features"])


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
@pytest.mark.parametrize("name", ["numbers", "channels"])
def test_real_values_are_quantized_as_the_model_requires(requests, runtime_folder, name, dtype):
    inputs = requests(name)
    quant = HB_HBMRuntime(str(runtime_folder / "models.hbm")).input_quants[name][name]
    values = dequantize(GOOD[name], quant).astype(dtype)
    fill(inputs, tensor(name, values))
    assert np.array_equal(inputs.request.inputs[name], GOOD[name])


def test_numbers_of_the_models_quantisation_arrive_as_they_are(requests):
    inputs = requests("numbers")
    fields = {"quant_type": Tensor.QUANT_SCALE, "quant_scale": [0.5]}
    fill(inputs, good("numbers", quant_zero_point=[3], **fields))
    assert np.array_equal(inputs.request.inputs["numbers"], GOOD["numbers"])
    assert "quantized" in refusal(inputs, good("numbers", quant_zero_point=[4], **fields))
    assert "quantized" in refusal(inputs, good("numbers", quant_zero_point=[3], **{**fields, "quant_scale": [0.25]}))
    assert "quantized" in refusal(inputs, good("numbers", quant_zero_point=[3, 3], **{**fields, "quant_scale": [0.5, 0.5]}))
    assert "quantized" in refusal(requests("features"), good("features", **fields))


def test_an_open_shape_is_the_senders_and_may_change_from_frame_to_frame(requests):
    inputs = requests("open")
    for length in (3, 7, 7, 1):
        values = np.random.default_rng(length).random((1, length), np.float32)
        fill(inputs, tensor("open", values))
        assert np.array_equal(inputs.request.inputs["open"], values)
    assert "[1, -1]" in refusal(inputs, tensor("open", np.zeros((1, 0), np.float32)))
    assert "[1, -1]" in refusal(inputs, tensor("open", np.zeros((2, 3), np.float32)))


def test_a_shape_is_not_believed_before_its_data_is_there(requests):
    inputs = requests("open")
    few = tensor("open", np.zeros(4, np.float32), shape=[1, 2**40])
    assert "takes the bytes 0 to 4398046511104 of its data, which has 16" in refusal(inputs, few)
    few.strides = [0, 0]
    assert "takes 4398046511104 bytes" in refusal(inputs, few)


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ([], ["'features' is missing", "got none"]),
        ([good("half")], ["unknown tensor 'half'", "'features'"]),
        ([good("features"), good("features")], ["duplicate tensor 'features'"]),
        ([tensor("features", np.zeros((2, 8), np.float64))], ["expected float32", "got float64"]),
        ([tensor("features", np.zeros((2, 8), np.int32))], ["expected float32", "got int32"]),
        ([good("features", dtype_code=9)], ["dtype_code 9"]),
        ([good("features", dtype_lanes=4)], ["dtype_lanes 1, got 4"]),
        ([good("features", shape=[16])], ["[2, 8]", "[16]"]),
        ([good("features", shape=[2, 7])], ["[2, 8]", "[2, 7]"]),
        ([good("features", shape=[2, 8, 1])], ["[2, 8]", "[2, 8, 1]"]),
        ([good("features", shape=[2, -8])], ["[2, 8]", "[2, -8]"]),
        (
            [tensor("features", np.zeros(15, np.float32), shape=[2, 8])],
            ["takes the bytes 0 to 64 of its data, which has 60"],
        ),
        ([tensor("features", np.zeros(17, np.float32), shape=[2, 8])], ["takes 64 bytes, got 68"]),
        ([good("features", byte_offset=4)], ["takes the bytes 4 to 68 of its data, which has 64"]),
        ([good("features", byte_offset=2**64 - 1)], ["of its data, which has 64"]),
        ([good("features", strides=[8])], ["expected a stride for each of 2 axes, or none, got 1"]),
        ([good("features", strides=[9, 1])], ["of its data, which has 64"]),
        ([good("features", strides=[-8, 1])], ["of its data, which has 64"]),
        ([good("features", strides=[2**62, 1])], ["of its data, which has 64"]),
        ([good("features", strides=[8, 1], byte_offset=2**63)], ["of its data, which has 64"]),
        ([tensor("features", np.where(np.eye(2, 8), np.nan, 1).astype(np.float32))], ["2 NaN among 16 values"]),
    ],
)
def test_a_tensor_that_does_not_fit_is_refused_and_the_next_one_taken(requests, tensors, words):
    inputs = requests("features")
    text = refusal(inputs, *tensors)
    for word in words:
        assert word in text
    fill(inputs, good("features"))
    assert np.array_equal(inputs.request.inputs["features"], GOOD["features"])


def test_nothing_is_written_where_one_of_the_tensors_is_bad(requests):
    inputs = requests("pair")
    fill(inputs, good("half"), good("features"))
    refusal(inputs, tensor("features", np.full((2, 8), 9, np.float32)), tensor("half", np.zeros(3, np.float16)))
    assert np.array_equal(inputs.request.inputs["features"], GOOD["features"])


def test_four_bit_numbers_come_two_a_byte(requests):
    inputs = requests("nibbles")
    values = np.array([[1, -2, 3, -4, 5], [-8, 7, 0, 1, 2]])
    fields = {"dtype_code": Tensor.DTYPE_INT, "dtype_bits": 4, "shape": [2, 5]}
    fill(inputs, tensor("nibbles", pack_four_bit(values), **fields))
    assert np.array_equal(inputs.request.inputs["nibbles"], pack_four_bit(values))
    assert "row-major" in refusal(inputs, good("nibbles", strides=[6, 1]))
