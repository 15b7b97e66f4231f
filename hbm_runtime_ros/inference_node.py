# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node: puts models, subscriptions, publishers and parameters together, along the states of a lifecycle node."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNodeMixin, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from hbm_runtime_core import HB_HBMRuntime

from .errors import ConfigurationError
from .executor_thread import ApartCallbackGroup
from .hosted_model import HostedModel
from .inputs.subscriptions import Subscriptions
from .loaded_model import ModelFiles
from .monitoring.frame_trace import FrameTrace
from .monitoring.node_monitor import NodeMonitor
from .msg import ModelList
from .parameters import DEFAULT_NODE_NAME, NODE_PARAMETERS
from .parameters.declaration import declare
from .scheduling_parameters import SchedulingParameters

_LATCHED = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# For the frames in flight when the node stops.
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
        # Loading a model takes seconds, for which other services and frames must not wait.
        LifecycleNodeMixin.__init__(self, callback_group=ApartCallbackGroup())
        self._settings = declare(self, NODE_PARAMETERS)
        if self._settings["model_dir"]:
            model_dir = Path(self._settings["model_dir"])
        self._files = ModelFiles()
        self._scheduling = SchedulingParameters()
        subscriptions = Subscriptions(self)
        trace_file = self._settings["trace_file"]
        self._trace = (
            FrameTrace(trace_file, self.get_fully_qualified_name(), self.get_logger().warning) if trace_file else None
        )
        self._models = {
            group: HostedModel(self, group, self._scheduling, subscriptions, self._files, model_dir, self._trace)
            for group in filter(None, self._settings["models"])
        }
        if not self._models:
            raise ConfigurationError(
                "parameter 'models': names no model; start the node with a parameter file "
                "(--ros-args --params-file FILE, or params_file:=FILE of the launch file)"
            )
        self._model_list_publisher = self.create_publisher(ModelList, "~/models", _LATCHED)
        self.add_on_set_parameters_callback(self._on_set_parameters)
        self._monitor = NodeMonitor(self, self._models.values())

    @property
    def autostart(self) -> bool:
        """Whether the node configures and activates itself."""
        return bool(self._settings["autostart"])

    def start(self) -> bool:
        """Configure and activate. Return whether both went well; what did not was told."""
        return all(
            trigger() == TransitionCallbackReturn.SUCCESS for trigger in (self.trigger_configure, self.trigger_activate)
        )

    def stop(self) -> None:
        """Take no more frames, wait for those in flight and free the models, from any state."""
        self._deactivate()
        self._free()
        if self._trace is not None:
            self._trace.close()

    # Transitions.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the models."""
        return self._transition("configure", self._load, undo=self._free)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to take frames."""
        return self._transition("activate", self._activate, undo=self._deactivate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take no more frames."""
        return self._transition("deactivate", self._deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free the models."""
        return self._transition("clean up", self._free)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from any state."""
        return self._transition("shut down", self.stop)

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
        if undo is not None:
            undo()
        return TransitionCallbackReturn.FAILURE

    # What the transitions do.

    def _load(self) -> None:
        if self._settings["backend"]:
            os.environ["HBM_RUNTIME_BACKEND"] = self._settings["backend"]
        for model in self._models.values():
            model.load()
        self._monitor.describe_device(self._any_runtime())
        self._publish_model_list()

    def _activate(self) -> None:
        for model in self._models.values():
            model.activate()
        self._monitor.tell_flow()

    def _deactivate(self) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        for model in self._models.values():
            model.deactivate(max(0.0, deadline - time.monotonic()))

    def _free(self) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        for model in self._models.values():
            model.free(max(0.0, deadline - time.monotonic()))
        self._files.close()

    # Parameters, and what tells others about them.

    def _on_set_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        reason, changed = self._scheduling.change(parameters)
        if changed and self._loaded():
            self._publish_model_list()
        return SetParametersResult(successful=reason is None, reason=reason or "")

    def _publish_model_list(self) -> None:
        runtime = self._any_runtime()
        self._model_list_publisher.publish(
            ModelList(
                stamp=self.get_clock().now().to_msg(),
                backend=runtime.backend,
                soc=runtime.soc,
                bpu_core_count=runtime.bpu_core_count,
                models=[model.info() for model in self._loaded()],
            )
        )

    def _loaded(self) -> list[HostedModel]:
        return [model for model in self._models.values() if model.loaded is not None]

    def _any_runtime(self) -> HB_HBMRuntime:
        loaded = self._loaded()[0].loaded
        assert loaded is not None
        return loaded.runtime
