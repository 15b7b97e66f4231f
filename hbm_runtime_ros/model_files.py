# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files: the cache of those that are open, and one model of a file as messages describe it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hbm_runtime_core import HB_HBMRuntime, InferRequest
from hbm_runtime_core.decode.stored import text_of
from hbm_runtime_core.dtypes import DTYPES
from hbm_runtime_core.model_file import file_sha256
from hbm_runtime_core.names import unknown_name

from . import _wire
from .errors import ConfigurationError, printable
from .file_locator import OpenFile
from .msg import ModelInfo, Tensor, TensorInfo
from .parameters import Scheduling


class ModelFileCache:
    """Opens model files, each once: models of one file share its memory. One thread at a time uses it.

    Args:
        backend: bpu, sim, auto, or empty for the default of the environment.
    """

    def __init__(self, backend: str) -> None:
        self._backend = backend or None
        self._open: dict[_Identity, OpenModelFile] = {}

    def open(self, file: OpenFile, model: str, sha256: str) -> OpenModelFile:
        """Open `file` for `model`, or return it if it is open. Each call needs a close() of its own.

        Args:
            file: may be closed after the call.
            model: name in the node.
            sha256: of its bytes, in hexadecimal digits; empty = any. Checked before the library reads the file.

        Raises:
            ConfigurationError: the file cannot be loaded or has another SHA-256; the text says why.
        """
        # A library might refuse a name that does not end in .hbm, so the descriptor is only used where it matters.
        source = file.descriptor_path if sha256 else str(file.path)
        try:
            identity = _Identity.of(file.path, file.descriptor_path)
            opened = self._open.get(identity)
            digest = opened.sha256 if opened else file_sha256(file.descriptor_path)
        except OSError as error:
            raise ConfigurationError(f"parameter '{model}.file': {file.path}: {error.strerror}") from error
        if sha256 and digest != sha256.lower():
            raise ConfigurationError(f"parameter '{model}.sha256': expected {sha256.lower()}, got {digest} of {file.path}")
        if opened is None:
            try:
                opened = OpenModelFile(HB_HBMRuntime(source, backend=self._backend), digest)
                if _Identity.of(file.path, source) != identity:
                    raise ValueError(f"{file.path} was changed while it was loaded; load it again")
            except (RuntimeError, OSError, ValueError) as error:
                reason = str(error).replace(file.descriptor_path, str(file.path))
                raise ConfigurationError(f"parameter '{model}.file': {reason}") from error
            self._open[identity] = opened
        opened.users += 1
        return opened

    def close(self, opened: OpenModelFile) -> None:
        """Give back what open() returned. The file is closed with its last user."""
        opened.users -= 1
        if opened.users == 0:
            self._open = {identity: each for identity, each in self._open.items() if each is not opened}


class _Identity(NamedTuple):
    """Distinguishes a file from another one that has replaced it."""

    path: Path
    device: int
    inode: int
    size_bytes: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path, source: str) -> _Identity:
        """Return the one of the file at `path` that is opened as `source`."""
        status = os.stat(source)
        return cls(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(eq=False)
class OpenModelFile:
    """A model file that is open.

    Attributes:
        runtime: of its models.
        sha256: of its bytes, in hexadecimal digits.
        users: how many models of the node use it.
    """

    runtime: HB_HBMRuntime
    sha256: str
    users: int = 0


class ModelHandle:
    """One model of an open file, and what the node needs to know of it.

    Args:
        files: opens the file.
        file: the model file; may be closed afterwards.
        name: of the model in the node.
        model_name: name inside the file; empty = the only one.
        sha256: of the file, in hexadecimal digits; empty = any.

    Raises:
        ConfigurationError: the file cannot be loaded, has another SHA-256, or does not contain the model.
    """

    def __init__(self, files: ModelFileCache, file: OpenFile, name: str, model_name: str, sha256: str = "") -> None:
        self.name = name
        self.file = file.path
        self._files = files
        self._opened = files.open(file, name, sha256)
        runtime = self.runtime = self._opened.runtime
        try:
            self.model_name = _choose_model(runtime, file.path, name, model_name)
            self.input_names: list[str] = list(runtime.input_names[self.model_name])
            self.output_names: list[str] = list(runtime.output_names[self.model_name])
            self.input_shapes: dict[str, Any] = runtime.input_shapes[self.model_name]
            self.input_dtypes: dict[str, Any] = runtime.input_dtypes[self.model_name]
            self._compiled_cores = _compiled_cores(runtime, self.model_name)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back. Its memory is freed once no model uses it."""
        self._files.close(self._opened)

    @property
    def sha256(self) -> str:
        """SHA-256 of the file, in hexadecimal digits."""
        return self._opened.sha256

    @property
    def dynamic_shapes(self) -> dict[str, Any]:
        """The shapes, with -1, of the inputs whose shape the sender chooses."""
        return {name: shape for name, shape in self.input_shapes.items() if -1 in shape}

    def create_request(self, shapes: Mapping[str, tuple[int, ...]]) -> InferRequest:
        """Return a request; `shapes` are those of the inputs in `dynamic_shapes`."""
        return self.runtime.create_request(self.model_name, shapes=shapes or None)

    def check_scheduling(self, scheduling: Scheduling) -> int:
        """Return how many inferences of the model can run side by side with `scheduling`.

        Raises:
            ValueError: the device or the model does not allow it.
        """
        return self.runtime.check_scheduling(
            self.model_name,
            priority=scheduling.priority,
            bpu_cores=scheduling.bpu_cores,
            custom_id=scheduling.custom_id,
            device_id=scheduling.device_id,
        )

    def output_types(self) -> list[_wire.TensorType]:
        """Return what every result contains of the outputs, in the order of the model."""
        name, runtime = self.model_name, self.runtime
        return [
            _wire_type(
                output,
                runtime.output_dtypes[name][output],
                runtime.output_quants[name][output],
                runtime.output_shapes[name][output],
            )
            for output in self.output_names
        ]

    def describe_inputs(self) -> str:
        """Return names, types and shapes of the inputs in one line."""
        return _describe(self.input_names, self.input_dtypes, self.input_shapes)

    def describe_outputs(self) -> str:
        """Return names, types and shapes of the outputs in one line."""
        name, runtime = self.model_name, self.runtime
        return _describe(self.output_names, runtime.output_dtypes[name], runtime.output_shapes[name])

    def describe(self) -> ModelInfo:
        """Return what the model file contains; the node adds topics and scheduling."""
        return ModelInfo(
            name=self.name,
            model_name=printable(self.model_name),
            file=str(self.file),
            sha256=self.sha256,
            description=printable(text_of(self.runtime.model_descs[self.model_name])),
            compiled_bpu_cores=self._compiled_cores,
            inputs=self._tensor_infos("input", self.input_names),
            outputs=self._tensor_infos("output", self.output_names),
        )

    def _tensor_infos(self, which: str, names: list[str]) -> list[TensorInfo]:
        facts = [
            getattr(self.runtime, f"{which}_{fact}")[self.model_name]
            for fact in ("descs", "dtypes", "shapes", "strides", "quants")
        ]
        return [_tensor_info(name, *(fact[name] for fact in facts)) for name in names]


def is_quantized(quant: Any) -> bool:
    """Return whether a hbm_runtime_core.QuantParams says how numbers become real values."""
    return int(quant.quant_type) != Tensor.QUANT_NONE


def quantization(quant: Any, rank: int) -> dict[str, Any]:
    """Return the quantization fields of the messages for a hbm_runtime_core.QuantParams of a tensor with `rank` axes."""
    if not is_quantized(quant):
        return {"quant_type": Tensor.QUANT_NONE, "quant_scale": [], "quant_zero_point": [], "quant_axis": -1}
    scale = [float(value) for value in quant.scale]
    per_tensor = len(scale) == 1 or not 0 <= quant.axis < rank
    return {
        "quant_type": Tensor.QUANT_SCALE,
        "quant_scale": scale,
        "quant_zero_point": [int(value) for value in quant.zero_point],
        "quant_axis": -1 if per_tensor else int(quant.axis),
    }


def _wire_type(name: str, dtype: Any, quant: Any, shape: Any) -> _wire.TensorType:
    """Return what every result contains of the output `name`."""
    element = DTYPES[dtype.name]
    return _wire.TensorType(
        name=name,
        dtype_code=element.code,
        dtype_bits=element.bits,
        packed_length=int(shape[-1]) if element.is_packed and len(shape) else 0,
        **quantization(quant, len(shape)),
    )


def _tensor_info(name: str, description: str, dtype: Any, shape: Any, strides: Any, quant: Any) -> TensorInfo:
    """Return the message that describes an input or output of a model. `strides` are bytes."""
    element = DTYPES[dtype.name]
    return TensorInfo(
        name=printable(name),
        description=printable(description),
        dtype=element.numpy_name,
        dtype_code=element.code,
        dtype_bits=element.bits,
        dtype_lanes=1,
        shape=[int(length) for length in shape],
        stride_bytes=[int(stride) for stride in strides],
        **quantization(quant, len(shape)),
    )


def _describe(names: list[str], dtypes: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    return ", ".join(f"{printable(name)} {dtypes[name].name} {list(shapes[name])}" for name in names)


def _compiled_cores(runtime: HB_HBMRuntime, name: str) -> int:
    try:
        return int(runtime.compile_bpu_core_num[name])
    except RuntimeError:
        return 0  # an old library of the vendor does not report it


def _choose_model(runtime: HB_HBMRuntime, file: Path, name: str, model_name: str) -> str:
    names = list(runtime.model_names)
    if model_name:
        if model_name not in names:
            raise ConfigurationError(f"parameter '{name}.model_name': {file}: {unknown_name('model', model_name, names)}")
        return model_name
    if len(names) != 1:
        raise ConfigurationError(
            f"parameter '{name}.model_name': {file} contains {len(names)} models, choose one of {', '.join(names)}"
        )
    return names[0]


def size_text(size_bytes: int) -> str:
    """Return the size of a file as text, for instance 4.7 MB."""
    for unit, bytes_each in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= bytes_each:
            return f"{size_bytes / bytes_each:.1f} {unit}"
    return f"{size_bytes} bytes"
