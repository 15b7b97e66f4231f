# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that hold the inputs of a model: arrays, raw bytes and pictures."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..names import unknown_name
from .arguments import split_name
from .errors import InputError
from .picture_file import PictureFile, picture_names

if TYPE_CHECKING:
    from .. import HB_HBMRuntime


class InputFile(Protocol):
    """Data for some of a model's inputs."""

    @property
    def names(self) -> Sequence[str]:
        """The inputs that it fills."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape that it has for its only input."""

    def fill(self, inputs: Mapping[str, np.ndarray], model: str) -> None:
        """Write the data into the buffers of a request."""


class ArrayFile:
    """An array with a type and a shape."""

    def __init__(self, path: str, name: str, array: np.ndarray) -> None:
        self._path = path
        self._array = array
        self.names = (name,)
        self.shape = array.shape

    def fill(self, inputs: Mapping[str, np.ndarray], model: str) -> None:
        view = inputs[self.names[0]]
        if self._array.dtype != view.dtype or self._array.shape != view.shape:
            raise InputError(
                f"model '{model}', input '{self.names[0]}': expected {view.dtype} {list(view.shape)}, "
                f"got {self._array.dtype} {list(self._array.shape)} from {self._path}{self._hint(view)}"
            )
        view[...] = self._array

    def _hint(self, view: np.ndarray) -> str:
        if self._array.size != view.size:
            return ""
        steps = f".astype('{view.dtype}')" if self._array.dtype != view.dtype else ""
        steps += f".reshape({list(view.shape)})" if self._array.shape != view.shape else ""
        return f"; if the elements are in this order, save array{steps}"


class RawFile:
    """The elements of a tensor one after another, in the machine's byte order."""

    shape = None

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self.names = (name,)

    def fill(self, inputs: Mapping[str, np.ndarray], model: str) -> None:
        view = inputs[self.names[0]]
        try:
            data = Path(self._path).read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {self._path}: {error.strerror}") from None
        if len(data) != view.size * view.itemsize:
            raise InputError(
                f"model '{model}', input '{self.names[0]}': expected {view.size * view.itemsize} bytes "
                f"({view.dtype} {list(view.shape)}), got {len(data)} from {self._path}"
            )
        view[...] = np.frombuffer(data, dtype=view.dtype).reshape(view.shape)


def read_input_files(runtime: HB_HBMRuntime, model: str, options: argparse.Namespace) -> dict[str, InputFile]:
    """The file of each input that one was given for.

    Raises:
        InputError: a name that the model does not have, a duplicate input, a file that cannot be read.
    """
    names = runtime.input_names[model]
    given = [split_name(text, picture_names(names)) for text in options.input]
    result: dict[str, InputFile] = {}
    # Files with a name first, so that fewer inputs remain for the others.
    for name, path in sorted(given, key=lambda item: not item[0]):
        for file in _open(runtime, model, options, name, path, [n for n in names if n not in result]):
            for filled in file.names:
                if filled not in names:
                    raise InputError(f"{path}: model '{model}': {unknown_name('input', filled, names)}")
                if filled in result:
                    raise InputError(f"duplicate input '{filled}': the second file is {path}")
                result[filled] = file
    return result


def _open(
    runtime: HB_HBMRuntime, model: str, options: argparse.Namespace, name: str, path: str, left: Sequence[str]
) -> list[InputFile]:
    suffix = Path(path).suffix.lower()
    if not path:
        raise InputError(f"--input {name}=: expected [NAME=]FILE, got no file")
    if suffix == ".npz":
        if name:
            raise InputError(f"{path}: an .npz names its inputs itself; write --input {path}")
        return [ArrayFile(f"{path}[{key}]", key, array) for key, array in _load_numpy(path).items()]
    if suffix not in (".npy", ".bin"):
        return [PictureFile(path, runtime, model, name, options)]
    if not name:
        if len(left) != 1:
            raise InputError(f"{path}: which input is it for? write NAME={path} (no data yet: {', '.join(left) or 'none'})")
        name = left[0]
    return [ArrayFile(path, name, _load_numpy(path)) if suffix == ".npy" else RawFile(path, name)]


def _load_numpy(path: str) -> Any:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise InputError(f"cannot read {path}: {reason}") from None
    if isinstance(loaded, np.ndarray):
        return loaded
    with loaded:
        return {key: loaded[key] for key in loaded.files}
