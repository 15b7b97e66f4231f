# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the manual's API does not have: time limits, futures, in-place inputs, outputs of the caller, stage times, quantisation."""

import asyncio
import threading

import numpy as np
import pytest
from api_models import echo, pack

from hbm_runtime_core import (
    HB_HBMRuntime,
    HbmValueError,
    QuantParams,
    dequantize,
    hbDNNDataType,
    hbDNNQuantiType,
    pack_four_bit,
    quantize,
    unpack_four_bit,
)

X = np.arange(32, dtype=np.float32).reshape(1, 4, 8)

NUMPY_TYPES = {
    "S8": np.int8,
    "U8": np.uint8,
    "F16": np.float16,
    "S16": np.int16,
    "U16": np.uint16,
    "F32": np.float32,
    "S32": np.int32,
    "U32": np.uint32,
    "F64": np.float64,
    "S64": np.int64,
    "U64": np.uint64,
    "BOOL8": np.bool_,
}


@pytest.fixture
def runtime(echo_file):
    return HB_HBMRuntime(echo_file)


def test_a_future_has_the_result(runtime):
    done = threading.Event()
    future = runtime.run_async(X)
    future.add_done_callback(lambda _: done.set())
    np.testing.assert_array_equal(future.result(timeout=30)["echo"]["y"], X)
    assert done.wait(30)


def test_a_coroutine_awaits_several_calls(runtime):
    async def work():
        return await asyncio.gather(*(runtime.run_async(X + index) for index in range(5)))

    for index, result in enumerate(asyncio.run(work())):
        np.testing.assert_array_equal(result["echo"]["y"], X + index)


def test_a_future_holds_the_failure(runtime):
    with pytest.raises(ValueError):
        runtime.run_async(X[:, :1])


def test_a_request_is_filled_in_place_and_run_again(runtime):
    request = runtime.create_request()
    for value in (1.0, 2.0):
        request.inputs["x"][...] = value
        np.testing.assert_array_equal(request.run()["y"], np.full_like(X, value))
    assert request.timing.total_us > 0
    assert not request.busy


def test_outputs_go_into_arrays_of_the_caller(runtime):
    mine = np.zeros_like(X)
    results = runtime.run(X, outputs={"y": mine})
    np.testing.assert_array_equal(mine, X)
    np.testing.assert_array_equal(results["echo"]["y"], X)
    with pytest.raises(ValueError):
        runtime.run(X, outputs={"y": np.zeros(3, np.float32)})


def test_stage_times_are_told_on_request(runtime):
    times: dict = {}
    runtime.run(X, timing=times)
    stages = times["echo"]
    assert stages.total_us >= stages.device_us >= 0
    assert stages.input_us >= 0
    assert stages.output_us >= 0


def test_a_closed_runtime_says_so(echo_file):
    with HB_HBMRuntime(echo_file) as runtime:
        result = runtime.run(X)["echo"]["y"]
    np.testing.assert_array_equal(result, X)
    assert runtime.closed
    with pytest.raises(RuntimeError, match="closed"):
        runtime.run(X)
    runtime.close()


def test_the_device_is_told(runtime):
    assert (runtime.backend, runtime.soc, runtime.bpu_core_count) == ("sim", "s600", 4)


@pytest.mark.parametrize("name", NUMPY_TYPES)
def test_every_numpy_type_passes_through(name, tmp_path):
    tensor = {"dtype": name, "shape": [2, 3]}
    model = {"name": "m", "inputs": [{"name": "x", **tensor}], "outputs": [{"name": "y", **tensor, "fill": COPY}]}
    runtime = HB_HBMRuntime(pack(tmp_path, "m", model))
    x = np.array([[0, 1, 2], [3, 4, 5]]).astype(NUMPY_TYPES[name])
    y = runtime.run(x)["m"]["y"]
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, x)


COPY = {"kind": "copy", "input": "x"}


@pytest.mark.parametrize(("name", "low"), [("S4", -8), ("U4", 0)])
def test_four_bit_tensors_are_packed_low_nibble_first(name, low, tmp_path):
    tensor = {"dtype": name, "shape": [2, 5]}
    model = {"name": "m", "inputs": [{"name": "x", **tensor}], "outputs": [{"name": "y", **tensor, "fill": COPY}]}
    runtime = HB_HBMRuntime(pack(tmp_path, "m", model))
    values = np.arange(low, low + 10).reshape(2, 5)
    packed = pack_four_bit(values)
    assert packed[0, 0] & 0xF == values[0, 0] & 0xF
    y = runtime.run(packed)["m"]["y"]
    np.testing.assert_array_equal(unpack_four_bit(y, 5, signed=name == "S4"), values)


@pytest.mark.parametrize("length", [1, 5, 64])
def test_dynamic_sizes_follow_the_array(length, tmp_path):
    tensor = {"dtype": "F32", "shape": [1, -1, 3]}
    model = {"name": "m", "inputs": [{"name": "x", **tensor}], "outputs": [{"name": "y", **tensor, "fill": COPY}]}
    runtime = HB_HBMRuntime(pack(tmp_path, "m", model))
    assert runtime.input_shapes["m"]["x"] == [1, -1, 3]
    x = np.random.default_rng(length).random((1, length, 3), np.float32)
    np.testing.assert_array_equal(runtime.run(x)["m"]["y"], x)


def quant_params(scale, zero_point=(), axis=0) -> QuantParams:
    quant = QuantParams()
    quant.quant_type = hbDNNQuantiType.SCALE
    quant.scale = np.array(scale, np.float32)
    quant.zero_point = np.array(zero_point, np.int32)
    quant.axis = axis
    return quant


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_dequantisation_by_channel_agrees_with_numpy(axis):
    q = np.random.default_rng(1).integers(-128, 128, (3, 4, 5), dtype=np.int8)
    scale, zero_point = 0.1 + np.arange(q.shape[axis]), np.arange(q.shape[axis]) - 1
    spread = [1, 1, 1]
    spread[axis] = -1
    expected = (q - zero_point.reshape(spread)) * scale.reshape(spread).astype(np.float32)
    np.testing.assert_allclose(dequantize(q, quant_params(scale, zero_point, axis)), expected, rtol=1e-6)


def test_quantisation_rounds_half_to_even_and_saturates():
    values = np.array([0.5, 1.5, 2.5, -0.5, 1e9, -1e9], np.float32)
    result = quantize(values, quant_params([1.0], [3]), hbDNNDataType.S8)
    np.testing.assert_array_equal(result, np.array([3, 5, 5, 3, 127, -128], np.int8))
    with pytest.raises(HbmValueError):
        quantize(np.array([np.nan], np.float32), quant_params([1.0]), np.int8)


def test_models_of_different_files_run_in_one_call(engine, tmp_path):
    files = [pack(tmp_path, name, echo(engine, tmp_path, name)) for name in ("first", "second")]
    results = HB_HBMRuntime(files).run({name: {"x": X * factor} for factor, name in enumerate(("first", "second"))})
    np.testing.assert_array_equal(results["second"]["y"], X)
    np.testing.assert_array_equal(results["first"]["y"], 0 * X)
