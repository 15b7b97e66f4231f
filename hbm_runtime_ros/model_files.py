# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files: where they are, the cache of those that are open, and one model of a file as messages describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from hbm_runtime_core import HB_HBMRuntime, InferRequest
from hbm_runtime_core.decode.stored import text_of
from hbm_runtime_core.dtypes import DTYPES
from hbm_runtime_core.model_file import file_sha256
from hbm_runtime_core.names import unknown_name

from . import _wire
from .errors import ConfigurationError, printable
from .msg import ModelInfo, Tensor, TensorInfo
from .parameters import Scheduling
from .parameters.files import ParameterFiles, is_written_by_launch

_PACKAGE_SCHEME = "package://"


class ModelFileCache:
    """Opens model files, each once: models of one file share its memory. One thread at a time uses it.

    Args:
        backend: bpu, sim, auto, or empty for the default of the environment.
    """

    def __init__(self, backend: str) -> None:
        self._backend = backend or None
        self._open: dict[_Identity, OpenModelFile] = {}

    def open(self, file: Path, parameter: str) -> OpenModelFile:
        """Open `file`, which `parameter` names, or return it if it is open. Each call needs a close() of its own.

        Raises:
            ConfigurationError: the file cannot be loaded; the text says why.
        """
        try:
            identity = _Identity.of(file)
            if identity not in self._open:
                runtime = HB_HBMRuntime(str(file), backend=self._backend)
                self._open[identity] = OpenModelFile(runtime, file_sha256(file))
        except (RuntimeError, OSError, ValueError) as error:
            raise ConfigurationError(f"parameter '{parameter}': {error}") from error
        opened = self._open[identity]
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
    def of(cls, file: Path) -> _Identity:
        status = file.stat()
        return cls(file, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


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
        file: path of the model file.
        name: of the model in the node.
        model_name: name inside the file; empty = the only one.

    Raises:
        ConfigurationError: the file cannot be loaded, or does not contain the model.
    """

    def __init__(self, files: ModelFileCache, file: Path, name: str, model_name: str) -> None:
        self.name = name
        self.file = file
        self._files = files
        self._opened = files.open(file, f"{name}.file")
        runtime = self.runtime = self._opened.runtime
        try:
            self.model_name = _choose_model(runtime, file, name, model_name)
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
            sha256=self._opened.sha256,
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


def file_size(file: Path) -> str:
    """Return the size of a file as text, for instance 4.7 MB."""
    try:
        size_bytes = file.stat().st_size
    except OSError:
        return "its size cannot be read"
    for unit, bytes_each in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= bytes_each:
            return f"{size_bytes / bytes_each:.1f} {unit}"
    return f"{size_bytes} bytes"


class ModelFileLocator:
    """Finds model files: absolute, in a package's share folder, or relative to the parameter file that names them.

    Never in the working directory, which under `ros2 launch` is wherever the user happened to be.

    Args:
        node: fully qualified name.
        parameter_files: of the command line.
        model_dir: the parameter of that name: if not empty, relative files start from there.
    """

    def __init__(self, node: str, parameter_files: ParameterFiles, model_dir: str) -> None:
        self._node = node
        self._parameter_files = parameter_files
        self._model_dir = Path(model_dir).expanduser() if model_dir else None

    def find(self, file: str, parameter: str) -> Path:
        """Return the absolute path of the model file that `parameter` names.

        Raises:
            ConfigurationError: there is no such file, or no folder that it could be relative to.
        """
        if not file:
            raise ConfigurationError(f"parameter '{parameter}': is empty; set it to the path of a .hbm file")
        path = self._expand(file, parameter)
        if not path.exists():
            raise ConfigurationError(f"parameter '{parameter}': there is no file {path}{_neighbors(path)}")
        if not path.is_file():
            raise ConfigurationError(f"parameter '{parameter}': {path} is not a file")
        return path

    def _expand(self, file: str, parameter: str) -> Path:
        if file.startswith(_PACKAGE_SCHEME):
            package, _, rest = file[len(_PACKAGE_SCHEME) :].partition("/")
            try:
                return Path(get_package_share_directory(package)) / rest
            except (PackageNotFoundError, ValueError) as error:
                raise ConfigurationError(
                    f"parameter '{parameter}': {file} names the package '{package}', which is not installed or not sourced"
                ) from error
        path = Path(file).expanduser()
        if path.is_absolute():
            return path
        if self._model_dir is not None:
            return self._model_dir / path
        # A model that a service loads is in no parameter file: the one with the node's parameter `models` is used.
        source = self._parameter_files.source_of(parameter, self._node) or self._parameter_files.source_of(
            "models", self._node
        )
        if source is None or is_written_by_launch(source):
            raise ConfigurationError(
                f"parameter '{parameter}': {file} is relative, but no parameter file names it; write an absolute path or "
                f"package://<package>/<path>, or set the parameter `model_dir`"
            )
        return source.parent / path


def _neighbors(path: Path) -> str:
    """Return the model files in the folder of a missing one: most missing files are misspelled."""
    if not path.parent.is_dir():
        return f"; the folder {path.parent} does not exist either"
    names = sorted(entry.name for entry in path.parent.glob("*.hbm"))
    return f"; {path.parent} contains {', '.join(names[:10])}" if names else f"; {path.parent} contains no .hbm file"
