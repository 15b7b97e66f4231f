# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm pack`: what the command line means."""

import json

import numpy as np
import pytest
from cli_models import DETECTOR, ECHO, call, call_json, model_file
from packer_networks import infer, nv12_from_rgb, scaled_network, two_port_network

from hbm_runtime_core.packer import read_package


def test_options_after_a_network_are_its_own_and_those_of_the_file_stand_anywhere(tmp_path, capsys):
    one, two = scaled_network(tmp_path / "one.xml"), two_port_network(tmp_path / "two.xml")
    out = tmp_path / "both.hbm"
    facts = call_json(
        capsys, "pack", one, "--name", "a", "--latency-us", 700, "+",
        two, "--output-dtype", "sum=int8:scale=0.5:zero_point=2", "--input-name", "a=left",
        "-o", out, "--soc", "s600", "--file-description", "two models",
    )  # fmt: skip
    assert [model["name"] for model in facts["models"]] == ["a", "two"]
    assert (facts["soc"], facts["description"], facts["file"]) == ("s600", "two models", str(out))
    assert [model["latency_us"] for model in facts["models"]] == [700, 0]
    assert [tensor["name"] for tensor in facts["models"][1]["inputs"]] == ["left", "b"]
    assert facts["models"][1]["outputs"][0]["quantization"] == {
        "type": "scale",
        "scale": [0.5],
        "zero_point": [2],
        "axis": 0,
    }


def test_an_nv12_model_is_packed_from_the_command_line(tmp_path, capsys):
    network = scaled_network(tmp_path / "net.xml", shape=(-1, 3, -1, -1), factor=1.0)
    out = tmp_path / "net.hbm"
    call_json(
        capsys, "pack", network, "--nv12", "--input-shape", "1,3,16,32", "--mean", "127.5", "--std", "127.5",
        "--color-order", "bgr", "--input-name", "data", "-o", out,
    )  # fmt: skip
    (packed,) = read_package(out).models
    assert [tensor.name for tensor in packed.model.inputs] == ["data_y", "data_uv"]
    rgb = np.full((16, 32, 3), (200, 100, 50), np.uint8)
    (result,) = infer(packed, *nv12_from_rgb(rgb))
    np.testing.assert_allclose(result[0, :, 0, 0] * 127.5 + 127.5, [50, 100, 200], atol=2.5)


def test_scales_for_each_channel_come_from_a_file(tmp_path, capsys):
    network = scaled_network(tmp_path / "net.xml", shape=(1, 4, 4, 255))
    scales = np.linspace(0.1, 0.5, 255, dtype=np.float32)
    np.save(tmp_path / "scales.npy", scales)
    facts = call_json(
        capsys, "pack", network, "--output-dtype", f"int32:scale=@{tmp_path}/scales.npy:axis=-1",
        "--output-stride-align", 1024, "-o", tmp_path / "net.hbm",
    )  # fmt: skip
    output = facts["models"][0]["outputs"][0]
    np.testing.assert_array_equal(np.float32(output["quantization"]["scale"]), scales)
    assert output["quantization"]["axis"] == 3
    assert output["strides"] == [16384, 4096, 1024, 4]


def test_models_of_a_model_file_are_taken_over_as_they_are(tmp_path, capsys):
    timed = model_file(tmp_path, DETECTOR)
    network = scaled_network(tmp_path / "net.xml")
    call_json(capsys, "pack", timed, "+", network, "-o", tmp_path / "both.hbm")
    before, after = read_package(timed).models[0], read_package(tmp_path / "both.hbm").models
    assert after[0] == before
    assert after[1].model.program["xml"] == "programs/1/network.xml"


def test_the_text_tells_what_the_json_tells(tmp_path, capsys):
    code, out, err = call(capsys, "pack", scaled_network(tmp_path / "net.xml"), "-o", tmp_path / "net.hbm")
    assert (code, err) == (0, "")
    assert "model net\n" in out
    assert "[1,3,4,8]" in out and "[384,128,32,4]" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["net.xml"], 2, "the model file to write is missing: -o MODEL.hbm (see: hbm pack --help)"),
        (["-o", "x.hbm"], 2, "a NETWORK is missing"),
        (["net.xml", "+", "-o", "x.hbm"], 2, "a NETWORK is missing"),
        (["net.xml", "--spec", "s.json", "-o", "x.hbm"], 2, "give networks or --spec, not both"),
        (["net.xml", "-o", "x.hbm", "+", "net.xml", "-o", "y.hbm"], 2, "duplicate --output: x.hbm and y.hbm"),
        (["net.xml", "--scale", "1", "--std", "1", "-o", "x.hbm"], 2, "not allowed with argument --scale"),
        (["net.xml", "--input-shape", "1,a", "-o", "x.hbm"], 2, "expected integers separated by commas, got '1,a'"),
        (["net.xml", "--output-dtype", "int9", "-o", "x.hbm"], 2, "unknown data type 'int9'; did you mean 'int"),
        (["net.xml", "--output-dtype", "int8:scal=1", "-o", "x.hbm"], 2, "got 'int8:scal=1'"),
        (["net.xml", "--output-dtype", "int8:axis=1", "-o", "x.hbm"], 2, "a quantized type needs scale=..."),
        (["net.xml", "--output-dtype", "int8:scale=@none.npy", "-o", "x.hbm"], 2, "cannot read numbers from none.npy"),
        (["net.xml", "--mean", "1", "-o", "x.hbm"], 1, "--mean describes an NV12 picture; say which input is one: --nv12"),
        (["net.xml", "--nv12", "--std", "0", "-o", "x.hbm"], 2, "argument --std: expected numbers to divide by, got '0'"),
        (["net.xml", "+", "net.xml", "-o", "x.hbm"], 1, "duplicate model name 'net'"),
        (["none.onnx", "-o", "x.hbm"], 1, "no such network file: none.onnx"),
        (["net.xml", "-o", "no/such/folder/x.hbm"], 1, "cannot write no/such/folder/x.hbm: No such file or directory"),
        (["two.xml", "--input-name", "c", "-o", "x.hbm"], 1, "has 2 inputs (a, b): an option for an input must name it"),
        (["net.xml", "--input-name", "a", "--input-name", "x=b", "-o", "x.hbm"], 1, "duplicate 'rename': a and b"),
        (["timed.hbm", "--name", "n", "-o", "x.hbm"], 1, "a model file is copied unchanged"),
        (["net.txt", "-o", "x.hbm"], 1, "unknown kind of network '.txt' (known: .onnx"),
    ],
)
def test_a_mistake_is_one_clear_error_and_no_file(tmp_path, capsys, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    scaled_network(tmp_path / "net.xml")
    two_port_network(tmp_path / "two.xml")
    (tmp_path / "net.txt").touch()
    model_file(tmp_path, ECHO)
    (tmp_path / "models.hbm").rename(tmp_path / "timed.hbm")
    got, out, err = call(capsys, "pack", *arguments)
    assert (got, out) == (code, "")
    assert err.startswith("hbm: error: ") and err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "x.hbm").exists()


def test_a_wrong_description_is_one_clear_error(tmp_path, capsys):
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"models": [{**ECHO, "inputs": []}]}))
    code, _, err = call(capsys, "pack", "--spec", spec, "-o", tmp_path / "x.hbm")
    assert code == 1
    assert err == f"hbm: error: {spec}: models[0].inputs: expected a list of at least 1, got []\n"
