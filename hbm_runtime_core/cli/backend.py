# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which libraries this process runs on, and which kind of file they take."""

from __future__ import annotations

import os
from pathlib import Path

from ..packer import PackError, PackFileError, read_package
from .sim_env import library_dir

_ZIP_MAGIC = b"PK"


def open_backend() -> tuple[str, str, Path]:
    """Open the libraries: ("sim" or "bpu", version of libdnn, its file).

    Raises:
        HbmRuntimeError: neither the vendor's nor the simulator's can be opened.
    """
    from .. import HB_HBMRuntime

    version = str(HB_HBMRuntime.version)
    library = _loaded_file("libdnn.so")
    return ("sim" if library.parent.resolve() == library_dir().resolve() else "bpu"), version, library


def _loaded_file(name: str) -> Path:
    """The file that this process has mapped under this name."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        path = Path(line.split(maxsplit=5)[-1])
        if path.name.startswith(name):
            return path
    return Path(name)


def is_simulated_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a simulated model file, from its first bytes.

    Raises:
        PackFileError: it is not there, or cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            return stream.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
    except FileNotFoundError:
        raise PackFileError(f"no such model file: {path}") from None
    except OSError as error:
        raise PackError(f"cannot read {path}: {error.strerror}") from None


def refuse_foreign_file(path: str | os.PathLike[str]) -> None:
    """Where the simulator runs, say what a file is that it cannot take.

    Raises:
        PackError: it is no simulated model file; says what it is and what to do.
    """
    if not is_simulated_file(path) and open_backend()[0] == "sim":
        read_package(path, programs=False)
