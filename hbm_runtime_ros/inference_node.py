# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node: puts models, services and parameters together, along the states of a lifecycle node."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNodeMixin, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node
from rclpy.parameter import Parameter

from .errors import ConfigurationError
from .executor_thread import ApartCallbackGroup, run_among_callbacks
from .hosted_model import HostedModel
from .hosted_models import HostedModels
from .inputs.subscriptions import Subscriptions
from .lifecycle_service import answer_every_request
from .model_files import ModelFiles
from .model_list import ModelListPublisher
from .monitoring.frame_trace import FrameTrace
from .monitoring.node_monitor import NodeMonitor
from .parameters import DEFAULT_NODE_NAME, NODE_PARAMETERS
from .parameters.declaration import declare, undeclare
from .parameters.unknown import explain_unknown
from .scheduling_parameters import SchedulingParameters
from .services import create_services

# For the frames in flight when the node stops taking them.
_PATIENCE_S = 1.0


class InferenceNode(LifecycleNodeMixin, Node):
    """Runs BPU models on frames from topics.

    Configuring loads the models, activating subscribes, deactivating unsubscribes, cleaning up frees the models.

    Args:
        model_dir: folder that relative model files start from where the parameter of that name is empty.

    Raises:
        ConfigurationError: a parameter is not what it must be.
    """

    def __init__(self, node_name: str = DEFAULT_NODE_NAME, *, model_dir: Path | None = None, **node_arguments: Any) -> None:
        Node.__init__(self, node_name, **node_arguments)
        LifecycleNodeMixin.__init__(self)
        # Loading a model takes seconds, for which other services and frames must not wait.
        slow = ApartCallbackGroup()
        answer_every_request(self, slow)
        self._settings = declare(self, NODE_PARAMETERS)
        self._model_dir = Path(self._settings["model_dir"]) if self._settings["model_dir"] else model_dir
        self._files = ModelFiles()
        self._scheduling = SchedulingParameters()
        self._input_subscriptions = Subscriptions(self)
        trace_file = self._settings["trace_file"]
        self._trace = (
            FrameTrace(trace_file, self.get_fully_qualified_name(), self.get_logger().warning) if trace_file else None
        )
        named = [name for name in self._settings["models"] if name]
        if not named:
            raise ConfigurationError(
                "parameter 'models': names no model; start the node with a parameter file "
                "(--ros-args --params-file FILE, or params_file:=FILE of the launch file)"
            )
        self._models = HostedModels(self._host, named, self._on_models_changed)
        self._model_list = ModelListPublisher(self, self._models)
        self.add_on_set_parameters_callback(self._on_set_parameters)
        self._monitor = NodeMonitor(self, self._models)
        create_services(self, self._models, self._scheduling, slow)
        # rclpy tells in no other way what was given.
        for warning in explain_unknown(self._parameter_overrides, list(self._parameters), named):
            self.get_logger().warning(warning)

    @property
    def autostart(self) -> bool:
        """Whether the node configures and activates itself."""
        return bool(self._settings["autostart"])

    def start(self) -> bool:
        """Configure and activate. Return whether both went well; what did not was told."""
        return all(
            trigger() == TransitionCallbackReturn.SUCCESS for trigger in (self.trigger_configure, self.trigger_activate)
        )

    def end(self, patience_s: float) -> bool:
        """Take no more frames, wait for those in flight and free the models, from any state and for good.

        Returns:
            Whether that was possible within `patience_s`. It is not while a model loads.
        """
        ended = self._models.end(patience_s)
        if self._trace is not None:
            self._trace.close()
        return ended

    def destroy_node(self) -> None:
        """Destroy the node and all that belongs to it, at once."""
        super().destroy_node()
        # rclpy forgets it, and it holds the node: the files of DDS in shared memory would outlive the process.
        self._state_machine.destroy_when_not_in_use()

    # Transitions.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the models."""
        return self._transition("configure", self._configure, undo=self._free)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to take frames."""
        return self._transition("activate", self._activate, undo=self._deactivate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take no more frames."""
        return self._transition("deactivate", self._deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free the models; forget those that were loaded at run time."""
        return self._transition("clean up", self._free)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from any state. The process goes on until a signal, as that of every lifecycle node."""
        return self._transition("shut down", self._stop)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured after a transition that broke off half-way."""
        return self._transition("recover", self._stop)

    def _transition(
        self, what: str, action: Callable[[], None], undo: Callable[[], None] | None = None
    ) -> TransitionCallbackReturn:
        # rclpy swallows whatever a transition raises: tell it here.
        try:
            action()
        except ConfigurationError as error:
            self.get_logger().fatal(f"cannot {what}: {error}")
        except Exception:
            self.get_logger().fatal(f"cannot {what}, unexpected error, please report it:\n{traceback.format_exc()}")
        else:
            return TransitionCallbackReturn.SUCCESS
        if undo is None:
            return TransitionCallbackReturn.ERROR
        undo()
        return TransitionCallbackReturn.FAILURE

    # What the transitions do.

    def _configure(self) -> None:
        if self._settings["backend"]:
            os.environ["HBM_RUNTIME_BACKEND"] = self._settings["backend"]
        self._models.load()

    def _activate(self) -> None:
        self._models.activate()
        self._monitor.tell_flow()

    def _deactivate(self) -> None:
        self._models.deactivate(_PATIENCE_S)

    def _free(self) -> None:
        self._models.free(_PATIENCE_S)

    def _stop(self) -> None:
        self._deactivate()
        self._free()

    # Models, their parameters, and what tells others about them.

    def _host(self, group: str, given: Mapping[str, Any]) -> HostedModel:
        return run_among_callbacks(self, lambda: self._make_model(group, given))

    def _make_model(self, group: str, given: Mapping[str, Any]) -> HostedModel:
        try:
            model = HostedModel(
                self, group, self._scheduling, self._input_subscriptions, self._files, self._model_dir, self._trace, given
            )
        except Exception:
            self._scheduling.remove(group)
            undeclare(self, group)
            raise
        unknown = explain_unknown((f"{group}.{name}" for name in given), list(self._parameters), [group])
        if unknown:
            model.withdraw()
            raise ConfigurationError(unknown[0])
        return model

    def _on_models_changed(self) -> None:
        runtime = self._models.runtime
        if runtime is not None:
            self._monitor.describe_device(runtime)
            self._model_list.describe_device(runtime)
        self._model_list.publish()

    def _on_set_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        reason, changed = self._scheduling.change(parameters)
        if changed:
            self._model_list.publish()
        return SetParametersResult(successful=reason is None, reason=reason or "")
