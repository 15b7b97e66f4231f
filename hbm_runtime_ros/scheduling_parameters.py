# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scheduling of every model as the parameters have it now, and which changes of it are taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rclpy.parameter import Parameter

from .parameters import MODEL_PARAMETERS
from .parameters.declaration import plain
from .scheduling import CoreLimits, Scheduling

_FIELDS = {field.name for field in dataclasses.fields(Scheduling)}
_SPECS = {spec.name: spec for spec in MODEL_PARAMETERS if spec.name in _FIELDS}


class SchedulingParameters:
    """Holds one Scheduling a model. Written by parameter services, read by the model's worker for each frame."""

    def __init__(self) -> None:
        self._scheduling: dict[str, Scheduling] = {}
        self._limits: dict[str, CoreLimits] = {}

    def __getitem__(self, model: str) -> Scheduling:
        return self._scheduling[model]

    def add(self, model: str, values: Mapping[str, Any]) -> None:
        """Take over what was declared for `model`."""
        fields = {name: values[name] for name in _FIELDS}
        fields["bpu_cores"] = tuple(fields["bpu_cores"])
        self._scheduling[model] = Scheduling(**fields)

    def remove(self, model: str) -> None:
        """Forget `model`."""
        self._scheduling.pop(model, None)
        self._limits.pop(model, None)

    def set_limits(self, model: str, limits: CoreLimits | None) -> str | None:
        """From now on refuse cores that `limits` forbid. Return what is wrong with those in force, or None.

        None for `limits` stands for a model that is not loaded: any cores may be the right ones.
        """
        if limits is None:
            self._limits.pop(model, None)
            return None
        self._limits[model] = limits
        return limits.why_not(self._scheduling[model].bpu_cores, f"{model}.bpu_cores")

    def change(self, parameters: Sequence[Parameter]) -> tuple[str | None, bool]:
        """Apply those of `parameters` that schedule a model: all, or none where one is refused.

        Returns:
            The reason of a refusal or None, and whether anything was changed.
        """
        changed: dict[str, dict[str, Any]] = {}
        for parameter in parameters:
            model, _, name = parameter.name.rpartition(".")
            if model not in self._scheduling or name not in _SPECS:
                continue
            value = plain(parameter)
            reason = self._why_not(model, name, value, parameter.name)
            if reason is not None:
                return reason, False
            changed.setdefault(model, {})[name] = tuple(value) if name == "bpu_cores" else value
        for model, fields in changed.items():
            self._scheduling[model] = dataclasses.replace(self._scheduling[model], **fields)
        return None, bool(changed)

    def _why_not(self, model: str, name: str, value: Any, full_name: str) -> str | None:
        reason = _SPECS[name].why_not(value, full_name)
        if reason is None and name == "bpu_cores" and model in self._limits:
            reason = self._limits[model].why_not(tuple(value), full_name)
        return reason
