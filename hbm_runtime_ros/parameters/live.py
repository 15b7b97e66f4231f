# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Groups of parameters that change while a model runs, as they are now, and which changes are accepted."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from rclpy.parameter import Parameter

from ..errors import ConfigurationError
from .declaration import from_ros, plain, wrong_type
from .spec import specs
from .tables import Scheduling

_Values = TypeVar("_Values")


class LiveGroup(Generic[_Values]):
    """The values of one group of parameters.

    Attributes:
        current: values in effect. Replaced as a whole by the parameter callback.
    """

    def __init__(self, current: _Values) -> None:
        self.current = current
        self._apply: Callable[[_Values], None] | None = None

    def follow(self, apply: Callable[[_Values], None] | None) -> None:
        """Call `apply` with the values in effect, now and after each change; None: no more."""
        self._apply = apply
        if apply is not None:
            apply(self.current)

    def check(self, wanted: _Values) -> Any:
        """Raise ConfigurationError where `wanted` is not allowed."""

    def change(self, wanted: _Values) -> None:
        """Put `wanted`, which check() accepts, into effect."""
        self.current = wanted
        if self._apply is not None:
            self._apply(wanted)


class ModelScheduling(LiveGroup[Scheduling]):
    """The scheduling of one model. A frame reads it once.

    Attributes:
        tasks_at_once: how many inferences of the model its cores can run side by side.
    """

    def __init__(self, model: str, current: Scheduling) -> None:
        super().__init__(current)
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
        self.tasks_at_once = self.check(wanted)
        super().change(wanted)

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


class LiveParameters(dict[str, LiveGroup[Any]]):
    """The groups of a node's models that change while they run, by the prefix of their parameters without the last dot."""

    def change(self, parameters: Sequence[Parameter]) -> tuple[str | None, bool]:
        """Apply those of `parameters` that are in a group: all, or none where one is refused.

        Returns:
            The reason of a refusal or None, and whether anything was changed.
        """
        wanted: dict[str, Any] = {}
        for parameter in parameters:
            prefix, _, name = parameter.name.rpartition(".")
            if prefix not in self:
                continue
            base = wanted.get(prefix, self[prefix].current)
            spec = next((each for each in specs(cast(Any, type(base))) if each.name == name), None)
            if spec is None:
                continue
            reason = wrong_type(parameter, spec) or spec.why_not(plain(parameter), parameter.name)
            if reason is not None:
                return reason, False
            changed: dict[str, Any] = {name: from_ros(plain(parameter), spec)}
            wanted[prefix] = dataclasses.replace(base, **changed)
        try:
            for prefix, values in wanted.items():
                self[prefix].check(values)
        except ConfigurationError as error:
            return str(error), False
        for prefix, values in wanted.items():
            self[prefix].change(values)
        return None, bool(wanted)
