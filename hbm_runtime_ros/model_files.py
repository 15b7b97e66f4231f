# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds model files: absolute, in a package's share folder, or beside the parameter file. Never in the working directory,
which under `ros2 launch` is wherever the user happened to stand. Opens each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from hbm_runtime_core import HB_HBMRuntime

from .errors import ConfigurationError

_PACKAGE_SCHEME = "package://"


class ModelFiles:
    """Opens model files, each once: models of one file share its memory. Used by one thread at a time."""

    def __init__(self) -> None:
        self._open: dict[_Identity, _OpenFile] = {}

    def open(self, file: Path, group: str) -> HB_HBMRuntime:
        """Return the runtime that holds `file`, which `<group>.file` names. Each call wants a close() of its own.

        Raises:
            ConfigurationError: the file cannot be loaded; the text says why.
        """
        try:
            identity = _Identity.of(file)
            if identity not in self._open:
                self._open[identity] = _OpenFile(HB_HBMRuntime(str(file)))
        except (RuntimeError, OSError, ValueError) as error:
            raise ConfigurationError(f"parameter '{group}.file': {error}") from error
        opened = self._open[identity]
        opened.users += 1
        return opened.runtime

    def close(self, runtime: HB_HBMRuntime) -> None:
        """Give back what open() gave. With its last user the file is forgotten."""
        for identity, opened in self._open.items():
            if opened.runtime is runtime:
                opened.users -= 1
                if opened.users == 0:
                    del self._open[identity]
                return


class _Identity(NamedTuple):
    """Tells a file from another one that has taken its place since."""

    path: Path
    device: int
    inode: int
    size_bytes: int
    changed_ns: int

    @classmethod
    def of(cls, file: Path) -> _Identity:
        status = file.stat()
        return cls(file, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass
class _OpenFile:
    runtime: HB_HBMRuntime
    users: int = 0


def file_size(file: Path) -> str:
    """Return the size of a file as people read it, for instance 4.7 MB."""
    try:
        size_bytes = file.stat().st_size
    except OSError:
        return "its size cannot be read"
    for unit, bytes_each in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= bytes_each:
            return f"{size_bytes / bytes_each:.1f} {unit}"
    return f"{size_bytes} bytes"


def resolve_model_file(file: str, parameter: str, model_dir: Path | None) -> Path:
    """Return the absolute path of the model file that `parameter` names.

    Args:
        file: value of the parameter.
        parameter: its full name, for errors.
        model_dir: folder that a relative path starts from, None where there is none.

    Raises:
        ConfigurationError: no such file, or no folder to look in.
    """
    if not file:
        raise ConfigurationError(f"parameter '{parameter}': names no file; set it to the path of a .hbm file")
    path = _expand(file, parameter, model_dir)
    if not path.exists():
        raise ConfigurationError(f"parameter '{parameter}': there is no file {path}{_neighbours(path)}")
    if not path.is_file():
        raise ConfigurationError(f"parameter '{parameter}': {path} is not a file")
    return path


def _expand(file: str, parameter: str, model_dir: Path | None) -> Path:
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
    if model_dir is None:
        raise ConfigurationError(
            f"parameter '{parameter}': {file} is relative, but there is no parameter file that it could be relative to; "
            f"write an absolute path or package://<package>/<path>, or set the parameter `model_dir`"
        )
    return model_dir / path


def _neighbours(path: Path) -> str:
    """Return the model files that lie where `path` was looked for: most missing files are misspelt."""
    if not path.parent.is_dir():
        return f"; the folder {path.parent} does not exist either"
    names = sorted(entry.name for entry in path.parent.glob("*.hbm"))
    return f"; {path.parent} holds {', '.join(names[:10])}" if names else f"; {path.parent} holds no .hbm file"


def folder_of_parameter_file(arguments: Sequence[str]) -> Path | None:
    """Return the folder of the last `--params-file` on a ROS command line, None where there is none."""
    folder = None
    for option, value in zip(arguments, arguments[1:]):
        if option == "--params-file":
            folder = Path(value).absolute().parent
    return folder
