# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scheduling of each model as its parameters are now, and which changes of it are accepted."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

from rclpy.parameter import Parameter

from ..errors import ConfigurationError
from .declaration import plain
from .spec import specs
from .tables import Scheduling

_SPECS = {spec.name: spec for spec in specs(Scheduling)}


class ModelScheduling:
    """The scheduling of one model.

    Attributes:
        current: values in effect. Replaced as a whole by the parameter callback; read once for each frame.
        tasks_at_once: how many inferences of the model its cores can run side by side.
    """

    def __init__(self, model: str, current: Scheduling) -> None:
        self.current = current
        self.tasks_at_once = 1
        self._model = model
        self._check: Callable[[Scheduling], int] | None = None

    def bind(self, check: Callable[[Scheduling], int] | None) -> None:
        """Check values with `check` from now on, None while the model is not loaded.

        Args:
            check: returns how many inferences run side by side; raises ValueError for values that the device or the
                model does not allow.

        Raises:
            ConfigurationError: the values in effect are not allowed.
        """
        self._check = check
        self.change(self.current)

    def change(self, wanted: Scheduling) -> None:
        """Put `wanted` into effect.

        Raises:
            ConfigurationError: it is not allowed, and changes nothing.
        """
        tasks_at_once = self.check(wanted)
        self.current, self.tasks_at_once = wanted, tasks_at_once

    def check(self, wanted: Scheduling) -> int:
        """Return how many inferences run side by side with `wanted`.

        Raises:
            ConfigurationError: it is not allowed.
        """
        if self._check is None:
            return 1
        try:
            return self._check(wanted)
        except ValueError as error:
            # The core names the model in its file and the value; here, the parameter is both.
            found = re.fullmatch(r"model '.*?': (\w+): (.*)", str(error), re.DOTALL)
            where, what = (found[1], found[2]) if found else ("*", str(error))
            raise ConfigurationError(f"parameter '{self._model}.{where}': {what}") from error


class SchedulingParameters(dict[str, ModelScheduling]):
    """The scheduling of every model of a node, by its name."""

    def change(self, parameters: Sequence[Parameter]) -> tuple[str | None, bool]:
        """Apply those of `parameters` that schedule a model: all, or none where one is refused.

        Returns:
            The reason of a refusal or None, and whether anything was changed.
        """
        wanted: dict[str, Scheduling] = {}
        for parameter in parameters:
            model, _, name = parameter.name.rpartition(".")
            if model not in self or name not in _SPECS:
                continue
            value = plain(parameter)
            reason = _SPECS[name].why_not(value, parameter.name)
            if reason is not None:
                return reason, False
            base = wanted.get(model, self[model].current)
            changed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value}
            wanted[model] = dataclasses.replace(base, **changed)
        try:
            for model, scheduling in wanted.items():
                self[model].check(scheduling)
        except ConfigurationError as error:
            return str(error), False
        for model, scheduling in wanted.items():
            self[model].change(scheduling)
        return None, bool(wanted)
