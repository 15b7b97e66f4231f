# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One model in the node: its parameters, its topics, and its worker while it is loaded."""

from __future__ import annotations

import threading
from pathlib import Path

from rclpy.node import Node

from .demand import Demand
from .errors import ConfigurationError
from .inputs.intake import Intake
from .inputs.subscriptions import Subscriptions
from .inputs.topics import request_inputs, topics_of
from .loaded_model import LoadedModel, ModelFiles
from .model_files import resolve_model_file
from .model_worker import ModelWorker
from .monitoring.complaints import Complaints
from .monitoring.frame_trace import FrameTrace
from .monitoring.input_watch import InputWatch, WatchedTopic, type_name
from .monitoring.model_monitor import LATE_S, ModelMonitor
from .monitoring.model_status import ModelStatus, State
from .monitoring.silence import explain_silence
from .msg import InferenceResult, ModelInfo, SchedParams
from .parameters import MODEL_PARAMETERS, SCHEDULER_CHOOSES
from .parameters.declaration import declare
from .qos import describe, input_qos, overridable, result_qos, telling_bad_overrides
from .result_publisher import ResultPublisher
from .scheduling_parameters import SchedulingParameters

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
        trace: writes the way of each frame, where that is wanted.

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
        trace: FrameTrace | None,
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
        self.monitor = ModelMonitor(trace.of_model(group) if trace else None)
        self._complaints = Complaints(node.get_logger().warning)
        self._qos = input_qos(self.settings)
        self.input_watch = InputWatch(
            group,
            [WatchedTopic(name, topic.kind.message_type) for name, topic in zip(self._intake.topic_names, self._topics)],
        )
        self._demand = Demand(node, self._follow_demand) if self.settings["lazy"] else None
        result_topic = node.resolve_topic_name(self.settings["result_topic"] or f"~/{group}/result")
        with telling_bad_overrides(result_topic, "publisher"):
            self._publisher = node.create_publisher(
                InferenceResult,
                result_topic,
                result_qos(),
                event_callbacks=self._demand.event_callbacks() if self._demand else None,
                qos_overriding_options=overridable(),
            )
        if self._demand:
            self._demand.follow(self._publisher)
        # Guards what follows: transitions and the executor subscribe and unsubscribe.
        self._life = threading.RLock()
        self._active = False
        self._listening = False
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
            ResultPublisher(self._publisher, model, self.settings["dequantize"]),
            self._scheduling,
            self._node.get_clock(),
            self._complaints,
            self.monitor,
        )

    def activate(self) -> None:
        """Begin to take frames."""
        assert self._worker is not None
        self._worker.resume()
        with self._life:
            self._active = True
            self._follow_demand()

    def deactivate(self, patience_s: float) -> None:
        """Take no more frames, and wait at most `patience_s` for those in flight."""
        with self._life:
            self._active = False
            self._follow_demand()
        if self._worker is not None and not self._worker.pause(patience_s):
            self._node.get_logger().warning(f"model '{self.group}': its last inference has not ended in time")

    def _follow_demand(self) -> None:
        """Listen to the input topics, or not, as the state and the subscribers of the result want it."""
        with self._life:
            wanted = self._active and (self._demand is None or self._demand.exists)
            if wanted == self._listening:
                return
            if wanted:
                assert self._worker is not None
                self.input_watch.begin()
                self._intake.open(self._qos, self._worker.handle, self.input_watch.arrived)
            else:
                self._intake.close()
                self.input_watch.end()
            self._listening = wanted

    def free(self, patience_s: float) -> None:
        """Give the model's memory back; a thread that a hanging device holds ends with the process."""
        self._scheduling.set_limits(self.group, None)
        if self._worker is not None:
            self._worker.close(patience_s)
        self._worker = None
        self._loaded = None

    def status(self) -> ModelStatus:
        """Return what diagnostics tell."""
        worker = self._worker
        return ModelStatus(
            state=self._state(),
            scheduling=self._scheduling[self.group],
            input_topics=tuple(self._intake.topic_names),
            result_topic=self._publisher.topic_name,
            waiting_since_ns=worker.waiting_since_ns() if worker else None,
            silent_for_s=self.input_watch.silent_for_s(),
        )

    def _state(self) -> State:
        if self._worker is None:
            return State.NOT_LOADED
        if not self._active:
            return State.INACTIVE
        if not self._scheduling[self.group].enabled:
            return State.DISABLED
        return State.RUNNING if self._listening else State.IDLE

    def tell_silence(self) -> None:
        """Warn where a topic is silent, or the device owes an answer."""
        with self._life:
            profiles = dict(zip(self.input_watch.topics, self._intake.qos))
        for topic in self.input_watch.to_tell():
            if topic in profiles:
                self._node.get_logger().warning(explain_silence(self._node, self.group, topic, profiles[topic]))
        late_s = self.monitor.late_for_s()
        if late_s > LATE_S:
            self._complaints.tell(
                "late answer",
                f"model '{self.group}': the device has not answered for {late_s:.0f} s after timeout_ms; the model goes on "
                f"when it does. A device that never answers needs a restart of the node, or of the board",
            )

    def describe_flow(self) -> list[str]:
        """Return where frames come from and results go to, a line each."""
        assert self._loaded is not None
        # A lazy model that nobody listens to has no subscription that could tell.
        profiles = self._intake.qos or [self._qos] * len(self._topics)
        topics = [
            f"{topic.name} [{type_name(topic.message_type)}; {describe(qos)}]"
            for topic, qos in zip(self.input_watch.topics, profiles)
        ]
        publisher = self._publisher
        scheduling = self._scheduling[self.group]
        cores = "any" if scheduling.bpu_cores == SCHEDULER_CHOOSES else ", ".join(map(str, scheduling.bpu_cores))
        lines = [f"model '{self.group}': {self._loaded.name} of {self._loaded.file}"]
        lines += [f"  from {topic}" for topic in topics]
        lines.append(f"  takes {self._loaded.describe_inputs()}")
        lines.append(f"  gives {self._loaded.describe_outputs()}")
        lines.append(f"  to {publisher.topic_name} [{type_name(InferenceResult)}; {describe(publisher.qos_profile)}]")
        lines.append(f"  with priority {scheduling.priority} on BPU cores: {cores}{', lazy' if self._demand else ''}")
        return lines

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
