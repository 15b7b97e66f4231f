# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which kind of file the libraries of this process take."""

from __future__ import annotations

import os

from ..packer import PackError, PackFileError, read_package

_ZIP_MAGIC = b"PK"


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
    """With the simulator, refuse a file that is not for it.

    Raises:
        PackError: it is no simulated model file; the text describes what it is and what to do.
    """
    from .. import HB_HBMRuntime

    if not is_simulated_file(path) and HB_HBMRuntime.backend == "sim":
        read_package(path, programs=False)
