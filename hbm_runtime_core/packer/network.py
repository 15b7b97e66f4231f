# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Packs one network: the ports of its program, and their entries in the manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..dtypes import DType, from_openvino
from ..names import unknown_name
from . import network_quantization
from .container import PackedModel, with_decoder
from .errors import PackError
from .manifest import Model, Tensor, make_tensor
from .network_quantization import NetworkQuantization
from .nv12_input import Nv12Input
from .openvino_network import (
    check_program,
    file_digest,
    import_openvino,
    openvino_reason,
    port_name,
    program_port_name,
    read_network,
    write_program,
)
from .options import InputOptions, NetworkOptions, PortOptions, PortOptionsType, combine
from .quantization import Quantization
from .quantized_ports import FLOAT_TYPES, dequantize, from_float, port_format, quantize


def pack_network(options: NetworkOptions) -> PackedModel:
    """Read a network and make the model that a file holds.

    Raises:
        PackFileError: there is no such network.
        PackError: what does not fit, with the network, the tensor, what was expected and what came.
    """
    path = Path(options.path)
    network = read_network(path)
    return _Packing(path, network, options).run()


class _Packing:
    def __init__(self, path: Path, network: Any, options: NetworkOptions) -> None:
        self.path = path
        self.network = network
        self.options = options
        self.picture_inputs: dict[str, dict[str, Any]] = {}

    def run(self) -> PackedModel:
        self._name_ports()
        self._drop_outputs()
        input_names = [port_name(port) for port in self.network.inputs]
        output_names = [port_name(port) for port in self.network.outputs]
        self.input_options = self._by_port("input", self.options.inputs, input_names, InputOptions())
        self.output_options = self._by_port("output", self.options.outputs, output_names, PortOptions())
        if self.network.get_variables():
            raise PackError(f"{self.path}: keeps state between runs (variables), which a model cannot do")
        if self.options.input_stride_align_bytes != 1 and all(o.nv12 for o in self.input_options.values()):
            raise PackError(f"{self.path}: --input-stride-align is ignored, because all inputs take NV12 with any stride")
        # Errors of the inputs come before those of OpenVINO, which propagates shapes.
        self._reshape(input_names)
        inputs = self._replace_inputs(input_names)
        outputs = self._replace_outputs(output_names)
        program = write_program(self.network)
        check_program(program, _ports("input", inputs), _ports("output", outputs), str(self.path))
        provenance: dict[str, Any] = {"network": self.path.name, "sha256": file_digest(self.path)}
        if self.picture_inputs:
            provenance["pictures"] = self.picture_inputs
        model = Model(
            name=self.options.name or self.path.stem,
            engine="openvino",
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            description=self.options.description,
            bpu_cores=self.options.bpu_cores,
            latency_us=self.options.latency_us,
            max_time_per_fc_us=self.options.max_time_per_fc_us,
        )
        return with_decoder(PackedModel(model, program, provenance), self.options.decoder, str(self.path))

    def _where(self, kind: str, name: str) -> str:
        return f"{self.path}, {kind} '{name}'"

    def _name_ports(self) -> None:
        """Give every port exactly one name, by which options refer to it."""
        for port in [*self.network.inputs, *self.network.outputs]:
            port.get_tensor().set_names({port_name(port)})

    def _drop_outputs(self) -> None:
        results = {port_name(port): port.get_node() for port in self.network.outputs}
        for name in self.options.drop_outputs:
            if name not in results:
                raise PackError(f"{self.path}: {unknown_name('output', name, results)}")
            self.network.remove_result(results.pop(name))
        if not results:
            raise PackError(f"{self.path}: expected at least one output to be left, got none")

    def _by_port(
        self, kind: str, options: Mapping[str, PortOptionsType], names: list[str], nothing: PortOptionsType
    ) -> dict[str, PortOptionsType]:
        """The options of every port, in the order of the ports."""
        result = dict.fromkeys(names, nothing)
        for name, port_options in options.items():
            if not name:
                if len(names) != 1:
                    raise PackError(
                        f"{self.path}: has {len(names)} {kind}s ({', '.join(names)}): an option for an {kind} "
                        "must name it, NAME=VALUE"
                    )
                name = names[0]
            elif name not in names:
                raise PackError(f"{self.path}: {unknown_name(kind, name, names)}")
            result[name] = combine(result[name], port_options, self._where(kind, name))
        return result

    def _reshape(self, names: Iterable[str]) -> None:
        ov = import_openvino()
        shapes = {}
        for name, port in zip(names, self.network.inputs):
            options = self.input_options[name]
            where = self._where("input", name)
            own = port.get_partial_shape()
            if own.rank.is_dynamic and not options.shape:
                raise PackError(f"{where}: the network leaves the number of dimensions open; give --input-shape")
            if options.shape:
                _check_shape(own, options.shape, where)
                shapes[name] = list(options.shape)
            if options.nv12:
                shapes[name] = self._picture(name, shapes.get(name, _dimensions(own))).network_shape
        try:
            if shapes:
                self.network.reshape({name: ov.PartialShape(shape) for name, shape in shapes.items()})
        except RuntimeError as error:
            wanted = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise PackError(
                f"{self.path}: the network does not work with the input shape {wanted}: {openvino_reason(error)}"
            ) from None

    def _picture(self, name: str, shape: list[int]) -> Nv12Input:
        options = self.input_options[name]
        where = self._where("input", name)
        if options.dtype or options.quantization or options.strides or options.stride_align_bytes:
            raise PackError(
                f"{where}: an NV12 input is uint8 with rows of the caller's length; "
                "it takes no other type, quantization or strides"
            )
        assert options.nv12 is not None
        return Nv12Input(options.rename or name, shape, options.nv12, options.description, where)

    def _replace_inputs(self, names: list[str]) -> list[Tensor]:
        ov = import_openvino()
        tensors: list[Tensor] = []
        parameters = []
        old_parameters = list(self.network.get_parameters())
        for name, old in zip(names, old_parameters):
            options = self.input_options[name]
            where = self._where("input", name)
            shape = _dimensions(old.get_partial_shape())
            network_type = old.get_element_type().get_type_name()
            own = network_quantization.of_input(old, from_openvino(network_type))
            if options.nv12:
                picture = self._picture(name, shape)
                new, value = picture.build()
                self.picture_inputs[options.rename or name] = picture.provenance
                tensors += picture.tensors
                if own and own.certain:
                    picture.check_range(own.quantization, from_openvino(network_type))
                value = from_float(value, network_type, len(shape), own)
            else:
                dtype, quantization = port_format("input", network_type, options, own, where)
                align_bytes = self.options.input_stride_align_bytes
                # The C API has no tensor without dimensions.
                tensor = self._tensor(options, name, dtype, quantization, shape or [1], where, align_bytes)
                new = [ov.opset8.parameter(ov.PartialShape(shape or [1]), _type(tensor.dtype), name=tensor.name)]
                new[0].output(0).get_tensor().set_names({program_port_name("input", tensor.name)})
                value = self._from_tensor(new[0], tensor, network_type, own)
                if not shape:
                    value = ov.opset8.squeeze(value, ov.opset8.constant([0]))
                tensors.append(tensor)
            # Consumers move to the new value; the old parameter has none left and is removed.
            old.output(0).get_tensor().set_names(set())
            old.output(0).replace(value.output(0))
            parameters += new
        for old in old_parameters:
            self.network.remove_parameter(old)
        self.network.add_parameters(parameters)
        self._propagate_shapes()
        return tensors

    def _propagate_shapes(self) -> None:
        try:
            self.network.validate_nodes_and_infer_types()
        except RuntimeError as error:
            raise PackError(f"{self.path}: the packed network is not valid: {openvino_reason(error)}") from None

    def _from_tensor(self, parameter: Any, tensor: Tensor, network_type: str, own: NetworkQuantization | None) -> Any:
        """The value that the network sees instead of its own parameter."""
        if tensor.dtype.openvino == network_type:
            return parameter
        if tensor.quantization and network_type in FLOAT_TYPES:
            return dequantize(parameter, tensor.quantization, len(tensor.shape), network_type)
        if tensor.dtype.is_float:
            return from_float(parameter, network_type, len(tensor.shape), own)
        return import_openvino().opset8.convert(parameter, network_type)

    def _replace_outputs(self, names: list[str]) -> list[Tensor]:
        ops = import_openvino().opset8
        tensors: list[Tensor] = []
        results = []
        old_results = list(self.network.get_results())
        values = [result.input_value(0) for result in old_results]
        for name, value in zip(names, values):
            options = self.output_options[name]
            where = self._where("output", name)
            if value.get_partial_shape().rank.is_dynamic:
                raise PackError(
                    f"{where}: the number of dimensions is not known before the network runs; leave the output out: "
                    f"--drop-output {name}"
                )
            shape = _dimensions(value.get_partial_shape())
            network_type = value.get_element_type().get_type_name()
            own = network_quantization.of_output(value, from_openvino(network_type))
            dtype, quantization = port_format("output", network_type, options, own, where)
            align_bytes = self.options.output_stride_align_bytes
            tensor = self._tensor(options, name, dtype, quantization, shape or [1], where, align_bytes)
            last = own.real if own and own.real and tensor.quantization else value
            if not shape:
                # The C API has no tensor without dimensions.
                last = ops.unsqueeze(last, ops.constant([0])).output(0)
            last = self._to_tensor(last, tensor, own)
            if last.get_node().get_type_name() == "Parameter":
                # A network that returns an input unchanged: two tensors with two names need two values.
                last = ops.convert(last, network_type).output(0)
            last.get_tensor().set_names({program_port_name("output", tensor.name)})
            results.append(ops.result(last))
            tensors.append(tensor)
        for old in old_results:
            self.network.remove_result(old)
        self.network.add_results(results)
        return tensors

    def _to_tensor(self, value: Any, tensor: Tensor, own: NetworkQuantization | None) -> Any:
        """The value of a tensor, from the network's own or from the real numbers behind it."""
        network_type = value.get_element_type().get_type_name()
        rank = len(tensor.shape)
        if tensor.quantization and network_type in FLOAT_TYPES:
            return quantize(value, tensor.quantization, rank, tensor.dtype).output(0)
        if tensor.dtype.openvino == network_type:
            return value
        if own and tensor.dtype.is_float:
            return dequantize(value, own.quantization, rank, tensor.dtype.openvino).output(0)
        return import_openvino().opset8.convert(value, tensor.dtype.openvino).output(0)

    def _tensor(
        self,
        options: PortOptions,
        name: str,
        dtype: DType,
        quantization: Quantization | None,
        shape: list[int],
        where: str,
        align_bytes: int,
    ) -> Tensor:
        return make_tensor(
            options.rename or name,
            dtype,
            shape,
            where=where,
            strides=options.strides,
            stride_align_bytes=options.stride_align_bytes or align_bytes,
            description=options.description,
            quantization=quantization,
        )


def _ports(kind: str, tensors: list[Tensor]) -> list[tuple[str, str]]:
    return [(program_port_name(kind, tensor.name), tensor.dtype.openvino) for tensor in tensors]


def _type(dtype: DType) -> Any:
    return getattr(import_openvino().Type, dtype.openvino)


def _dimensions(shape: Any) -> list[int]:
    return [dimension.get_length() if dimension.is_static else -1 for dimension in shape]


def _check_shape(own: Any, wanted: tuple[int, ...], where: str) -> None:
    """Whether `wanted` fills in what the network leaves open, and only that."""
    ov = import_openvino()
    if any(size != -1 and size < 1 for size in wanted):
        raise PackError(f"{where}: a dimension is at least 1, or -1 to leave it dynamic; got {list(wanted)}")
    if not own.compatible(ov.PartialShape(list(wanted))):
        raise PackError(f"{where}: the network takes {own}, which cannot become {list(wanted)}")
