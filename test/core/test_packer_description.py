# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Descriptions: timed models from JSON or YAML, networks beside them, and errors that name the field."""

import json

import pytest
from packer_networks import scaled_network

from hbm_runtime_core.packer import Fill, PackError, Quantization, read_description, write_package

TIMED = {
    "description": "a file",
    "soc": "s600",
    "models": [
        {
            "name": "detector",
            "description": "a model",
            "bpu_cores": 2,
            "timing": {"latency_us": 9000, "max_time_per_fc_us": 1000},
            "inputs": [
                {"name": "data", "nv12": {"width": 640, "height": 480}},
                {"name": "threshold", "dtype": "float32", "shape": [1]},
            ],
            "outputs": [
                {
                    "name": "boxes",
                    "dtype": "S32",
                    "shape": [1, 84, 84, 255],
                    "stride_align_bytes": 1024,
                    "quantization": {"scale": 0.1},
                    "fill": {"kind": "noise", "seed": 7},
                },
                {"name": "luma", "dtype": "U8", "shape": [1, 480, 640, 1], "fill": {"kind": "copy", "input": "data_y"}},
                {"name": "ones", "dtype": "F16", "shape": [3], "fill": {"kind": "constant", "value": 1}},
                {"name": "nothing", "dtype": "BOOL8", "shape": [2, 2]},
            ],
        }
    ],
}


def described(tmp_path, value, name="model.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def changed(*path_and_value):
    """TIMED with one field set, or removed where the value is None."""
    *path, value = path_and_value
    result = json.loads(json.dumps(TIMED))
    place = result
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


def test_a_description_becomes_a_timed_model(tmp_path):
    description = read_description(described(tmp_path, TIMED))
    (packed,) = description.pack()
    model = packed.model
    assert (model.engine, model.bpu_cores, model.latency_us, model.max_time_per_fc_us) == ("timed", 2, 9000, 1000)
    assert [(t.name, t.shape, t.strides) for t in model.inputs] == [
        ("data_y", (1, 480, 640, 1), (-1, -1, 1, 1)),
        ("data_uv", (1, 240, 320, 2), (-1, -1, 2, 1)),
        ("threshold", (1,), (4,)),
    ]
    boxes, luma, ones, nothing = model.outputs
    assert boxes.strides == (7225344, 86016, 1024, 4)
    assert boxes.quantization == Quantization((0.1,))
    assert boxes.fill == Fill("noise", seed=7)
    assert luma.fill == Fill("copy", input="data_y")
    assert ones.fill == Fill("constant", value=1)
    assert nothing.fill == Fill("zeros")
    assert (description.description, description.soc) == ("a file", "s600")


def test_four_bit_rows_hold_two_elements_a_byte(tmp_path):
    output = {"name": "y", "dtype": "S4", "shape": [2, 3, 5]}
    (packed,) = read_description(described(tmp_path, changed("models", 0, "outputs", [output]))).pack()
    assert packed.model.outputs[0].strides == (9, 3, 1)
    assert packed.model.outputs[0].aligned_bytes == 18


def test_a_dynamic_output_follows_its_input(tmp_path):
    value = changed("models", 0, "inputs", [{"name": "x", "dtype": "F32", "shape": [1, -1, 4]}])
    value["models"][0]["outputs"] = [
        {"name": "y", "dtype": "F32", "shape": [1, -1, 4], "fill": {"kind": "copy", "input": "x"}}
    ]
    (packed,) = read_description(described(tmp_path, value)).pack()
    assert packed.model.inputs[0].strides == (-1, 16, 4)
    write_package(tmp_path / "m.hbm", [packed])


def test_yaml_says_the_same_as_json(tmp_path):
    yaml = pytest.importorskip("yaml")
    json_models = read_description(described(tmp_path, TIMED)).pack()
    assert read_description(described(tmp_path, yaml.safe_dump(TIMED), "model.yaml")).pack() == json_models


def test_networks_stand_beside_timed_models_and_are_found_beside_the_description(tmp_path):
    scaled_network(tmp_path / "net.xml", shape=(1, 3, 4, 8))
    value = json.loads(json.dumps(TIMED))
    value["models"].append(
        {
            "network": "net.xml",
            "inputs": [
                {
                    "name": "x",
                    "rename": "image",
                    "nv12": {"mean": [1, 2, 3], "std": 2, "color_order": "bgr", "color_range": "full"},
                }
            ],
            "outputs": [{"name": "y", "dtype": "int8", "quantization": {"scale": 0.5, "zero_point": 1}}],
        }
    )
    _, packed = read_description(described(tmp_path, value)).pack()
    assert packed.model.name == "net"
    assert [t.name for t in packed.model.inputs] == ["image_y", "image_uv"]
    assert packed.model.outputs[0].dtype.name == "S8"
    assert packed.provenance["pictures"]["image"]["scale"] == [0.5, 0.5, 0.5]
    assert packed.provenance["pictures"]["image"]["color_range"] == "full"


MODEL = ("models", 0)
INPUT = (*MODEL, "inputs", 1)
OUTPUT = (*MODEL, "outputs", 0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{", r"model.json: not JSON: line 1, column 2"),
        ('{"models": [], "models": []}', "duplicate field 'models'"),
        ("[]", r"model.json: expected an object, got \[\]"),
        ({}, "the field 'models' is missing"),
        (changed("soc", "s200"), r"soc: expected one of 'any', 's100', .* got \"s200\""),
        (changed("modles", []), "unknown field 'modles'; did you mean 'models'"),
        (changed(*MODEL, "name", ""), r"models\[0\].name: expected a text that is not empty, got \"\""),
        (changed(*MODEL, "name", "a\0b"), r"without NUL characters"),
        (changed(*MODEL, "bpu_cores", 0), r"models\[0\].bpu_cores: expected an integer of at least 1, got 0"),
        (changed(*MODEL, "bpu_cores", True), r"bpu_cores: expected an integer of at least 1, got true"),
        (changed(*MODEL, "timing", "latency_us", -1), r"timing.latency_us: expected an integer in 0..3600000000, got -1"),
        (changed(*MODEL, "timing", "latency_ms", 1), r"unknown field 'latency_ms'; did you mean 'latency_us'"),
        (changed(*MODEL, "inputs", []), r"models\[0\].inputs: expected a list of at least 1"),
        (changed(*MODEL, "inputs", 0, "nv12", "width", 641), r"even width and height, got 641x480"),
        (changed(*INPUT, "dtype", "float31"), r"inputs\[1\].dtype: unknown data type 'float31'; did you mean 'float32'\?"),
        (changed(*INPUT, "shape", []), r"inputs\[1\].shape: expected a list of at least 1, got \[\]"),
        (changed(*INPUT, "shape", [1, "a"]), r"inputs\[1\].shape\[1\]: expected an integer in -1..2147483647, got \"a\""),
        (changed(*INPUT, "shape", [1] * 11), r"expected 1 to 10 dimensions, got 11"),
        (changed(*INPUT, "shape", [1 << 30, 1 << 30]), r"takes \d+ bytes, more than"),
        (changed(*INPUT, "strides", [8]), r"innermost stride is the size of an element: expected 4, got 8"),
        (changed(*INPUT, "aligned_bytes", 3), r"aligned_bytes must be at least 4; got 3"),
        (changed(*OUTPUT, "strides", [1]), r"give 'strides' or 'stride_align_bytes', not both"),
        (changed(*OUTPUT, "quantization", {"scale": [0.1, 0.2]}), r"expected 1 scale, or 1 for axis 0"),
        (changed(*OUTPUT, "quantization", {"scale": [0.1] * 255, "axis": 4}), r"axis 4 is not in shape"),
        (changed(*OUTPUT, "quantization", {"scale": -1}), r"scale\[0\] must be a positive number, got -1"),
        (changed(*OUTPUT, "quantization", {"scale": "big"}), r"quantization.scale: expected a finite number, got \"big\""),
        (changed(*OUTPUT, "fill", {"kind": "ones"}), r"fill.kind: expected one of 'zeros', 'noise', 'constant', 'copy'"),
        (changed(*OUTPUT, "fill", {"kind": "noise", "value": 1}), r"fill: unknown field 'value' \(known: kind, seed\)"),
        (changed(*OUTPUT, "fill", {"kind": "constant"}), r"fill: the field 'value' is missing"),
        (changed(*OUTPUT, "fill", {"kind": "constant", "value": 0.5}), r"the constant 0.5 is no S32"),
        (changed(*OUTPUT, "shape", [1, -1]), r"must follow an input: give it the fill 'copy'"),
        (changed(*MODEL, "outputs", 1, "fill", "input", "data_uv"), r"expected U8 \[1, 240, 320, 2\] as 'data_uv'"),
        (changed(*MODEL, "outputs", 1, "name", "boxes"), r"duplicate name 'boxes' among the outputs"),
    ],
)
def test_a_wrong_description_names_the_field_what_was_expected_and_what_came(tmp_path, value, message):
    with pytest.raises(PackError, match=message):
        description = read_description(described(tmp_path, value))
        write_package(tmp_path / "m.hbm", description.pack(), soc=description.soc)


def test_a_missing_description_is_a_file_that_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such description"):
        read_description(tmp_path / "none.json")
