# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The order of dictionaries: programs unpack `.values()`, and must get the same tensors as on a board.

The expected orders are those of libstdc++'s std::unordered_map<std::string, ...>, from a C++ program.
"""

import numpy as np
import pytest
from api_models import pack

from hbm_runtime_core import HB_HBMRuntime

manual = pytest.mark.manual

# In model order, and as dictionaries have them.
ORDERS = {
    "the manual's detector": (["output", "1310", "1312"], ["1310", "1312", "output"]),
    "two outputs": (["boxes", "scores"], ["scores", "boxes"]),
    "an NV12 pair": (["data_y", "data_uv"], ["data_uv", "data_y"]),
    "one": (["prob"], ["prob"]),
    "many": (list("abcdefghijklmnopq"), list("qoabphndkcifgejlm")),
}
TENSOR_DICTIONARIES = ("descs", "shapes", "dtypes", "quants", "strides", "aligned_bytes")
X = np.zeros((1, 4), np.float32)


def model(name: str, inputs: list[str], outputs: list[str]) -> dict:
    tensor = {"dtype": "F32", "shape": [1, 4]}
    fill = {"kind": "copy", "input": inputs[0]}
    return {
        "name": name,
        "inputs": [{"name": each, **tensor} for each in inputs],
        "outputs": [{"name": each, **tensor, "fill": fill} for each in outputs],
    }


@pytest.fixture(params=ORDERS)
def order(request):
    return ORDERS[request.param]


@manual("order of `*_descs`, `*_shapes`, `*_dtypes`, `*_quants`, `*_strides` of a model")
def test_dictionaries_of_tensors_have_the_order_of_a_hash_map(tmp_path, order):
    names, expected = order
    runtime = HB_HBMRuntime(pack(tmp_path, "m", model("m", names, names)))
    for side in ("input", "output"):
        for suffix in TENSOR_DICTIONARIES:
            assert list(getattr(runtime, f"{side}_{suffix}")["m"]) == expected, f"{side}_{suffix}"


@manual("order of `input_names`, `output_names`")
def test_names_are_in_model_order(tmp_path, order):
    names, _ = order
    runtime = HB_HBMRuntime(pack(tmp_path, "m", model("m", names, names)))
    assert runtime.input_names["m"] == runtime.output_names["m"] == names


@manual("order of the outputs of a run")
def test_outputs_have_the_order_of_a_hash_map_in_every_form_of_call(tmp_path, order):
    names, expected = order
    runtime = HB_HBMRuntime(pack(tmp_path, "m", model("m", ["x"], names)))
    request = runtime.create_request()
    for results in (
        runtime.run(X)["m"],
        runtime.run({"x": X})["m"],
        runtime.run({"m": {"x": X}})["m"],
        runtime.run(X, timeout_ms=60_000)["m"],
        runtime.run(X, outputs={name: np.zeros_like(X) for name in reversed(names)})["m"],
        runtime.run_async(X).result(60)["m"],
        request.run(),
    ):
        assert list(results) == expected


MODELS = ["m0", "m1", "m2", "m3", "m4", "m5"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return [pack(folder, name, model(name, ["x"], ["y"])) for name in MODELS]


@pytest.fixture
def runtime(files):
    return HB_HBMRuntime(files)


@manual("order of models in properties other than `sched_params`")
def test_dictionaries_of_models_are_in_load_order(runtime):
    properties = ["model_descs", "compile_bpu_core_num"]
    for side in ("input", "output"):
        properties += [f"{side}_{suffix}" for suffix in (*TENSOR_DICTIONARIES, "counts", "names")]
    for name in properties:
        assert list(getattr(runtime, name)) == MODELS, name


@manual("order of `sched_params`")
def test_scheduling_parameters_have_the_order_of_a_hash_map(runtime):
    assert list(runtime.sched_params) == ["m4", "m3", "m2", "m5", "m1", "m0"]


@manual("order of `hbm_descs`")
def test_descriptions_of_files_have_the_order_of_a_hash_map(files, monkeypatch):
    folder = files[0].rsplit("/", 1)[0]
    monkeypatch.chdir(folder)
    assert list(HB_HBMRuntime(["m0.hbm", "m1.hbm"]).hbm_descs) == ["m1.hbm", "m0.hbm"]


@manual("order of the models of a result")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["m0", "m1"], ["m0", "m1"]),
        (["m1", "m0"], ["m1", "m0"]),
        (["m3"], ["m3"]),
        (MODELS, ["m0", "m3", "m2", "m4", "m1", "m5"]),
    ],
)
def test_the_models_of_a_result_follow_the_order_of_the_caller_through_two_hash_maps(runtime, given, expected):
    times: dict = {}
    results = runtime.run({name: {"x": X} for name in given}, timing=times)
    assert list(results) == list(times) == expected
    assert list(runtime.run_async({name: {"x": X} for name in given}).result(60)) == expected


def test_results_belong_to_their_models_whatever_the_order(runtime):
    inputs = {name: {"x": np.full_like(X, index)} for index, name in enumerate(reversed(MODELS))}
    for name, outputs in runtime.run(inputs).items():
        np.testing.assert_array_equal(outputs["y"], inputs[name]["x"])
