# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A model of a model file, open on the runtime, and what the node needs to know of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hbm_runtime_core

from . import _wire
from .errors import ConfigurationError
from .msg import ModelInfo
from .scheduling import CoreLimits
from .tensor_types import tensor_info, wire_type


class ModelFiles:
    """Opens model files, each once: models of one file share its memory."""

    def __init__(self) -> None:
        self._runtimes: dict[Path, hbm_runtime_core.HB_HBMRuntime] = {}

    def open(self, file: Path, group: str) -> hbm_runtime_core.HB_HBMRuntime:
        """Return the runtime that holds `file`, which `<group>.file` names.

        Raises:
            ConfigurationError: the file cannot be loaded; the text says why.
        """
        if file not in self._runtimes:
            try:
                self._runtimes[file] = hbm_runtime_core.HB_HBMRuntime(str(file))
            except (RuntimeError, OSError, ValueError) as error:
                raise ConfigurationError(f"parameter '{group}.file': {error}") from error
        return self._runtimes[file]

    def close(self) -> None:
        """Forget every file. Its memory is freed once no model uses it."""
        self._runtimes.clear()


class LoadedModel:
    """One model, ready for frames."""

    def __init__(self, runtime: hbm_runtime_core.HB_HBMRuntime, file: Path, group: str, model_name: str) -> None:
        self.group = group
        self.file = file
        self.runtime = runtime
        self.name = _choose_model(runtime, file, group, model_name)
        self.input_names: list[str] = list(runtime.input_names[self.name])
        self.output_names: list[str] = list(runtime.output_names[self.name])
        self.input_shapes: dict[str, Any] = runtime.input_shapes[self.name]
        self.input_dtypes: dict[str, Any] = runtime.input_dtypes[self.name]
        self.core_limits = CoreLimits(
            device_cores=runtime.bpu_core_count,
            compiled_cores=_compiled_cores(runtime, self.name),
            soc=runtime.soc,
        )

    def output_types(self) -> list[_wire.TensorType]:
        """Return what every result says of the outputs, in the order of the model."""
        name, runtime = self.name, self.runtime
        return [
            wire_type(
                output,
                runtime.output_dtypes[name][output],
                runtime.output_quants[name][output],
                runtime.output_shapes[name][output],
            )
            for output in self.output_names
        ]

    def describe_inputs(self) -> str:
        """Return names, types and shapes of the inputs in one line."""
        return ", ".join(
            f"{name} {self.input_dtypes[name].name} {list(self.input_shapes[name])}" for name in self.input_names
        )

    def describe_outputs(self) -> str:
        """Return names, types and shapes of the outputs in one line."""
        dtypes, shapes = self.runtime.output_dtypes[self.name], self.runtime.output_shapes[self.name]
        return ", ".join(f"{name} {dtypes[name].name} {list(shapes[name])}" for name in self.output_names)

    def describe(self) -> ModelInfo:
        """Return what the model file says; the node adds topics and scheduling."""
        name, runtime = self.name, self.runtime
        return ModelInfo(
            name=self.group,
            model_name=name,
            file=str(self.file),
            description=runtime.model_descs[name],
            compiled_bpu_cores=self.core_limits.compiled_cores,
            inputs=[
                tensor_info(
                    tensor,
                    runtime.input_descs[name][tensor],
                    runtime.input_dtypes[name][tensor],
                    runtime.input_shapes[name][tensor],
                    runtime.input_strides[name][tensor],
                    runtime.input_quants[name][tensor],
                )
                for tensor in self.input_names
            ],
            outputs=[
                tensor_info(
                    tensor,
                    runtime.output_descs[name][tensor],
                    runtime.output_dtypes[name][tensor],
                    runtime.output_shapes[name][tensor],
                    runtime.output_strides[name][tensor],
                    runtime.output_quants[name][tensor],
                )
                for tensor in self.output_names
            ],
        )


def _compiled_cores(runtime: hbm_runtime_core.HB_HBMRuntime, name: str) -> int:
    try:
        return int(runtime.compile_bpu_core_num[name])
    except RuntimeError:
        return 0  # an old library of the vendor does not tell


def _choose_model(runtime: hbm_runtime_core.HB_HBMRuntime, file: Path, group: str, model_name: str) -> str:
    names = list(runtime.model_names)
    if model_name:
        if model_name not in names:
            raise ConfigurationError(
                f"parameter '{group}.model_name': {file} holds no model '{model_name}', it holds {', '.join(names)}"
            )
        return model_name
    if len(names) != 1:
        raise ConfigurationError(
            f"parameter '{group}.model_name': {file} holds {len(names)} models, name one of {', '.join(names)}"
        )
    return names[0]
