# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A model of a model file, open on the runtime, and what the node needs to know of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hbm_runtime_core

from . import _wire
from .errors import ConfigurationError
from .model_files import ModelFiles
from .msg import ModelInfo
from .scheduling import CoreLimits
from .tensor_types import tensor_info, wire_type


class LoadedModel:
    """One model, ready for frames.

    Args:
        files: opens the file.
        file: path of the model file, which `<group>.file` names.
        group: name of the model in the node.
        model_name: name inside the file; empty = the only one.

    Raises:
        ConfigurationError: the file cannot be loaded, or does not hold the model.
    """

    def __init__(self, files: ModelFiles, file: Path, group: str, model_name: str) -> None:
        self.group = group
        self.file = file
        runtime = self.runtime = files.open(file, group)
        self._files = files
        try:
            self.name = _choose_model(runtime, file, group, model_name)
        except ConfigurationError:
            self.close()
            raise
        self.input_names: list[str] = list(runtime.input_names[self.name])
        self.output_names: list[str] = list(runtime.output_names[self.name])
        self.input_shapes: dict[str, Any] = runtime.input_shapes[self.name]
        self.input_dtypes: dict[str, Any] = runtime.input_dtypes[self.name]
        self.core_limits = CoreLimits(
            device_cores=runtime.bpu_core_count,
            compiled_cores=_compiled_cores(runtime, self.name),
            soc=runtime.soc,
        )

    def close(self) -> None:
        """Let the file go. Its memory is freed once no model uses it."""
        self._files.close(self.runtime)

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
