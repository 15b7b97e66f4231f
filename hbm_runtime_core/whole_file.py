# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Output files that are complete or do not exist."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Write a file that gets its name once all of it is on the disk, and replaces what had the name.

    A device or a pipe is written as it is.

    Raises:
        OSError: the file cannot be written; `filename` is `path`. What had the name is as it was.
    """
    try:
        # What a link names is replaced, not the link.
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                yield stream
            return
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        # 0o666 leaves the permissions to the umask, as for any file that a program writes.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink()
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from error


def write_whole_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text in UTF-8 as `whole_file` does."""
    with whole_file(path) as stream:
        stream.write(text.encode())
