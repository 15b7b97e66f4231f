# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One model in the node: its parameters, its topics, and its worker while it is loaded."""

from __future__ import annotations

from pathlib import Path

from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy

from .errors import ConfigurationError
from .inputs.intake import Intake
from .inputs.subscriptions import Subscriptions
from .inputs.topics import request_inputs, topics_of
from .loaded_model import LoadedModel, ModelFiles
from .model_files import resolve_model_file
from .model_worker import ModelWorker
from .monitoring.complaints import Complaints
from .monitoring.counters import FrameCounters
from .msg import InferenceResult, ModelInfo, SchedParams
from .parameters import MODEL_PARAMETERS
from .parameters.declaration import declare
from .result_publisher import ResultPublisher
from .scheduling_parameters import SchedulingParameters

_RESULTS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)

# Of one model: one that the device works on, and one before or behind it. More would only make results older.
_FRAMES_IN_FLIGHT = 2


class HostedModel:
    """The model of one group of parameters. Loaded or not, active (it takes frames) or not.

    Args:
        node: declares the parameters and owns the topics.
        group: name of the group, and of the model in the node.
        scheduling: takes over the group's scheduling.
        subscriptions: of the node.
        files: opens model files.
        model_dir: folder that a relative model file starts from.

    Raises:
        ConfigurationError: a parameter is not what it must be.
    """

    def __init__(
        self,
        node: Node,
        group: str,
        scheduling: SchedulingParameters,
        subscriptions: Subscriptions,
        files: ModelFiles,
        model_dir: Path | None,
    ) -> None:
        self.group = group
        self.settings = declare(node, MODEL_PARAMETERS, group)
        self._node = node
        self._scheduling = scheduling
        self._scheduling.add(group, self.settings)
        self._files = files
        self._model_dir = model_dir
        self._topics = topics_of(self.settings)
        self._intake = Intake(node, subscriptions, self._topics)
        self._counters = FrameCounters()
        self._publisher = node.create_publisher(
            InferenceResult, self.settings["result_topic"] or f"~/{group}/result", _RESULTS
        )
        self._loaded: LoadedModel | None = None
        self._worker: ModelWorker | None = None

    @property
    def loaded(self) -> LoadedModel | None:
        """The open model, or None."""
        return self._loaded

    def load(self) -> None:
        """Open the model file and get ready for frames.

        Raises:
            ConfigurationError: the file, or what the parameters want of it, is not right.
        """
        file = resolve_model_file(self.settings["file"], f"{self.group}.file", self._model_dir)
        self._node.get_logger().info(f"model '{self.group}': loading {file}")
        model = LoadedModel(self._files.open(file, self.group), file, self.group, self.settings["model_name"])
        reason = self._scheduling.set_limits(self.group, model.core_limits)
        if reason is not None:
            raise ConfigurationError(reason)
        self._loaded = model
        self._worker = ModelWorker(
            model,
            [request_inputs(model, self._topics) for _ in range(_FRAMES_IN_FLIGHT)],
            self.settings["depth"],
            ResultPublisher(self._publisher, model),
            self._scheduling,
            self._node.get_clock(),
            Complaints(self._node.get_logger().warning),
            self._counters,
        )

    def activate(self) -> None:
        """Begin to take frames."""
        assert self._worker is not None and self._loaded is not None
        self._worker.resume()
        reliable = self.settings["reliability"] == "reliable"
        qos = QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=self.settings["depth"],
            reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        )
        self._intake.open(qos, self._worker.handle)
        self._node.get_logger().info(
            f"model '{self.group}': {self._loaded.describe_inputs()} from {', '.join(self._intake.topic_names)} "
            f"({self.settings['reliability']}, depth {self.settings['depth']}) to {self._publisher.topic_name}"
        )

    def deactivate(self, patience_s: float) -> None:
        """Take no more frames, and wait at most `patience_s` for those in flight."""
        self._intake.close()
        if self._worker is not None and not self._worker.pause(patience_s):
            self._node.get_logger().warning(f"model '{self.group}': its last inference has not ended in time")

    def free(self, patience_s: float) -> None:
        """Give the model's memory back; a thread that a hanging device holds ends with the process."""
        self._scheduling.set_limits(self.group, None)
        if self._worker is not None:
            self._worker.close(patience_s)
        self._worker = None
        self._loaded = None

    def info(self) -> ModelInfo:
        """Return what is known of the loaded model and how the node runs it."""
        assert self._loaded is not None
        info = self._loaded.describe()
        scheduling = self._scheduling[self.group]
        (info.input_topic,) = self._intake.topic_names
        info.result_topic = self._publisher.topic_name
        info.resize = self.settings["resize"]
        info.sched = SchedParams(
            priority=scheduling.priority,
            custom_id=scheduling.custom_id,
            bpu_cores=list(scheduling.bpu_cores),
            device_id=scheduling.device_id,
        )
        return info
