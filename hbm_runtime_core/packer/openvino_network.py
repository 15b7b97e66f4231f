# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reading networks with OpenVINO, and writing them as a program that is the same in every run."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..names import unknown_name
from .container import Program
from .errors import PackError, PackFileError

if TYPE_CHECKING:
    import openvino

OPENVINO = "openvino==2026.4.*"
_FRAMEWORKS = {".onnx": "onnx", ".xml": "ir", ".tflite": "tflite", ".pdmodel": "paddle", ".json": "paddle", ".pb": "tf"}
_WEIGHTS_SUFFIX = {"ir": ".bin", "paddle": ".pdiparams"}
_EXTERNAL_DATA = re.compile(r"stored data in file \((.+), offset: (\d+), data_length: (\d+)\)")
_AUTOMATIC_NAME = re.compile(r"(.+)_\d+")


def import_openvino() -> Any:
    """The module `openvino`, which only packing needs.

    Raises:
        PackError: it is not installed, or does not load.
    """
    try:
        import openvino

        return openvino
    except ImportError as error:
        raise PackError(f"OpenVINO is not installed ({error}); install it with: pip install '{OPENVINO}'") from None


def read_network(path: Path) -> openvino.Model:
    """The network in a file that OpenVINO reads.

    Raises:
        PackFileError: there is no such file.
        PackError: OpenVINO cannot read it; its reason follows.
    """
    if not path.is_file():
        raise PackFileError(f"no such network file: {path}")
    # Without a choice, OpenVINO tries every reader on a damaged file, and each writes an error to stderr.
    framework = _FRAMEWORKS.get(path.suffix.lower())
    if framework is None:
        raise PackError(f"{path}: {unknown_name('kind of network', path.suffix, _FRAMEWORKS)}; export it as ONNX")
    ov = import_openvino()
    reader = ov.frontend.FrontEndManager().load_by_framework(framework)
    if reader is None:
        raise PackError(f"{path}: this OpenVINO ({ov.__version__}) has no reader for {framework}")
    try:
        network = reader.convert(reader.load(str(path)))
    except Exception as error:  # its readers raise classes of their own, without a common base
        reason = openvino_reason(error)
        raise PackError(f"OpenVINO cannot read the network {path}: {reason}; {_remedy(path, framework, reason)}") from None
    if not network.inputs or not network.outputs:
        raise PackError(f"{path}: a network without inputs or outputs (is it a complete {framework} file?)")
    return network


def _remedy(path: Path, framework: str, reason: str) -> str:
    """What to do about a network that cannot be read."""
    external = _EXTERNAL_DATA.search(reason)
    weights = path.parent / external[1] if external else path.with_suffix(_WEIGHTS_SUFFIX.get(framework, path.suffix))
    if not weights.exists():
        return f"the file with its weights is missing: copy it to {weights}"
    if external:
        needed = int(external[2]) + int(external[3])
        return f"{weights} must hold at least {needed} bytes of weights, got {weights.stat().st_size}: copy it again"
    if "QLinear" in reason:
        return "quantize it with QuantizeLinear and DequantizeLinear operators (QuantFormat.QDQ in onnxruntime)"
    if "No conversion rule" in reason or "Conversion is failed" in reason:
        return "export it with operators that OpenVINO knows"
    return f"is it a complete {framework} file?"


def openvino_reason(error: Exception) -> str:
    """OpenVINO's message without the names of its source files."""
    lines = [line.strip() for line in str(error).splitlines()]
    noise = ("Exception from ", "Check '", "-----", "FrontEnd API failed with")
    kept = [line for line in lines if line and not line.startswith(noise)]
    text = "; ".join(kept) or "; ".join(line for line in lines if line)
    return text if len(text) <= 600 else text[:597] + "..."


def port_name(port: Any) -> str:
    """The name of an input or output of a network; networks may leave outputs without one."""
    names = sorted(port.get_names())
    return names[0] if names else port.get_node().get_friendly_name()


def program_port_name(kind: str, tensor_name: str) -> str:
    """The name of a port inside a program, for readers of the file; the engine uses the order.

    OpenVINO requires names that are unique in a network; a model may have an input and an output of one name, or a
    renamed port with the name of an inner tensor.
    """
    return f"{kind}:{tensor_name}"


def file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_program(network: openvino.Model) -> Program:
    """The network as OpenVINO IR, with its weights unchanged."""
    ov = import_openvino()
    _settle_names(network)
    with tempfile.TemporaryDirectory(prefix="hbm-pack-") as folder:
        xml, weights = Path(folder, "network.xml"), Path(folder, "network.bin")
        ov.serialize(network, str(xml), str(weights))
        return Program(xml.read_bytes(), weights.read_bytes())


def _settle_names(network: openvino.Model) -> None:
    """Replace the names that OpenVINO numbers per process by names that depend only on the network."""
    operations = network.get_ordered_ops()
    taken = {operation.get_friendly_name() for operation in operations}
    for index, operation in enumerate(operations):
        match = _AUTOMATIC_NAME.fullmatch(operation.get_friendly_name())
        if (match and match[1] == operation.get_type_name()) or operation.get_friendly_name() == operation.get_name():
            name = f"{operation.get_type_name()}.{index}"
            while name in taken:
                name += "_"
            operation.set_friendly_name(name)


def check_program(program: Program, inputs: list[tuple[str, str]], outputs: list[tuple[str, str]], where: str) -> None:
    """Read a program back and compare its ports, in order, with the (name, type) in the manifest.

    Raises:
        PackError: they differ; the simulator would bind tensors to the wrong ports.
    """
    ov = import_openvino()
    network = ov.Core().read_model(program.xml.decode(), ov.Tensor(_as_array(program.weights)))
    for kind, ports, expected in (("inputs", network.inputs, inputs), ("outputs", network.outputs, outputs)):
        found = [(port_name(port), port.get_element_type().get_type_name()) for port in ports]
        if found != expected:
            raise PackError(
                f"{where}: OpenVINO {ov.__version__} wrote other {kind} than it was given: expected {expected}, "
                f"got {found}; use another version of OpenVINO"
            )


def _as_array(data: bytes) -> Any:
    import numpy as np

    return np.frombuffer(data, dtype=np.uint8).copy() if data else np.zeros(0, np.uint8)
