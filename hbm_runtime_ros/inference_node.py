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
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
from sensor_msgs.msg import Image

from .complaints import Complaints
from .errors import ConfigurationError
from .loaded_model import LoadedModel, ModelFiles
from .model_files import resolve_model_file
from .model_worker import ModelWorker
from .msg import InferenceResult, ModelInfo, ModelList, SchedParams
from .parameter_declaration import declare
from .parameters import DEFAULT_NODE_NAME, MODEL_PARAMETERS, NODE_PARAMETERS
from .picture_inputs import PictureInputs
from .result_publisher import ResultPublisher
from .scheduling_parameters import SchedulingParameters

_LATCHED = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_RESULTS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)

# For the frames in flight when the node stops.
_PATIENCE_S = 1.0

# Of one model: one that the device works on, and one before or behind it. More would only make results older.
_FRAMES_IN_FLIGHT = 2


class InferenceNode(LifecycleNode):
    """Runs BPU models on pictures from topics.

    Configuring loads the models, activating subscribes, deactivating unsubscribes, cleaning up frees the models.

    Args:
        model_dir: folder that relative model files start from where the parameter of that name is empty.

    Raises:
        ConfigurationError: a parameter is not what it must be.
    """

    def __init__(self, node_name: str = DEFAULT_NODE_NAME, *, model_dir: Path | None = None, **node_arguments: Any) -> None:
        super().__init__(node_name, **node_arguments)
        self._settings = declare(self, NODE_PARAMETERS)
        self._model_dir = Path(self._settings["model_dir"]) if self._settings["model_dir"] else model_dir
        self._groups: dict[str, dict[str, Any]] = {}
        self._scheduling = SchedulingParameters()
        for group in filter(None, self._settings["models"]):
            self._groups[group] = declare(self, MODEL_PARAMETERS, group)
            self._scheduling.add(group, self._groups[group])
        if not self._groups:
            raise ConfigurationError(
                "parameter 'models': names no model; start the node with a parameter file "
                "(--ros-args --params-file FILE, or params_file:=FILE of the launch file)"
            )
        self._files = ModelFiles()
        self._models: dict[str, LoadedModel] = {}
        self._workers: dict[str, ModelWorker] = {}
        self._subscriptions_of_models: list[Subscription] = []
        self._model_list_publisher = self.create_publisher(ModelList, "~/models", _LATCHED)
        self._result_publishers = {
            group: self.create_publisher(InferenceResult, settings["result_topic"] or f"~/{group}/result", _RESULTS)
            for group, settings in self._groups.items()
        }
        self.add_on_set_parameters_callback(self._on_set_parameters)

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
        self._unsubscribe()
        self._free()

    # Transitions.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the models."""
        return self._transition("configure", self._load, undo=self._free)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to take frames."""
        return self._transition("activate", self._subscribe, undo=self._unsubscribe)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take no more frames."""
        return self._transition("deactivate", self._unsubscribe)

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
        for group, settings in self._groups.items():
            self._models[group] = self._load_model(group, settings)
            self._workers[group] = self._make_worker(group, settings)
        runtime = next(iter(self._models.values())).runtime
        self.get_logger().info(
            f"backend {runtime.backend}, SoC {runtime.soc}, BPU cores {runtime.bpu_core_count}, "
            f"models {', '.join(self._models)}"
        )
        self._publish_model_list()

    def _load_model(self, group: str, settings: dict[str, Any]) -> LoadedModel:
        file = resolve_model_file(settings["file"], f"{group}.file", self._model_dir)
        self.get_logger().info(f"model '{group}': loading {file}")
        model = LoadedModel(self._files.open(file, group), file, group, settings["model_name"])
        reason = self._scheduling.set_limits(group, model.core_limits)
        if reason is not None:
            raise ConfigurationError(reason)
        return model

    def _make_worker(self, group: str, settings: dict[str, Any]) -> ModelWorker:
        model = self._models[group]
        return ModelWorker(
            model,
            [PictureInputs(model, settings["resize"], settings["pad_value"]) for _ in range(_FRAMES_IN_FLIGHT)],
            settings["depth"],
            ResultPublisher(self._result_publishers[group], model),
            self._scheduling,
            self.get_clock(),
            Complaints(self.get_logger().warning),
        )

    def _subscribe(self) -> None:
        for group, settings in self._groups.items():
            self._workers[group].resume()
            reliable = settings["reliability"] == "reliable"
            qos = QoSProfile(
                history=HistoryPolicy.KEEP_LAST,
                depth=settings["depth"],
                reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
            )
            subscription = self.create_subscription(
                Image,
                settings["input_topic"],
                self._workers[group].handle,
                qos,
                raw=True,
            )
            self._subscriptions_of_models.append(subscription)
            self.get_logger().info(
                f"model '{group}': {self._describe_inputs(group)} from {subscription.topic_name} "
                f"({settings['reliability']}, depth {settings['depth']}) to {self._result_publishers[group].topic_name}"
            )

    def _describe_inputs(self, group: str) -> str:
        model = self._models[group]
        return ", ".join(
            f"{name} {model.input_dtypes[name].name} {list(model.input_shapes[name])}" for name in model.input_names
        )

    def _unsubscribe(self) -> None:
        for subscription in self._subscriptions_of_models:
            self.destroy_subscription(subscription)
        self._subscriptions_of_models.clear()
        deadline = time.monotonic() + _PATIENCE_S
        for group, worker in self._workers.items():
            if not worker.pause(max(0.0, deadline - time.monotonic())):
                self.get_logger().warning(f"model '{group}': its last inference has not ended within {_PATIENCE_S} s")

    def _free(self) -> None:
        for group in self._models:
            self._scheduling.set_limits(group, None)
        for worker in self._workers.values():
            worker.close(_PATIENCE_S)
        self._workers.clear()
        self._models.clear()
        self._files.close()

    # Parameters, and what tells others about them.

    def _on_set_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        reason, changed = self._scheduling.change(parameters)
        if changed and self._models:
            self._publish_model_list()
        return SetParametersResult(successful=reason is None, reason=reason or "")

    def _publish_model_list(self) -> None:
        runtime = next(iter(self._models.values())).runtime
        self._model_list_publisher.publish(
            ModelList(
                stamp=self.get_clock().now().to_msg(),
                backend=runtime.backend,
                soc=runtime.soc,
                bpu_core_count=runtime.bpu_core_count,
                models=[self._model_info(group) for group in self._models],
            )
        )

    def _model_info(self, group: str) -> ModelInfo:
        info = self._models[group].describe()
        scheduling = self._scheduling[group]
        info.input_topic = self.resolve_topic_name(self._groups[group]["input_topic"])
        info.result_topic = self._result_publishers[group].topic_name
        info.resize = self._groups[group]["resize"]
        info.sched = SchedParams(
            priority=scheduling.priority,
            custom_id=scheduling.custom_id,
            bpu_cores=list(scheduling.bpu_cores),
            device_id=scheduling.device_id,
        )
        return info
