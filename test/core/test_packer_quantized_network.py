# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network that is quantized already keeps its integers, and the model file declares its own scales."""

import numpy as np
import openvino as ov
import pytest
from cli_models import call, call_json
from onnx import TensorProto, helper
from onnx_networks import (
    dequantizing,
    onnxruntime_outputs,
    quantized_by_onnxruntime,
    quantizing,
    save_onnx,
    save_tflite_relu,
    with_integer_ports,
)
from packer_networks import infer, nv12_from_rgb, save

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.packer import (
    DTYPES,
    InputOptions,
    NetworkOptions,
    Nv12,
    PackError,
    PortOptions,
    Quantization,
    pack_network,
)

SHAPE = (2, 3, 50)
CHANNEL_SCALES = np.float32([0.02, 0.037, 1.5])


def pack(path, **options):
    return pack_network(NetworkOptions(path, **options))


def reals(scale, seed=0):
    """Values beyond both ends of the integers, and near the middle between two of them, or in it where that is exact."""
    scale = np.reshape(np.float32(scale), (-1, 1))
    x = np.random.default_rng(seed).uniform(-300, 300, SHAPE).astype(np.float32) * scale
    halves = np.arange(20) - 10 + np.float32(0.5)
    is_exact = np.all(np.log2(scale) % 1 == 0)
    x[0, :, :20] = (halves if is_exact else halves + np.float32(0.001)) * scale
    return x


def integers(dtype, seed=0):
    limits = np.iinfo(dtype)
    return np.random.default_rng(seed).integers(limits.min, limits.max, SHAPE, dtype, endpoint=True)


@pytest.mark.parametrize(
    ("scale", "zero_point", "declared"),
    [
        (0.02, np.uint8(128), Quantization((float(np.float32(0.02)),), (128,))),
        (0.037, np.uint8(101), Quantization((float(np.float32(0.037)),), (101,))),
        (0.25, np.int8(-3), Quantization((0.25,), (-3,))),
        (0.25, None, Quantization((0.25,))),
        (0.001, np.int16(5), Quantization((float(np.float32(0.001)),), (5,))),
        (0.5, np.uint16(40000), Quantization((0.5,), (40000,))),
        (
            CHANNEL_SCALES,
            np.int8([1, 0, -3]),
            Quantization(tuple(CHANNEL_SCALES.tolist()), (1, 0, -3), 1),
        ),
        (CHANNEL_SCALES, np.uint8([0, 0, 0]), Quantization(tuple(CHANNEL_SCALES.tolist()), (), 1)),
    ],
)
def test_an_output_behind_quantize_linear_declares_its_scale_and_keeps_its_integers(tmp_path, scale, zero_point, declared):
    path = quantizing(tmp_path / "net.onnx", scale, zero_point, SHAPE)
    packed = pack(path)
    x = reals(scale)
    (expected,) = onnxruntime_outputs(path, x=x)
    (found,) = infer(packed, x)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    quantization = packed.model.outputs[0].quantization
    assert (quantization.zero_point, quantization.axis) == (declared.zero_point, declared.axis)
    np.testing.assert_allclose(quantization.scale, declared.scale, rtol=1.3e-7)


@pytest.mark.parametrize(
    ("scale", "zero_point"),
    [
        (0.02, np.uint8(128)),
        (0.02, np.uint8(0)),
        (0.25, np.int8(-3)),
        (CHANNEL_SCALES, np.uint8([1, 128, 255])),
        (CHANNEL_SCALES, np.int8([0, 0, 0])),
        (0.5, np.int16(9)),
    ],
)
def test_an_input_before_dequantize_linear_declares_its_scale_and_takes_integers(tmp_path, scale, zero_point):
    path = dequantizing(tmp_path / "net.onnx", scale, zero_point, SHAPE)
    packed = pack(path)
    q = integers(zero_point.dtype)
    np.testing.assert_allclose(infer(packed, q)[0], onnxruntime_outputs(path, x=q)[0], rtol=1e-6)
    (tensor,) = packed.model.inputs
    assert tensor.dtype.numpy == zero_point.dtype
    assert tensor.quantization.scale == tuple(np.ravel(np.float32(scale)).tolist())
    assert tensor.quantization.zero_point == (tuple(np.ravel(zero_point).tolist()) if np.any(zero_point) else ())
    assert tensor.quantization.axis == (1 if np.size(scale) > 1 else 0)


def test_a_network_that_onnxruntime_has_quantized_computes_the_same_integers(tmp_path):
    path = with_integer_ports(quantized_by_onnxruntime(tmp_path, "QDQ"))
    packed = pack(path)
    (x,), (y,) = packed.model.inputs, packed.model.outputs
    assert x.quantization is not None and y.quantization is not None
    q = np.random.default_rng(1).integers(0, 256, x.shape, np.uint8)
    (expected,) = onnxruntime_outputs(path, **{x.name: q})
    np.testing.assert_array_equal(infer(packed, q)[0], expected)


def test_the_option_declares_and_does_not_quantize_a_second_time(tmp_path, capsys):
    path = quantizing(tmp_path / "net.onnx", 0.02, np.uint8(128), (1, 4))
    facts = call_json(
        capsys, "pack", path, "--output-dtype", "uint8:scale=0.02:zero_point=128", "-o", tmp_path / "net.hbm"
    )  # fmt: skip
    quantization = facts["models"][0]["outputs"][0]["quantization"]
    assert quantization["zero_point"] == [128]
    assert quantization["scale"] == pytest.approx([0.02])
    x = np.float32([[1, 0, 0.5, 0]])
    (found,) = HB_HBMRuntime(str(tmp_path / "net.hbm")).run(x)["net"].values()
    np.testing.assert_array_equal(found, [[178, 128, 153, 128]])
    np.testing.assert_array_equal(found, onnxruntime_outputs(path, x=x)[0])


@pytest.mark.parametrize(
    ("dtype", "quantization", "message"),
    [
        ("U8", Quantization((0.05,), (128,)), r"itself uses scale 0.02, zero point 128, got scale 0.05, zero point 128"),
        ("U8", Quantization((0.02,), (127,)), r"got scale 0.02, zero point 127; leave scale and zero point out"),
        ("U8", Quantization((0.02,) * 3, (128,) * 3, 1), r"got 3 scales along axis 1, zero point 128"),
        ("S8", Quantization((0.02,), (0,)), r"can declare, but not change: expected the same type, U8, got S8"),
        ("S8", None, r"itself uses scale 0.02, zero point 128 for u8: expected that type, or a float type, got S8"),
    ],
)
def test_an_option_that_contradicts_the_network_is_refused(tmp_path, dtype, quantization, message):
    options = PortOptions(dtype=DTYPES[dtype], quantization=quantization)
    with pytest.raises(PackError, match=message):
        pack(quantizing(tmp_path / "out.onnx", 0.02, np.uint8(128), SHAPE), outputs={"y": options})
    with pytest.raises(PackError, match=message):
        path = dequantizing(tmp_path / "in.onnx", 0.02, np.uint8(128), SHAPE)
        pack(path, inputs={"x": InputOptions(dtype=DTYPES[dtype], quantization=quantization)})


def test_a_float_type_makes_real_numbers_of_a_quantized_port(tmp_path):
    path = quantizing(tmp_path / "out.onnx", 0.25, np.uint8(128), SHAPE)
    x = reals(0.25)
    (real,) = infer(pack(path, outputs={"y": PortOptions(dtype=DTYPES["F32"])}), x)
    (q,) = onnxruntime_outputs(path, x=x)
    np.testing.assert_array_equal(real, (q.astype(np.float32) - 128) * 0.25)

    path = dequantizing(tmp_path / "in.onnx", 0.25, np.uint8(128), SHAPE)
    packed = pack(path, inputs={"x": InputOptions(dtype=DTYPES["F32"])})
    assert packed.model.inputs[0].quantization is None
    q = integers(np.uint8)
    (y,) = infer(packed, (q.astype(np.float32) - 128) * np.float32(0.25))
    np.testing.assert_array_equal(y, onnxruntime_outputs(path, x=q)[0])


def test_an_ir_declares_what_the_onnx_it_came_from_declares(tmp_path):
    for name, path in (
        ("out", quantizing(tmp_path / "out.onnx", CHANNEL_SCALES, np.int8([1, 0, -3]), SHAPE)),
        ("in", dequantizing(tmp_path / "in.onnx", CHANNEL_SCALES, np.uint8([1, 128, 255]), SHAPE)),
    ):
        ov.save_model(ov.Core().read_model(path), tmp_path / f"{name}.xml", compress_to_fp16=False)
        from_onnx, from_ir = pack(path).model, pack(tmp_path / f"{name}.xml").model
        assert (from_ir.inputs, from_ir.outputs) == (from_onnx.inputs, from_onnx.outputs)


@pytest.mark.parametrize(
    ("move", "shape", "constants"),
    [
        (helper.make_node("Transpose", ["from"], ["to"], perm=[2, 0, 1]), (50, 2, 3), {}),
        (helper.make_node("Reshape", ["from", "shape"], ["to"]), (6, 50), {"shape": np.int64([6, 50])}),
        (helper.make_node("Unsqueeze", ["from", "axes"], ["to"]), (1, 2, 3, 50), {"axes": np.int64([0])}),
    ],
)
def test_moving_elements_between_the_port_and_the_quantization_changes_nothing(tmp_path, move, shape, constants):
    def moved(source, target):
        node = helper.make_node(move.op_type, [source, *move.input[1:]], [target])
        node.attribute.extend(move.attribute)
        return node

    scale = {"scale": np.float32(0.25), "zero_point": np.uint8(128)}
    out = save_onnx(
        tmp_path / "out.onnx",
        [helper.make_node("QuantizeLinear", ["x", *scale], ["q"]), moved("q", "y")],
        [("x", TensorProto.FLOAT, SHAPE)],
        [("y", TensorProto.UINT8, shape)],
        scale | constants,
    )
    packed = pack(out)
    assert packed.model.outputs[0].quantization == Quantization((0.25,), (128,))
    x = reals(0.75)
    np.testing.assert_array_equal(infer(packed, x)[0], onnxruntime_outputs(out, x=x)[0])
    into = save_onnx(
        tmp_path / "in.onnx",
        [moved("x", "q"), helper.make_node("DequantizeLinear", ["q", *scale], ["y"])],
        [("x", TensorProto.UINT8, SHAPE)],
        [("y", TensorProto.FLOAT, shape)],
        scale | constants,
    )
    packed = pack(into)
    assert packed.model.inputs[0].quantization == Quantization((0.25,), (128,))
    q = integers(np.uint8)
    np.testing.assert_array_equal(infer(packed, q)[0], onnxruntime_outputs(into, x=q)[0])


@pytest.mark.parametrize(
    ("nodes", "outputs"),
    [
        ([("Identity", ["x"], ["w"], {})], [("w", TensorProto.UINT8, (2, 3))]),
        ([("Cast", ["x"], ["w"], {"to": TensorProto.INT32})], [("w", TensorProto.INT32, (2, 3))]),
        ([("Shape", ["x"], ["w"], {})], [("w", TensorProto.INT64, (2,))]),
    ],
)
def test_another_use_of_the_integers_does_not_hide_their_scale(tmp_path, nodes, outputs):
    path = save_onnx(
        tmp_path / "net.onnx",
        [helper.make_node("DequantizeLinear", ["x", "s", "z"], ["y"])]
        + [helper.make_node(kind, inputs, names, **attributes) for kind, inputs, names, attributes in nodes],
        [("x", TensorProto.UINT8, (2, 3))],
        [("y", TensorProto.FLOAT, (2, 3)), *outputs],
        {"s": np.float32(0.5), "z": np.uint8(3)},
    )
    assert pack(path).model.inputs[0].quantization == Quantization((0.5,), (3,))


def test_quantization_that_a_tensor_cannot_declare_is_left_undeclared(tmp_path):
    x, y = ("x", TensorProto.FLOAT, (2, 4)), ("y", TensorProto.INT8, (2, 4))
    scales = {"s": np.float32([[0.1, 0.2], [0.3, 0.4]]), "z": np.int8([[1, 2], [3, 4]])}
    blocks = helper.make_node("QuantizeLinear", ["x", "s", "z"], ["y"], axis=1, block_size=2)
    assert (
        pack(save_onnx(tmp_path / "blocks.onnx", [blocks], [x], [y], scales, opset=21)).model.outputs[0].quantization is None
    )
    dynamic = helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "scale", "point"])
    outputs = [("y", TensorProto.UINT8, (2, 4)), ("scale", TensorProto.FLOAT, ()), ("point", TensorProto.UINT8, ())]
    assert pack(save_onnx(tmp_path / "dynamic.onnx", [dynamic], [x], outputs, {})).model.outputs[0].quantization is None
    nodes = [helper.make_node("DequantizeLinear", ["x", name], [f"y{name}"]) for name in "ab"]
    outputs = [(f"y{name}", TensorProto.FLOAT, (2, 4)) for name in "ab"]
    two = save_onnx(
        tmp_path / "two.onnx",
        nodes,
        [("x", TensorProto.INT8, (2, 4))],
        outputs,
        {"a": np.float32(1), "b": np.float32(2)},
    )
    assert pack(two).model.inputs[0].quantization is None


def test_integers_of_a_narrower_range_than_their_type_are_clipped_by_the_network(tmp_path):
    from openvino import opset8 as ops

    x = ops.parameter([1, 4], ov.Type.f32, name="x")
    ends = [ops.constant(np.float32(value)) for value in (-127 / 64, 127 / 64, -127, 127)]
    y = ops.convert(ops.fake_quantize(x, *ends, 255), "i8")
    for node, name in ((x, "x"), (y, "y")):
        node.output(0).get_tensor().set_names({name})
    packed = pack(save(ov.Model([ops.result(y)], [x], "narrow"), tmp_path / "net.xml"))
    assert packed.model.outputs[0].quantization == Quantization((1 / 64,))
    np.testing.assert_array_equal(infer(packed, np.float32([[-9, -1, 0.5, 9]]))[0], [[-127, -64, 32, 127]])


def test_a_tflite_network_declares_the_scales_of_its_tensors(tmp_path):
    path = save_tflite_relu(tmp_path / "net.tflite", SHAPE, scale=(0.1, 0.05), zero_point=(3, -128))
    packed = pack(path)
    (x,), (y,) = packed.model.inputs, packed.model.outputs
    assert (x.dtype.name, y.dtype.name) == ("S8", "S8")
    np.testing.assert_allclose([x.quantization.scale[0], y.quantization.scale[0]], [0.1, 0.05], rtol=1.3e-7)
    assert (x.quantization.zero_point, y.quantization.zero_point) == ((3,), (-128,))
    q = integers(np.int8)
    real = np.maximum((q.astype(np.float64) - 3) * 0.1, 0)
    expected = np.clip(np.rint(real / 0.05) - 128, -128, 127)
    np.testing.assert_array_equal(infer(packed, q)[0], expected)


def test_integers_that_are_not_quantized_may_be_declared_and_are_left_as_they_are(tmp_path):
    path = save_onnx(
        tmp_path / "net.onnx",
        [helper.make_node("Identity", ["x"], ["y"])],
        [("x", TensorProto.INT8, (1, 4))],
        [("y", TensorProto.INT8, (1, 4))],
        {},
    )
    assert pack(path).model.outputs[0].quantization is None
    quantization = Quantization((0.5,), (3,))
    options = {"dtype": DTYPES["S8"], "quantization": quantization}
    packed = pack(path, inputs={"x": InputOptions(**options)}, outputs={"y": PortOptions(**options)})
    q = np.int8([[-128, 0, 3, 127]])
    np.testing.assert_array_equal(infer(packed, q)[0], q)
    assert packed.model.inputs[0].quantization == packed.model.outputs[0].quantization == quantization


def test_a_scale_for_numbers_of_classes_is_refused(tmp_path):
    path = save_onnx(
        tmp_path / "net.onnx",
        [helper.make_node("ArgMax", ["x"], ["y"], axis=1)],
        [("x", TensorProto.FLOAT, (1, 4))],
        [("y", TensorProto.INT64, (1, 1))],
        {},
    )
    with pytest.raises(PackError, match=r"computes integers \(i64\), .*: leave the scale out, got S8"):
        pack(path, outputs={"y": PortOptions(dtype=DTYPES["S8"], quantization=Quantization((1.0,)))})
    (found,) = infer(pack(path, outputs={"y": PortOptions(dtype=DTYPES["S32"])}), np.float32([[0, 3, 9, 1]]))
    np.testing.assert_array_equal(found, [[2]])


def picture_scaling_network(path):
    """Bytes of a picture that the network itself makes numbers of 0..1 of: a scale, but no quantization."""
    return save_onnx(
        path,
        [helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT), helper.make_node("Mul", ["f", "s"], ["y"])],
        [("x", TensorProto.UINT8, (1, 3, 4, 8))],
        [("y", TensorProto.FLOAT, (1, 3, 4, 8))],
        {"s": np.float32(1 / 255)},
    )


def test_a_picture_of_bytes_that_the_network_scales_is_not_taken_for_quantized(tmp_path):
    path = picture_scaling_network(tmp_path / "net.onnx")
    assert pack(path).model.inputs[0].quantization is None
    declared = InputOptions(dtype=DTYPES["U8"], quantization=Quantization((1 / 255,)))
    packed = pack(path, inputs={"x": declared})
    assert packed.model.inputs[0].quantization == Quantization((1 / 255,))
    q = np.arange(96, dtype=np.uint8).reshape(1, 3, 4, 8)
    np.testing.assert_allclose(infer(packed, q)[0], q / np.float32(255), rtol=1e-6)


def test_pixels_become_the_real_numbers_that_a_quantized_input_stands_for(tmp_path):
    path = dequantizing(tmp_path / "net.onnx", 1 / 127.5, np.uint8(128), (1, 3, 4, 8))
    packed = pack(path, inputs={"x": InputOptions(nv12=Nv12((127.5,), (1 / 127.5,)))})
    (y,) = infer(packed, *nv12_from_rgb(np.full((4, 8, 3), (200, 100, 50), np.uint8)))
    np.testing.assert_allclose(y[0, :, 0, 0] / 2 * 127.5 + 127.5, [200, 100, 50], atol=2.5)


def test_pixels_that_a_quantized_input_cannot_hold_are_refused_with_numbers_that_work(tmp_path, capsys):
    path = dequantizing(tmp_path / "net.onnx", 1 / 128, np.uint8(128), (1, 3, 4, 8))
    code, _, err = call(capsys, "pack", path, "--nv12", "-o", tmp_path / "net.hbm")
    assert code == 1
    assert "holds real numbers from -1 to 0.992188, but mean and scale make pixels of up to 255" in err
    advice = err.partition("unchanged: ")[2].split()
    assert advice == ["--mean", "128", "--scale", "0.0078125"]
    assert call(capsys, "pack", path, "--nv12", *advice, "-o", tmp_path / "net.hbm")[0] == 0
    planes = (np.full((1, 4, 8, 1), 100, np.uint8), np.full((1, 2, 4, 2), 128, np.uint8))
    (y,) = HB_HBMRuntime(str(tmp_path / "net.hbm")).run({"x_y": planes[0], "x_uv": planes[1]})["net"].values()
    # 1.164 * (100 - 16) = 97.776, which the network sees as the integer 98.
    np.testing.assert_allclose(y, 2 * (98 - 128) / 128)
