# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The models of a node: those that its parameters name, and those that come and go while it runs."""

from __future__ import annotations

import enum
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from hbm_runtime_core import HB_HBMRuntime

from .errors import ConfigurationError
from .hosted_model import HostedModel
from .memory import give_freed_memory_back


class Stage(enum.Enum):
    """What the lifecycle of the node allows its models. The value is the name of that state."""

    UNCONFIGURED = "unconfigured"
    INACTIVE = "inactive"  # models are loaded
    ACTIVE = "active"  # models take frames


class HostedModels(Collection[HostedModel]):
    """The models of one node, in order.

    One thread at a time changes them: the others wait. Any thread reads them meanwhile.

    Args:
        host: makes the model of a group of parameters, of which some values are given.
        named: groups of the models that the node's parameters name. After cleaning up, these are there, and no others.
        changed: called after a model has changed its state.

    Raises:
        ConfigurationError: a parameter of a model is not what it must be.
    """

    def __init__(
        self, host: Callable[[str, Mapping[str, Any]], HostedModel], named: Sequence[str], changed: Callable[[], None]
    ) -> None:
        self._host = host
        self._named = tuple(named)
        self._changed = changed
        self._changing = threading.RLock()
        self._ending = False
        self._stage = Stage.UNCONFIGURED
        # Replaced, never changed: readers take no lock.
        self._models: dict[str, HostedModel] = {}
        self._restore_named()

    def __iter__(self) -> Iterator[HostedModel]:
        return iter(self._models.values())

    def __len__(self) -> int:
        return len(self._models)

    def __contains__(self, model: object) -> bool:
        return model in self._models.values()

    def __getitem__(self, name: str) -> HostedModel:
        """Return the model of a group.

        Raises:
            ConfigurationError: there is none; the text names those that there are.
        """
        try:
            return self._models[name]
        except KeyError:
            known = ", ".join(self._models) or "none at the moment"
            raise ConfigurationError(f"the node has no model '{name}'; its models: {known}") from None

    @property
    def runtime(self) -> HB_HBMRuntime | None:
        """The runtime of one of the models, which tells about the device; None where no model is loaded."""
        loaded = next(filter(None, (model.loaded for model in self)), None)
        return loaded.runtime if loaded else None

    # Along the lifecycle of the node.

    def load(self) -> None:
        """Load every model that the node's parameters name.

        Raises:
            ConfigurationError: what one of them lacks. The node goes back by free().
        """
        with self._changing:
            self._restore_named()
            for number, model in enumerate(self, 1):
                self._refuse_at_the_end()
                model.load(f"{number} of {len(self)}")
            self._stage = Stage.INACTIVE
            self._changed()

    def activate(self) -> None:
        """Let every model take frames."""
        with self._changing:
            for model in self:
                model.activate()
            self._stage = Stage.ACTIVE
            self._changed()

    def deactivate(self, patience_s: float) -> None:
        """Let no model take frames; wait at most `patience_s` for those in flight."""
        deadline = time.monotonic() + patience_s
        with self._changing:
            self._stage = min(self._stage, Stage.INACTIVE, key=list(Stage).index)
            for model in self:
                model.deactivate(max(0.0, deadline - time.monotonic()))
            self._changed()

    def free(self, patience_s: float) -> None:
        """Give back the memory of every model; forget those that the node's parameters do not name."""
        deadline = time.monotonic() + patience_s
        with self._changing:
            self._stage = Stage.UNCONFIGURED
            for model in self:
                model.free(max(0.0, deadline - time.monotonic()))
                if model.group not in self._named:
                    self._remove(model)
            give_freed_memory_back()
            self._changed()

    def end(self, patience_s: float) -> bool:
        """Stop and free every model, for good. Return False where a change that goes on did not end in `patience_s`."""
        self._ending = True
        deadline = time.monotonic() + patience_s
        if not self._changing.acquire(timeout=patience_s):
            return False
        try:
            self.deactivate(max(0.0, deadline - time.monotonic()) / 2)
            self.free(max(0.0, deadline - time.monotonic()))
            return True
        finally:
            self._changing.release()

    # One at a time, while the others run.

    def load_one(self, name: str, given: Mapping[str, Any]) -> HostedModel:
        """Add the model of group `name`, whose parameters are `given`, of the parameter file, or the defaults.

        Raises:
            ConfigurationError: it cannot be loaded; nothing of it is left then.
        """
        with self._changing:
            self._refuse_at_the_end()
            if self._stage is Stage.UNCONFIGURED:
                raise ConfigurationError("the node is unconfigured; configure it first (ros2 lifecycle set NODE configure)")
            if name in self._models:
                raise ConfigurationError(f"model '{name}' is there already; unload it first, or take another name")
            model = self._add(name, given)
            try:
                model.load()
                if self._stage is Stage.ACTIVE:
                    model.activate()
            except BaseException:
                model.free(0.0)
                self._remove(model)
                raise
            self._changed()
            return model

    def unload_one(self, name: str, drain: bool, patience_s: float) -> None:
        """Remove the model of group `name` after the frames in flight.

        Args:
            name: of the group.
            drain: wait for those frames, at most `patience_s`; otherwise refuse where there are any.
            patience_s: see `drain`.

        Raises:
            ConfigurationError: there is no such model, or frames are in flight; the model goes on then.
        """
        with self._changing:
            model = self[name]
            with _stopped(model, drain, patience_s):
                model.free(patience_s)
                self._remove(model)
            give_freed_memory_back()
            self._changed()

    def _restore_named(self) -> None:
        for name in self._named:
            if name not in self._models:
                self._add(name, {})
        self._models = {model.group: model for model in sorted(self, key=self._order)}

    def _order(self, model: HostedModel) -> int:
        return self._named.index(model.group) if model.group in self._named else len(self._named)

    def _add(self, name: str, given: Mapping[str, Any]) -> HostedModel:
        model = self._host(name, given)
        for other in self:
            if other.result_topic == model.result_topic:
                model.withdraw()
                raise ConfigurationError(
                    f"models '{other.group}' and '{name}' would both publish on {model.result_topic}, and nobody could tell "
                    f"their results apart; set '{other.group}.result_topic' or '{name}.result_topic'"
                )
        self._models = {**self._models, name: model}
        return model

    def _remove(self, model: HostedModel) -> None:
        self._models = {name: each for name, each in self._models.items() if each is not model}
        model.withdraw()

    def _refuse_at_the_end(self) -> None:
        if self._ending:
            raise ConfigurationError("the node ends")


@contextmanager
def _stopped(model: HostedModel, drain: bool, patience_s: float) -> Iterator[None]:
    """Take no more frames; take them again where the model cannot be let go."""
    if not drain and model.busy:
        raise ConfigurationError(
            f"model '{model.group}' is busy: frames are in flight; try again, or let it finish them (drain: true)"
        )
    was_active = model.active
    if not model.deactivate(patience_s):
        if was_active:
            model.activate()
        raise ConfigurationError(
            f"model '{model.group}' has not finished its last frames within {patience_s:g} s and goes on; give it more time "
            f"(timeout_s), or clean up the node, which does not wait for a device that hangs"
        )
    yield
