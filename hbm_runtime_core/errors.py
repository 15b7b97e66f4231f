# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The exceptions of this package.

A wrong value raises a class that is both ValueError, which the board's manual names, and RuntimeError, which the
vendor's module raises, so programs that catch either one work. An argument of a wrong type is a plain TypeError.
"""

from __future__ import annotations

import errno as _errno
from typing import Any as _Any


class HbmRuntimeError(RuntimeError):
    """The device or its library reported a failure, or cannot be used.

    Attributes:
        code: status of the C API, such as -200003; None where no call of it failed.
        function: the C function that failed, such as "hbUCPWaitTaskDone"; None where none did.
        model: name of the model; None where none is concerned.
    """

    def __init__(self, message: str, code: int | None = None, function: str | None = None, model: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.function = function
        self.model = model

    def __reduce__(self) -> tuple[_Any, ...]:
        return type(self), (self.args[0], self.code, self.function, self.model)


class HbmTimeoutError(HbmRuntimeError, TimeoutError):
    """The time limit of a call is over; the device may still be working on it."""


class HbmValueError(ValueError, RuntimeError):
    """An argument has a value that does not fit: dtype, shape, name, range."""


class HbmEncodingError(HbmValueError):
    """A picture is of a kind that cannot be read here; every picture of that kind is refused.

    Attributes:
        kind: a short name of it, such as "compressedDepth" or an encoding.
    """

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind

    def __reduce__(self) -> tuple[_Any, ...]:
        return type(self), (self.args[0], self.kind)


class HbmFileNotFoundError(HbmValueError, FileNotFoundError):
    """A model file is missing or cannot be read; `filename` and `errno` are set."""

    def __init__(self, message: str, filename: str | None = None, errno: int = _errno.ENOENT) -> None:
        super().__init__(message)
        self.filename = filename
        self.errno = errno

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[_Any, ...]:
        return type(self), (self.args[0], self.filename, self.errno)
