# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The inference node: connects parameters, models, services and monitoring along the lifecycle."""

from __future__ import annotations

import sys
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rclpy.parameter import Parameter

from hbm_runtime_core.host import shared_memory_problem

from . import compat
from .errors import ConfigurationError
from .file_locator import FileLocator
from .group_threads import SlowCallbackGroup
from .inputs.subscription import SubscriptionRegistry
from .model import NodeContext
from .model_files import ModelFileCache
from .model_registry import ModelRegistry
from .monitoring.diagnostics import Diagnostics
from .monitoring.health import NodeHealth
from .monitoring.trace import FrameTrace
from .parameters import DEFAULT_NODE_NAME, NodeParameters
from .parameters.declaration import declare, explain_unknown
from .parameters.files import ParameterFiles
from .parameters.live import LiveParameters
from .recorder import Recorder
from .services import ModelServices


class InferenceNode(LifecycleNode):
    """Runs BPU models on frames from topics.

    Configuring loads the models, activating subscribes, deactivating unsubscribes, cleaning up frees the models: the
    ModelRegistry does all of that. Any executor can run the node; the models have threads of their own.

    Args:
        node_name: without namespace.
        parameter_files: of the command line, default that of the process; a relative model file starts from the file that
            names it.
        node_arguments: further arguments of rclpy's LifecycleNode.

    Raises:
        ConfigurationError: a parameter is not valid.
    """

    # From Kilted on, the context destroys a node whose constructor has failed.
    _is_complete = False

    def __init__(
        self,
        node_name: str = DEFAULT_NODE_NAME,
        *,
        parameter_files: ParameterFiles | None = None,
        **node_arguments: Any,
    ) -> None:
        super().__init__(node_name, **node_arguments)
        name = self.get_fully_qualified_name()
        files = ParameterFiles(sys.argv) if parameter_files is None else parameter_files
        parameters = declare(self, NodeParameters)
        self.autostart = parameters.autostart
        if not parameters.models:
            reason = files.explain_missing_section(name) or (
                "start the node with a parameter file (--ros-args --params-file FILE, or params_file:=FILE of the launch "
                "file)"
            )
            raise ConfigurationError(f"parameter 'models': names no model; {reason}")
        # Loading a model takes seconds, for which other services must not wait.
        slow = SlowCallbackGroup()
        compat.run_transitions_in(self, slow)
        log = self.get_logger().warning
        self._trace = FrameTrace(parameters.trace_file, name, log) if parameters.trace_file else None
        self._recorder = Recorder.declare(self)
        self._live_parameters = LiveParameters()
        self._subscriptions_of_models = SubscriptionRegistry(self)
        locator = FileLocator(name, files, parameters.model_dir, parameters.allowed_model_dirs)
        self.get_logger().info(f"files that services may name are below `allowed_model_dirs`: {locator.describe_allowed()}")
        context = NodeContext(
            node=self,
            files=ModelFileCache(parameters.backend),
            locator=locator,
            subscriptions=self._subscriptions_of_models,
            live_parameters=self._live_parameters,
            trace=self._trace,
            recorder=self._recorder,
        )
        self.models = ModelRegistry(context, parameters.models)
        self.add_managed_entity(self.models)
        self.add_on_set_parameters_callback(self._on_set_parameters)
        ModelServices(self, self.models, slow)
        self._diagnostics = Diagnostics(
            self, lambda: self.models.device, lambda: [model.status() for model in self.models.values()]
        )
        self._health = NodeHealth(self, self._check_models)
        # A program may shut the context down while the models' threads wait.
        self.context.on_shutdown(self._end_threads)
        given = compat.given_parameters(self)
        if problem := shared_memory_problem():
            log(str(problem))
        for warning in explain_unknown(given, list(self.get_parameters_by_prefix("")), parameters.models):
            log(warning)
        self._is_complete = True

    def start(self) -> bool:
        """Configure and activate. Return whether both succeeded; errors are in the log."""
        return all(
            trigger() == TransitionCallbackReturn.SUCCESS for trigger in (self.trigger_configure, self.trigger_activate)
        )

    def stop(self, timeout_s: float) -> bool:
        """Take no more frames, wait for those in flight and free the models, from any state and for good.

        Returns:
            Whether that was possible within `timeout_s`. It is not while a model loads.
        """
        stopped = self.models.shut_down(timeout_s)
        if self._trace is not None:
            self._trace.close()
        if self._recorder is not None:
            self._recorder.close(timeout_s)
        return stopped

    def destroy_node(self) -> None:
        """Destroy the node and all that belongs to it, at once: stop() lets the frames in flight end before."""
        if self._is_complete:
            self._end_threads()
            self._subscriptions_of_models.close()
        super().destroy_node()
        compat.destroy_state_machine(self)

    def _check_models(self) -> None:
        self._diagnostics.follow_models(list(self.models))
        for model in self.models.values():
            model.check_health()

    def _on_set_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        reason, changed = self._live_parameters.change(parameters)
        if changed:
            self.models.publish_list()
            self.get_logger().info(f"parameters set: {', '.join(each.name for each in parameters)}")
        return SetParametersResult(successful=reason is None, reason=reason or "")

    def _end_threads(self) -> None:
        for model in self.models.values():
            model.end_threads()
