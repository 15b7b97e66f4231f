# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds model files: absolute, in a package's share folder, or beside the parameter file. Never in the working directory,
which under `ros2 launch` is wherever the user happened to stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from .errors import ConfigurationError

_PACKAGE_SCHEME = "package://"


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
