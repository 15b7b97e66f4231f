# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How `run` and `perf` choose a model, its scheduling and its inputs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import SchedParam
from ..names import unknown_name
from .arguments import integer, integers, positive, split_name
from .console import warn
from .errors import InputError, UsageError
from .file_kind import refuse_foreign_file
from .input_files import InputFile, read_input_files
from .picture_file import PictureFile, add_picture_options, check_picture_options

if TYPE_CHECKING:
    from .. import HB_HBMRuntime, InferRequest


def add_call_options(parser: argparse.ArgumentParser) -> None:
    """The options that both commands have."""
    parser.add_argument("file", metavar="MODEL.hbm")
    parser.add_argument("--model", metavar="NAME", help="which model, if the file holds several")
    inputs = parser.add_argument_group("inputs")
    inputs.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help=".npy; .npz with one array per input; .bin, the elements row by row; anything else is a picture: for an NV12 "
        "pair NAME is the common part before _y and _uv. The name may be left out if only one input remains",
    )
    inputs.add_argument(
        "--input-shape", action="append", default=[], metavar="[NAME=]1,3,H,W", help="shape of a dynamic input"
    )
    inputs.add_argument("--seed", type=integer(0), metavar="N", help="of the random inputs (default 0)")
    add_picture_options(parser)
    scheduling = parser.add_argument_group("scheduling")
    lowest, highest = SchedParam.PRIORITY_RANGE
    scheduling.add_argument(
        "--priority", type=integer(lowest, highest), metavar="P", help=f"{lowest}..{highest}, higher runs first"
    )
    scheduling.add_argument("--bpu-cores", type=_cores, metavar="C[,C]", help="cores to run on, such as 0,1, or 'any'")
    scheduling.add_argument(
        "--custom-id", type=integer(-(2**63), 2**63 - 1), metavar="ID", help="among equal priorities the smaller runs first"
    )
    scheduling.add_argument("--device-id", type=integer(*SchedParam.DEVICE_ID_RANGE), metavar="ID", help="(default 0)")
    scheduling.add_argument("--timeout-ms", type=positive, metavar="MS", help="give up on a call after this time")


def _cores(text: str) -> list[int]:
    return [-1] if text == "any" else list(integers(text))


def load(options: argparse.Namespace) -> tuple[HB_HBMRuntime, str]:
    """The runtime of the file, and the name of the model that was asked for.

    Raises:
        InputError: the file holds several models and none was named.
    """
    from .. import HB_HBMRuntime

    refuse_foreign_file(options.file)
    runtime = HB_HBMRuntime(options.file)
    names = runtime.model_names
    if options.model is None and len(names) > 1:
        raise InputError(f"{options.file} holds {len(names)} models, choose one: --model NAME (known: {', '.join(names)})")
    if options.model is not None and options.model not in names:
        raise InputError(f"{options.file}: {unknown_name('model', options.model, names)}")
    return runtime, options.model or names[0]


def run_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """What `InferRequest.run` takes besides the inputs."""
    given = {name: getattr(options, name) for name in ("priority", "bpu_cores", "custom_id", "device_id", "timeout_ms")}
    return {name: value for name, value in given.items() if value is not None}


class RequestMaker:
    """Makes requests whose inputs are filled from the files, and with seeded noise where there is no file.

    Raises:
        InputError: an input is not given and `random` does not allow noise, or a file does not fit.
        UsageError: an option has no effect on these inputs.
    """

    def __init__(self, runtime: HB_HBMRuntime, model: str, options: argparse.Namespace, *, random: bool) -> None:
        names = runtime.input_names[model]
        files = read_input_files(runtime, model, options)
        self._runtime, self._model = runtime, model
        self._seed = options.seed or 0
        self._files = list(dict.fromkeys(files.values()))
        self._missing = [name for name in names if name not in files]
        if self._missing and not random:
            missing = ", ".join(self._missing)
            raise InputError(f"model '{model}': no data for {missing}; give --input NAME=FILE, or --random for noise")
        given = _given_shapes(options.input_shape, names, model)
        self._shapes = _dynamic_shapes(runtime.input_shapes[model], files, given, model)
        check_picture_options(self._files, runtime, model, options)
        for option in ("random", "seed"):
            if not self._missing and getattr(options, option, None) is not None:
                warn(f"--{option} is ignored because every input has data")

    def __call__(self) -> InferRequest:
        """Return a request that can run."""
        request = self._runtime.create_request(self._model, shapes=self._shapes)
        generator = np.random.default_rng(self._seed)
        for file in self._files:
            file.fill(request.inputs, self._model)
        for name in self._missing:
            view = request.inputs[name]
            view[...] = noise(generator, view.shape, view.dtype)
        return request

    @property
    def picture(self) -> PictureFile | None:
        """The picture among the files, if there is one and no other."""
        pictures = [file for file in self._files if isinstance(file, PictureFile)]
        return pictures[0] if len(pictures) == 1 else None


def _given_shapes(given: Sequence[str], names: Sequence[str], model: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for text in given:
        name, shape = split_name(text, names)
        if not name and len(names) != 1:
            raise InputError(f"--input-shape {text}: which input is it for? write NAME={text} (known: {', '.join(names)})")
        name = name or names[0]
        if name not in names:
            raise InputError(f"--input-shape {text}: model '{model}': {unknown_name('input', name, names)}")
        if name in shapes:
            raise UsageError(f"duplicate --input-shape of input '{name}'")
        shapes[name] = integers(shape)
    return shapes


def _dynamic_shapes(
    declared: Mapping[str, list[int]], files: Mapping[str, InputFile], given: Mapping[str, tuple[int, ...]], model: str
) -> dict[str, list[int]]:
    for name, wanted in given.items():
        if -1 not in declared[name] and list(wanted) != list(declared[name]):
            raise UsageError(
                f"--input-shape cannot change input '{name}' of model '{model}': expected {list(declared[name])}, "
                f"got {list(wanted)}"
            )
    shapes = {}
    for name, shape in declared.items():
        if -1 not in shape:
            continue
        known = given.get(name) or (files[name].shape if name in files else None)
        if known is None:
            raise InputError(f"model '{model}', input '{name}': the shape {shape} is dynamic; give --input-shape {name}=...")
        shapes[name] = list(known)
    return shapes


def noise(generator: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Any value of an integer type, -1 to 1 of a float type."""
    if dtype.kind == "f":
        return generator.uniform(-1, 1, shape).astype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return generator.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
