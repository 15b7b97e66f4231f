# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The models of a node along its lifecycle: those that its parameters name, and those that are loaded at run time."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from typing import Any

from rclpy.lifecycle import LifecycleState, ManagedEntity, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from hbm_runtime_core import HbmRuntimeError
from hbm_runtime_core.names import unknown_name

from .compat import given_parameters
from .errors import ConfigurationError
from .group_threads import run_on_executor
from .memory import give_freed_memory_back
from .model import Model, NodeContext
from .monitoring.diagnostics import DeviceInfo
from .msg import ModelInfo, ModelList
from .parameters.declaration import explain_unknown, explain_unused_qos_overrides
from .qos import MODEL_LIST_TOPIC

# For the frames in flight when the node stops taking frames.
_TIMEOUT_S = 1.0

_LATCHED = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_READY = (ModelInfo.STATE_LOADED, ModelInfo.STATE_ACTIVE)


class ModelRegistry(ManagedEntity, Mapping[str, Model]):
    """The models of one node by name, in order.

    Configuring the node loads the models, activating it subscribes, deactivating it unsubscribes, cleaning up frees them.
    One thread at a time changes the registry: the others wait. Any thread reads it meanwhile.

    Args:
        context: of the node.
        named: models that the node's parameters name. After cleaning up, there are these and no others.

    Raises:
        ConfigurationError: a parameter of a model is not valid.
    """

    def __init__(self, context: NodeContext, named: Sequence[str]) -> None:
        self._context = context
        self._node = context.node
        self._named = tuple(named)
        self._list_publisher = self._node.create_publisher(ModelList, MODEL_LIST_TOPIC, _LATCHED)
        self._changing = threading.RLock()
        self._shutting_down = False
        # What the lifecycle of the node allows its models.
        self._configured = False
        self._active = False
        # Replaced, never changed: readers take no lock.
        self._models: dict[str, Model] = {}
        self.device: DeviceInfo | None = None
        self._restore_named()

    def __hash__(self) -> int:  # of a Mapping there is none, and a lifecycle node keeps its entities in a set
        return id(self)

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    def __getitem__(self, name: str) -> Model:
        return self._models[name]

    # Those of Mapping look up each name during the iteration, when its model may have been unloaded.

    def values(self) -> ValuesView[Model]:
        """Return the models of one moment."""
        return self._models.values()

    def items(self) -> ItemsView[str, Model]:
        """Return the models of one moment with their names."""
        return self._models.items()

    def find(self, name: str) -> Model:
        """Return a model.

        Raises:
            ConfigurationError: there is none of that name; the text lists those that there are.
        """
        model = self._models.get(name)
        if model is None:
            raise ConfigurationError(unknown_name("model", name, self._models))
        return model

    # Transitions of the node's lifecycle.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the models."""
        return self._transition("configure", self._load, undo=self._free)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to take frames."""
        return self._transition("activate", self._activate, undo=self._deactivate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take no more frames."""
        return self._transition("deactivate", self._deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free the models; remove those that were loaded at run time."""
        return self._transition("clean up", self._free)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from any state. The process continues until a signal, as that of every lifecycle node."""
        return self._transition("shut down", self._stop)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured after a transition that failed half-way."""
        return self._transition("recover", self._stop)

    def _transition(
        self, what: str, action: Callable[[], None], undo: Callable[[], None] | None = None
    ) -> TransitionCallbackReturn:
        # rclpy discards whatever a transition raises: log it here.
        log = self._node.get_logger()
        try:
            action()
        except (ConfigurationError, HbmRuntimeError) as error:
            if self._shutting_down:
                log.info(f"cannot {what}: {error}")
            else:
                log.fatal(f"cannot {what}: {error}")
        except Exception:
            log.fatal(f"cannot {what}, unexpected error, please report it:\n{traceback.format_exc()}")
        else:
            return TransitionCallbackReturn.SUCCESS
        if undo is None:
            return TransitionCallbackReturn.ERROR
        undo()
        return TransitionCallbackReturn.FAILURE

    def _load(self) -> None:
        with self._changing:
            self._restore_named()
            for number, model in enumerate(self.values(), 1):
                self._refuse_at_shutdown()
                model.load(f"{number} of {len(self)}")
                self._follow_device(model)
            self._configured = True
            self.publish_list()

    def _activate(self) -> None:
        with self._changing:
            self._refuse_at_shutdown()
            for model in self.values():
                model.activate()
            self._active = True
            self.publish_list()
            self._log_flow()

    def _deactivate(self, timeout_s: float = _TIMEOUT_S) -> None:
        deadline = time.monotonic() + timeout_s
        with self._changing:
            self._active = False
            for model in self.values():
                model.deactivate(max(0.0, deadline - time.monotonic()))
            self.publish_list()

    def _free(self, timeout_s: float = _TIMEOUT_S) -> None:
        deadline = time.monotonic() + timeout_s
        with self._changing:
            self._configured = self._active = False
            for model in list(self.values()):
                model.free(max(0.0, deadline - time.monotonic()))
                if model.name not in self._named:
                    self._remove(model)
            give_freed_memory_back()
            self.publish_list()

    def _stop(self) -> None:
        self._deactivate()
        self._free()

    def shut_down(self, timeout_s: float) -> bool:
        """Stop and free every model, for good. Return False where a change that is under way did not end in time."""
        self._shutting_down = True
        deadline = time.monotonic() + timeout_s
        if not self._changing.acquire(timeout=timeout_s):
            return False
        try:
            self._deactivate(max(0.0, deadline - time.monotonic()) / 2)
            self._free(max(0.0, deadline - time.monotonic()))
            return True
        finally:
            self._changing.release()

    # One model at a time, while the others run.

    def load_model(self, name: str, given: Mapping[str, Any]) -> Model:
        """Add a model, whose parameters are `given`, of the parameter file, or the defaults.

        Raises:
            ConfigurationError: it cannot be loaded; nothing of it remains then.
        """
        with self._changing:
            self._refuse_at_shutdown()
            if not self._configured:
                raise ConfigurationError("the node is unconfigured; configure it first (ros2 lifecycle set NODE configure)")
            if name in self:
                raise ConfigurationError(f"duplicate model '{name}'; unload it first or choose another name")
            model = self._add(name, given)
            try:
                unknown = explain_unknown(
                    (f"{name}.{each}" for each in given), list(self._node.get_parameters_by_prefix("")), [name]
                )
                if unknown:
                    raise ConfigurationError(unknown[0])
                model.load()
                self._follow_device(model)
                if self._active:
                    model.activate()
            except BaseException:
                model.free(0.0)
                self._remove(model)
                raise
            self.publish_list()
            self._node.get_logger().info("\n".join(model.describe_flow()))
            return model

    def unload_model(self, name: str, drain: bool, timeout_s: float) -> None:
        """Remove a model after the frames in flight.

        Args:
            name: of the model.
            drain: wait for these frames, at most `timeout_s`; otherwise refuse where there are any.
            timeout_s: see `drain`.

        Raises:
            ConfigurationError: there is no such model, or frames are in flight; the model continues then.
        """
        with self._changing:
            model = self.find(name)
            _stop(model, drain, timeout_s)
            model.free(timeout_s)
            self._remove(model)
            give_freed_memory_back()
            self.publish_list()
            self._node.get_logger().info(f"model '{name}': unloaded")

    def _restore_named(self) -> None:
        for name in self._named:
            if name not in self:
                self._add(name, {})
        order = {name: index for index, name in enumerate(self._named)}
        self._models = dict(sorted(self._models.items(), key=lambda item: order.get(item[0], len(order))))

    def _add(self, name: str, given: Mapping[str, Any]) -> Model:
        model = run_on_executor(self._node, lambda: Model(self._context, name, given))
        for other in self.values():
            if other.result_topic == model.result_topic:
                model.destroy()
                raise ConfigurationError(
                    f"duplicate result topic '{model.result_topic}' of the models '{other.name}' and '{name}'; set "
                    f"'{other.name}.result_topic' or '{name}.result_topic'"
                )
        self._models = {**self._models, name: model}
        return model

    def _remove(self, model: Model) -> None:
        self._models = {name: each for name, each in self._models.items() if each is not model}
        model.destroy()

    def _refuse_at_shutdown(self) -> None:
        if self._shutting_down:
            raise ConfigurationError("the node is shutting down")

    # What others see of the models.

    def publish_list(self) -> None:
        """Publish the loaded models on ~/models. Until one was loaded there is nothing to publish."""
        if self.device is None or not self._node.context.ok():
            return
        infos = [model.info() for model in self.values()]
        message = ModelList(
            stamp=self._node.get_clock().now().to_msg(),
            models=[info for info in infos if info.state in _READY],
            **self.device._asdict(),
        )
        self._list_publisher.publish(message)

    def _follow_device(self, model: Model) -> None:
        self.device = DeviceInfo.of(model.loaded().runtime)

    def _log_flow(self) -> None:
        """Log what runs, where frames come from and results go to, as one block."""
        if self.device is not None:
            device = f"backend {self.device.backend}, SoC {self.device.soc}, BPU cores {self.device.bpu_core_count}"
            lines = [f"{device}, models {', '.join(self)}"]
            for model in self.values():
                lines += model.describe_flow()
            self._node.get_logger().info("\n  ".join(lines))
        topics = [*self._context.subscriptions.topics, *(name for model in self.values() for name in model.output_topics)]
        for warning in explain_unused_qos_overrides(given_parameters(self._node), topics):
            self._node.get_logger().warning(warning)


def _stop(model: Model, drain: bool, timeout_s: float) -> None:
    """Let the model take no more frames. Where it cannot be unloaded it continues, and ConfigurationError is raised."""
    if not drain and model.busy:
        raise ConfigurationError(
            f"model '{model.name}' is busy: frames are in flight; retry, or let it finish them (drain: true)"
        )
    was_active = model.active
    if not model.deactivate(timeout_s):
        if was_active:
            model.activate()
        raise ConfigurationError(
            f"model '{model.name}' still has frames in flight after {timeout_s:g} s; not unloaded. Allow more time "
            f"(timeout_s), or clean up the node, which does not wait for a device that hangs"
        )
