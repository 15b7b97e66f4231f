# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that parameters name: where they are, and which of them a service may name."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from .errors import ConfigurationError
from .parameters.files import ParameterFiles, is_written_by_launch

_PACKAGE_SCHEME = "package://"


class OpenFile:
    """A regular file, open for reading: what is checked and what is read is the same one, even if its path changes.

    Args:
        path: of the file.

    Attributes:
        path: of the file.
        descriptor_path: opens the same file, even where another one has replaced it at `path`.

    Raises:
        OSError: there is no such file, it cannot be read, or it is no regular file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # Opening a pipe would wait for its writer.
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        self.descriptor_path = f"/proc/self/fd/{self._descriptor}"
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            self.close()
            raise OSError("is not a file")

    @property
    def size_bytes(self) -> int:
        """Its size now."""
        return os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Close it. Programs that have opened `descriptor_path` keep it open."""
        os.close(self._descriptor)

    def __enter__(self) -> OpenFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FileLocator:
    """Finds files that parameters name: absolute, in a package's share folder, or relative to the parameter file.

    Never in the working directory, which under `ros2 launch` is wherever the user happened to be. A file that a service
    names must be below one of the allowed directories: nobody on the graph can read others or learn whether they exist.

    Args:
        node: fully qualified name.
        parameter_files: of the command line.
        model_dir: the parameter of that name: if not empty, relative files start from there.
        allowed_dirs: the parameter `allowed_model_dirs`; empty = where relative files start from.

    Raises:
        ConfigurationError: one of the allowed directories cannot be found.
    """

    def __init__(
        self, node: str, parameter_files: ParameterFiles, model_dir: str = "", allowed_dirs: Sequence[str] = ()
    ) -> None:
        self._node = node
        self._parameter_files = parameter_files
        self._model_dir = _expand_home(model_dir) if model_dir else None
        if allowed_dirs:
            self._allowed = [self._expand(each, "allowed_model_dirs") for each in allowed_dirs]
        elif self._model_dir is not None:
            self._allowed = [self._model_dir]
        else:
            self._allowed = parameter_files.folders(node)

    def open(self, file: str, parameter: str, *, from_service: bool = False) -> OpenFile:
        """Open the file that `parameter` names.

        Args:
            file: value of the parameter.
            parameter: full name.
            from_service: whether a service gave the value. It must be in one of the allowed directories then, with all
                symbolic links resolved.

        Raises:
            ConfigurationError: there is no such file, no folder that it could be relative to, or it is not allowed.
        """
        if not file:
            raise ConfigurationError(f"parameter '{parameter}': is empty; set it to the path of a file")
        if not from_service:
            return _open(self._expand(file, parameter), parameter)
        # As text first: whether `a/../b` is found would show whether there is an `a`.
        path = Path(os.path.realpath(os.path.normpath(self._expand(file, parameter, from_service=True))))
        if not self._is_allowed(path):
            raise self._refusal(file, parameter)
        opened = _open(path, parameter)
        # A symbolic link may have taken the place of a directory meanwhile.
        if os.readlink(opened.descriptor_path) != str(path):
            opened.close()
            raise self._refusal(file, parameter)
        return opened

    def describe_allowed(self) -> str:
        """Return the directories with files that services may name."""
        return ", ".join(map(str, self._allowed)) or "none; set the parameter to directories with model files"

    def _is_allowed(self, path: Path) -> bool:
        return any(path.is_relative_to(os.path.realpath(directory)) for directory in self._allowed)

    def _refusal(self, file: str, parameter: str) -> ConfigurationError:
        # The same for a file that is not there.
        return ConfigurationError(
            f"parameter '{parameter}' must be a file below one of `allowed_model_dirs` ({self.describe_allowed()}), "
            f"got '{file}'"
        )

    def _expand(self, file: str, parameter: str, *, from_service: bool = False) -> Path:
        if file.startswith(_PACKAGE_SCHEME):
            package, _, rest = file[len(_PACKAGE_SCHEME) :].partition("/")
            try:
                return Path(get_package_share_directory(package)) / rest
            except (PackageNotFoundError, ValueError) as error:
                if from_service:
                    raise self._refusal(file, parameter) from error
                raise ConfigurationError(
                    f"parameter '{parameter}': {file} names the package '{package}', which is not installed or not sourced"
                ) from error
        path = _expand_home(file)
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


def _expand_home(file: str) -> Path:
    # Not `~user`: a service could find out which users there are.
    return Path(os.path.expanduser(file) if file == "~" or file.startswith("~/") else file)


def _open(path: Path, parameter: str) -> OpenFile:
    try:
        return OpenFile(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigurationError(f"parameter '{parameter}': there is no file {path}{_neighbors(path)}") from error
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}" if error.strerror else str(error)
        raise ConfigurationError(f"parameter '{parameter}': {path} {reason}") from error


def _neighbors(path: Path) -> str:
    """Return the model files in the folder of a missing one: most missing files are misspelled."""
    if not path.parent.is_dir():
        return f"; the folder {path.parent} does not exist either"
    names = sorted(entry.name for entry in path.parent.glob("*.hbm"))
    return f"; {path.parent} contains {', '.join(names[:10])}" if names else f"; {path.parent} contains no .hbm file"
