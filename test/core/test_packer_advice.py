# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an error of `hbm pack` advises works: each test reads the advice and follows it."""

import re
import shlex
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from cli_models import call
from onnx import TensorProto, helper
from onnx_networks import quantized_by_onnxruntime, save_onnx
from packer_networks import infer, save, scaled_network, two_port_network

from hbm_runtime_core.packer import read_package

X = ("x", TensorProto.FLOAT, (1, 4))
Y = ("y", TensorProto.FLOAT, (1, 4))


def relu(path, more_nodes=(), more_outputs=(), constants=None, inputs=(X,), opset=19):
    nodes = [helper.make_node("Relu", ["x"], ["y"]), *more_nodes]
    return save_onnx(path, nodes, inputs, [Y, *more_outputs], constants or {}, opset)


@pytest.fixture
def pack(tmp_path, capsys):
    """Calls `hbm pack` with a network and options; returns the error's text, or the packed model."""

    def run(network, *options):
        path = tmp_path / "model.hbm"
        code, _, err = call(capsys, "pack", network, *options, "-o", path)
        if code == 0:
            return read_package(path).models[0]
        assert err.startswith("hbm: error: ") and err.count("\n") == 1
        return err

    return run


def options_in(err, pattern):
    """The options that an error names."""
    found = re.search(pattern, err)
    assert found, err
    return shlex.split(found[0])


def test_an_output_of_text_is_left_out_as_the_error_says(tmp_path, pack):
    labels = helper.make_tensor("labels", TensorProto.STRING, [4], [b"cat", b"dog", b"cow", b"hen"])
    graph = helper.make_graph(
        [
            helper.make_node("Relu", ["x"], ["y"]),
            helper.make_node("ArgMax", ["x"], ["index"], axis=1, keepdims=0),
            helper.make_node("Gather", ["labels", "index"], ["label"]),
        ],
        "net",
        [helper.make_tensor_value_info(*X)],
        [helper.make_tensor_value_info(*Y), helper.make_tensor_value_info("label", TensorProto.STRING, (1,))],
        [labels],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    onnx.save(model, tmp_path / "net.onnx")
    err = pack(tmp_path / "net.onnx")
    assert "output 'label': a tensor must be of numbers, got text" in err
    packed = pack(tmp_path / "net.onnx", *options_in(err, "--drop-output label"))
    assert [output.name for output in packed.model.outputs] == ["y"]
    np.testing.assert_array_equal(infer(packed, np.float32([[-1, 2, 0, 4]]))[0], [[0, 2, 0, 4]])


def test_the_part_that_reads_text_is_cut_off_as_the_error_says(tmp_path, pack):
    path = relu(
        tmp_path / "net.onnx",
        [helper.make_node("Identity", ["text"], ["again"])],
        [("again", TensorProto.STRING, (1,))],
        inputs=[X, ("text", TensorProto.STRING, (1,))],
    )
    err = pack(path)
    assert "input 'text': a tensor must be of numbers, got text" in err and "onnx.utils.extract_model" in err
    onnx.utils.extract_model(path, tmp_path / "cut.onnx", ["x"], ["y"])
    assert [tensor.name for tensor in pack(tmp_path / "cut.onnx").model.inputs] == ["x"]


def test_a_type_that_no_tensor_has_is_converted_as_the_error_says(tmp_path, pack):
    for onnx_type in (TensorProto.BFLOAT16, TensorProto.FLOAT8E4M3FN):
        cast = helper.make_node("Cast", ["x"], ["z"], to=onnx_type)
        path = relu(tmp_path / "out.onnx", [cast], [("z", onnx_type, (1, 4))])
        packed = pack(path, *options_in(pack(path), "--output-dtype z=float32"))
        np.testing.assert_array_equal(infer(packed, np.float32([[-1, 2, 0, 4]]))[1], [[-1, 2, 0, 4]])
    back = helper.make_node("Cast", ["h"], ["z"], to=TensorProto.FLOAT)
    path = relu(
        tmp_path / "in.onnx", [back], [("z", TensorProto.FLOAT, (4,))], inputs=[X, ("h", TensorProto.BFLOAT16, (4,))]
    )
    packed = pack(path, *options_in(pack(path), "--input-dtype h=float32"))
    np.testing.assert_array_equal(infer(packed, np.zeros((1, 4), np.float32), np.float32([1, 2, 3, 4]))[1], [1, 2, 3, 4])


def test_a_float_output_gets_a_scale_as_the_error_says(tmp_path, pack):
    path = scaled_network(tmp_path / "net.xml")
    advice = options_in(pack(path, "--output-dtype", "int8"), r"--output-dtype \S+")
    assert pack(path, *advice).model.outputs[0].quantization.scale == (0.05,)
    advice = options_in(pack(path, "--input-dtype", "int8"), r"--input-dtype \S+")
    assert pack(path, *advice).model.inputs[0].dtype.name == "S8"


@pytest.fixture
def external(tmp_path):
    """An ONNX file whose weights are in a file of their own."""
    path = save_onnx(
        tmp_path / "net.onnx", [helper.make_node("MatMul", ["x", "w"], ["y"])], [X], [Y], {"w": np.eye(4, dtype=np.float32)}
    )
    model = onnx.load(path)
    (tmp_path / "folder").mkdir()
    network = tmp_path / "folder" / "net.onnx"
    onnx.save_model(model, network, save_as_external_data=True, location="net.data", size_threshold=0)
    return network


def test_missing_weights_of_an_onnx_are_copied_to_where_the_error_says(tmp_path, external, pack):
    (external.parent / "net.data").rename(tmp_path / "elsewhere")
    err = pack(external)
    place = re.search(r"the file with its weights is missing: copy it to (.*)\n", err)
    assert place, err
    (tmp_path / "elsewhere").rename(place[1])
    assert pack(external).model.outputs[0].shape == (1, 4)


def test_truncated_weights_of_an_onnx_are_copied_again_as_the_error_says(external, pack):
    weights = external.parent / "net.data"
    content = weights.read_bytes()
    weights.write_bytes(content[:10])
    assert f"{weights} must hold at least 64 bytes of weights, got 10: copy it again" in pack(external)
    weights.write_bytes(content)
    assert pack(external).model.outputs[0].shape == (1, 4)


def test_missing_weights_of_an_ir_are_copied_to_where_the_error_says(tmp_path, pack):
    path = scaled_network(tmp_path / "net.xml")
    (tmp_path / "net.bin").rename(tmp_path / "elsewhere")
    place = re.search(r"the file with its weights is missing: copy it to (.*)\n", pack(path))
    (tmp_path / "elsewhere").rename(place[1])
    assert pack(path).model.name == "net"


def test_an_operator_that_openvino_does_not_know_is_named(tmp_path, pack):
    graph = helper.make_graph(
        [helper.make_node("Sharpen", ["x"], ["y"], domain="own")],
        "net",
        [helper.make_tensor_value_info(*X)],
        [helper.make_tensor_value_info(*Y)],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("own", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), tmp_path / "net.onnx")
    err = pack(tmp_path / "net.onnx")
    assert "own.Sharpen; export it with operators that OpenVINO knows" in err


def test_a_quantized_network_that_openvino_cannot_read_is_quantized_as_the_error_says(tmp_path, pack):
    err = pack(quantized_by_onnxruntime(tmp_path, "QOperator"))
    quant_format = re.search(r"QuantFormat\.(\w+)", err)
    assert quant_format, err
    assert pack(quantized_by_onnxruntime(tmp_path, quant_format[1])).model.outputs[0].shape == (1, 5, 16, 16)


def test_an_open_number_of_dimensions_is_given_as_the_error_says(tmp_path, pack):
    import openvino as ov
    from openvino import opset8 as ops

    x = ops.parameter(ov.PartialShape.dynamic(), ov.Type.f32, name="x")
    x.output(0).get_tensor().set_names({"x"})
    y = ops.relu(x)
    y.output(0).get_tensor().set_names({"y"})
    path = save(ov.Model([ops.result(y)], [x], "net"), tmp_path / "net.xml")
    err = pack(path)
    assert "give --input-shape" in err
    assert pack(path, "--input-shape", "1,4").model.outputs[0].shape == (1, 4)


def test_an_output_of_unknown_dimensions_is_left_out_as_the_error_says(tmp_path, pack):
    import openvino as ov
    from openvino import opset8 as ops

    x, shape = ops.parameter([1, 4], ov.Type.f32, name="x"), ops.parameter([-1], ov.Type.i64, name="shape")
    y, z = ops.relu(x), ops.reshape(x, shape, False)
    for node, name in ((x, "x"), (shape, "shape"), (y, "y"), (z, "z")):
        node.output(0).get_tensor().set_names({name})
    path = save(ov.Model([ops.result(y), ops.result(z)], [x, shape], "net"), tmp_path / "net.xml")
    packed = pack(path, *options_in(pack(path), "--drop-output z"))
    assert [output.name for output in packed.model.outputs] == ["y"]


def test_the_size_and_the_layout_of_a_picture_are_given_as_the_errors_say(tmp_path, pack):
    path = scaled_network(tmp_path / "open.xml", shape=(1, 3, -1, -1))
    advice = options_in(pack(path, "--nv12"), r"--input-shape 1,3,H,W")
    size = [value.replace("H", "16").replace("W", "32") for value in advice]
    assert pack(path, "--nv12", *size).model.inputs[0].shape == (1, 16, 32, 1)
    path = scaled_network(tmp_path / "both.xml", shape=(1, 3, 4, 3))
    assert "even width and height" in pack(path, "--nv12", *options_in(pack(path, "--nv12"), "--layout nchw"))
    path = scaled_network(tmp_path / "both.xml", shape=(1, 3, 3, 3))
    assert "even width and height" in pack(path, "--nv12", *options_in(pack(path, "--nv12"), "--layout nhwc"))


def test_an_option_for_one_of_several_ports_names_it_as_the_error_says(tmp_path, pack):
    path = two_port_network(tmp_path / "two.xml")
    assert "must name it, NAME=VALUE" in pack(path, "--input-name", "left")
    assert pack(path, "--input-name", "a=left").model.inputs[0].name == "left"


def test_without_openvino_the_version_that_the_package_asks_for_is_named(tmp_path, pack, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    (tmp_path / "net.onnx").touch()
    err = pack(tmp_path / "net.onnx")
    asked_for = re.search(r"pip install '(.*)'", err)
    assert asked_for, err
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'pack = ["{asked_for[1]}"]' in project and f'sim = ["{asked_for[1]}"]' in project


def test_a_description_in_yaml_without_pyyaml_is_written_as_json_as_the_error_says(tmp_path, capsys, monkeypatch):
    text = '{"models": [{"name": "m", "inputs": [{"name": "x", "dtype": "U8", "shape": [1]}], "outputs": [{"name": "y", "dtype": "U8", "shape": [1]}]}]}'
    for name in ("spec.yaml", "spec.json"):
        (tmp_path / name).write_text(text)
    monkeypatch.setitem(sys.modules, "yaml", None)
    code, _, err = call(capsys, "pack", "--spec", tmp_path / "spec.yaml", "-o", tmp_path / "m.hbm")
    assert code == 1
    assert "PyYAML is not installed; install it with: pip install pyyaml (or write JSON)" in err
    assert call(capsys, "pack", "--spec", tmp_path / "spec.json", "-o", tmp_path / "m.hbm")[0] == 0


def test_models_that_are_too_large_for_one_file_go_into_several_as_the_error_says(tmp_path, capsys, monkeypatch):
    paths = [scaled_network(tmp_path / f"{name}.xml") for name in ("one", "two")]
    assert call(capsys, "pack", paths[0], "-o", tmp_path / "one.hbm")[0] == 0
    with zipfile.ZipFile(tmp_path / "one.hbm") as archive:
        limit = sum(member.file_size for member in archive.infolist()) + 100
    monkeypatch.setattr("hbm_runtime_core.packer.container._PACKAGE_LIMIT_BYTES", limit)
    code, _, err = call(capsys, "pack", paths[0], "+", paths[1], "-o", tmp_path / "both.hbm")
    assert code == 1 and "put them into several files" in err, err
    for path in paths:
        assert call(capsys, "pack", path, "-o", path.with_suffix(".hbm"))[0] == 0


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        (
            ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"],
            ["--mean", "123.675,116.28,103.53", "--std", "58.395,57.12,57.375"],
        ),
        (["--mean", "0.5", "--std", "0.5"], ["--mean", "127.5", "--std", "127.5"]),
        (["--mean", "0.5", "--scale", "2"], ["--mean", "127.5", "--std", "127.5"]),
        (["--mean", "0.485,0.456,0.406", "--scale", "0.01"], ["--mean", "123.675,116.28,103.53"]),
        (["--std", "0.25"], ["--std", "63.75"]),
    ],
)
def test_mean_and_std_of_pixels_of_0_to_1_are_refused_with_those_of_0_to_255(tmp_path, pack, options, meant):
    path = scaled_network(tmp_path / "net.xml", factor=1.0)
    err = pack(path, "--nv12", *options)
    assert "belong to pixels of 0..1, but these are of 0..255" in err
    advice = err.partition("did you mean ")[2].rstrip("?\n").replace(" and ", " ").split()
    advice = [f"--{word}" if word in ("mean", "std") else word for word in advice]
    assert advice == meant
    scale = ["--scale", "0.01"] if "0.01" in options else []
    packed = pack(path, "--nv12", *advice, *scale)
    assert packed.provenance["pictures"]["x"]["mean"][0] == pytest.approx(
        float(meant[1].split(",")[0]) if "--mean" in meant else 0
    )


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--mean", "0"],
        ["--mean", "127.5", "--std", "127.5"],
        ["--std", "255"],
        ["--scale", "257"],
        ["--mean", "1", "--std", "1"],
        ["--mean", "0.5,128,128", "--std", "128"],
        ["--std", "1,0.5,1"],
    ],
)
def test_mean_and_std_that_can_be_meant_as_they_are_pass(tmp_path, pack, options):
    packed = pack(scaled_network(tmp_path / "net.xml"), "--nv12", *options)
    assert packed.model.inputs[0].name == "x_y"


def test_mean_without_a_picture_names_both_ways_to_use_it(tmp_path, pack):
    path = scaled_network(tmp_path / "net.xml")
    err = pack(path, "--mean", "123")
    assert "hbm run --mean" in err
    assert pack(path, "--mean", "123", *options_in(err, "--nv12(?=,)")).model.inputs[0].name == "x_y"
    assert pack(path, "--mean", "123", *options_in(err, "--nv12-input NAME")[:1], "x").model.inputs[0].name == "x_y"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--max-time-per-fc-us", "100"], "--max-time-per-fc-us divides the time of --latency-us, which is missing"),
        (["--nv12", "--input-stride-align", "64"], "--input-stride-align is ignored, because all inputs take NV12"),
        (["--output-stride-align", "64", "--output-stride-align", "32"], "duplicate --output-stride-align: 64 and 32"),
        (["--drop-output", "z"], "unknown output 'z' (known: y)"),
        (["--drop-output", "y"], "expected at least one output to be left"),
        (["--drop-output", "y", "--output-name", "y=z"], "expected at least one output to be left"),
    ],
)
def test_an_option_without_an_effect_is_refused(tmp_path, pack, options, message):
    assert message in pack(scaled_network(tmp_path / "net.xml"), *options)


@pytest.mark.parametrize(
    "option", [["--mean", "1"], ["--name", "n"], ["--latency-us", "5"], ["--nv12"], ["--drop-output", "y"]]
)
def test_an_option_of_a_network_beside_a_description_is_refused(tmp_path, capsys, option):
    (tmp_path / "spec.json").write_text('{"models": []}')
    for arguments in (["--spec", tmp_path / "spec.json", *option], ["--spec", tmp_path / "spec.json", "+", *option]):
        code, _, err = call(capsys, "pack", *arguments, "-o", tmp_path / "m.hbm")
        assert code == 2
        assert f"{option[0]} cannot be combined with --spec: put it into the description" in err
