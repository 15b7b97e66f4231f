# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small ONNX and TensorFlow Lite networks, and what onnxruntime computes with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# A port: its name, its ONNX type and its shape.
Port = tuple[str, int, Sequence[int]]


def save_onnx(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[Port],
    outputs: Sequence[Port],
    constants: dict[str, np.ndarray],
    opset: int = 13,
) -> Path:
    """A checked ONNX file."""
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(*port) for port in inputs],
        [helper.make_tensor_value_info(*port) for port in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    # onnxruntime reads no newer one.
    model.ir_version = 10
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def quantizing(path: Path, scale: object, zero_point: np.ndarray | None, shape: Sequence[int], axis: int = 1) -> Path:
    """y = quantized x; without a zero point, the type is uint8."""
    dtype = np.dtype(np.uint8) if zero_point is None else zero_point.dtype
    constants = {"scale": np.float32(scale)} | ({} if zero_point is None else {"zero_point": zero_point})
    return save_onnx(
        path,
        [helper.make_node("QuantizeLinear", ["x", *constants], ["y"], axis=axis)],
        [("x", TensorProto.FLOAT, shape)],
        [("y", helper.np_dtype_to_tensor_dtype(dtype), shape)],
        constants,
        opset=21,
    )


def dequantizing(path: Path, scale: object, zero_point: np.ndarray, shape: Sequence[int], axis: int = 1) -> Path:
    """y = 2 * dequantized x."""
    return save_onnx(
        path,
        [
            helper.make_node("DequantizeLinear", ["x", "scale", "zero_point"], ["real"], axis=axis),
            helper.make_node("Mul", ["real", "two"], ["y"]),
        ],
        [("x", helper.np_dtype_to_tensor_dtype(zero_point.dtype), shape)],
        [("y", TensorProto.FLOAT, shape)],
        {"scale": np.float32(scale), "zero_point": zero_point, "two": np.float32(2)},
        opset=21,
    )


def quantized_by_onnxruntime(folder: Path, quant_format: str) -> Path:
    """Two convolutions that onnxruntime has calibrated and quantized, weights per channel: "QDQ" or "QOperator"."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    random = np.random.default_rng(0)
    shape = (1, 3, 16, 16)
    network = save_onnx(
        folder / "float.onnx",
        [
            helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("Conv", ["r", "v"], ["y"]),
        ],
        [("x", TensorProto.FLOAT, shape)],
        [("y", TensorProto.FLOAT, (1, 5, 16, 16))],
        {
            "w": random.normal(size=(8, 3, 3, 3)).astype(np.float32),
            "v": random.normal(size=(5, 8, 1, 1)).astype(np.float32),
        },
    )

    class Pictures(CalibrationDataReader):
        def __init__(self) -> None:
            self.pictures = iter([{"x": random.normal(size=shape).astype(np.float32)} for _ in range(4)])

        def get_next(self):
            return next(self.pictures, None)

    path = folder / f"{quant_format}.onnx"
    quantize_static(
        str(network),
        str(path),
        Pictures(),
        quant_format=QuantFormat[quant_format],
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
    )
    return path


def with_integer_ports(path: Path) -> Path:
    """The same quantized network without its first QuantizeLinear and its last DequantizeLinear."""
    model = onnx.load(path)
    graph = model.graph
    first = next(node for node in graph.node if node.op_type == "QuantizeLinear" and node.input[0] == graph.input[0].name)
    last = next(node for node in graph.node if node.output[0] == graph.output[0].name)
    for port, name in ((graph.input[0], first.output[0]), (graph.output[0], last.input[0])):
        port.name = name
        port.type.tensor_type.elem_type = TensorProto.UINT8
    graph.node.remove(first)
    graph.node.remove(last)
    onnx.checker.check_model(model)
    result = path.with_name(f"{path.stem}_integers.onnx")
    onnx.save(model, result)
    return result


def onnxruntime_outputs(path: Path, **inputs: np.ndarray) -> list[np.ndarray]:
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(
        None, {name: np.asarray(value) for name, value in inputs.items()}
    )


def save_tflite_relu(path: Path, shape: Sequence[int], scale: tuple[float, float], zero_point: tuple[int, int]) -> Path:
    """A TensorFlow Lite file of one operator, Relu on int8, with scale and zero point of its input and its output.

    The numbers of slots and codes are those of TensorFlow Lite's public schema, version 3.
    """
    import flatbuffers

    int8, relu = 9, 19
    builder = flatbuffers.Builder(0)

    def vector(element_bytes, prepend, values):
        builder.StartVector(element_bytes, len(values), element_bytes)
        for value in reversed(values):
            prepend(value)
        return builder.EndVector()

    def integers(values):
        return vector(4, builder.PrependInt32, values)

    def tables(values):
        return vector(4, builder.PrependUOffsetTRelative, values)

    def table(slots, **fields):
        builder.StartObject(slots)
        for field, value in fields.items():
            kind, slot = field.split("_")
            put = {
                "table": builder.PrependUOffsetTRelativeSlot,
                "int": builder.PrependInt32Slot,
                "byte": builder.PrependInt8Slot,
            }[kind]
            put(int(slot), value, 0)
        return builder.EndObject()

    def tensor(name, tensor_scale, tensor_zero_point):
        scales = vector(4, builder.PrependFloat32, [tensor_scale])
        points = vector(8, builder.PrependInt64, [tensor_zero_point])
        quantization = table(7, table_2=scales, table_3=points)
        dimensions, text = integers(list(shape)), builder.CreateString(name)
        return table(8, table_0=dimensions, byte_1=int8, table_3=text, table_4=quantization)

    tensors = tables([tensor("x", scale[0], zero_point[0]), tensor("y", scale[1], zero_point[1])])
    inputs, outputs = integers([0]), integers([1])
    operators = tables([table(5, table_1=inputs, table_2=outputs)])
    graph_inputs, graph_outputs = integers([0]), integers([1])
    graphs = tables([table(5, table_0=tensors, table_1=graph_inputs, table_2=graph_outputs, table_3=operators)])
    codes = tables([table(4, byte_0=relu, int_2=1, int_3=relu)])
    buffers = tables([table(1)])
    builder.Finish(table(8, int_0=3, table_1=codes, table_2=graphs, table_4=buffers), b"TFL3")
    path.write_bytes(builder.Output())
    return path
