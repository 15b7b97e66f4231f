# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One model in the node: its parameters, its topics, and its worker while it is loaded."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rclpy.node import Node

from .demand import Demand
from .errors import ConfigurationError
from .executor_thread import run_among_callbacks
from .inputs.intake import Intake
from .inputs.subscriptions import Subscriptions
from .inputs.topic_settings import declare_inputs
from .inputs.topics import TopicPlan, plan_topics, request_inputs
from .loaded_model import LoadedModel
from .model_files import ModelFiles, file_size, resolve_model_file
from .model_worker import ModelWorker
from .monitoring.complaints import Complaints
from .monitoring.frame_trace import FrameTrace
from .monitoring.input_watch import InputWatch
from .monitoring.model_monitor import LATE_S, ModelMonitor
from .monitoring.model_status import ModelStatus, State
from .monitoring.silence import explain_silence
from .msg import InferenceResult, ModelInfo, SchedParams
from .parameters import MODEL_PARAMETERS, SCHEDULER_CHOOSES
from .parameters.declaration import declare, undeclare
from .qos import describe, input_qos, overridable, result_qos, telling_bad_overrides
from .result_serializer import ResultSerializer
from .scheduling_parameters import SchedulingParameters
from .topic_names import MODEL_LIST_TOPIC, resolve_topic

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
        given: values of parameters, by their names in the group; they count more than a parameter file.

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
        given: Mapping[str, Any],
    ) -> None:
        self.group = group
        self.settings = declare(node, MODEL_PARAMETERS, group, given)
        self._node = node
        self._scheduling = scheduling
        self._scheduling.add(group, self.settings)
        self._files = files
        self._model_dir = model_dir
        self._inputs = declare_inputs(node, group, given)
        self._plans: list[TopicPlan] = []  # while it is loaded
        self.monitor = ModelMonitor(trace.of_model(group) if trace else None)
        self._complaints = Complaints(node.get_logger().warning)
        self._intake = Intake(group, subscriptions, self._inputs, self.monitor.counters, self._complaints)
        self._qos = input_qos(self.settings)
        self.input_watch = InputWatch(group, self._intake.topic_names)
        self._demand = Demand(node, self._follow_demand) if self.settings["lazy"] else None
        result_topic = self.settings["result_topic"] or f"~/{group}/result"
        self.result_topic = resolve_topic(node, result_topic, f"{group}.result_topic")
        if self.result_topic == node.resolve_topic_name(MODEL_LIST_TOPIC):
            raise ConfigurationError(
                f"parameter '{group}.result_topic': {self.result_topic} is where the node tells of its models; name another"
            )
        with telling_bad_overrides(self.result_topic, "publisher"):
            self._publisher = node.create_publisher(
                InferenceResult,
                self.result_topic,
                result_qos(),
                event_callbacks=self._demand.event_callbacks() if self._demand else None,
                qos_overriding_options=overridable(),
            )
        if self._demand:
            self._demand.follow(self._publisher)
        # Guards what follows: transitions and the executor subscribe and unsubscribe.
        self._life = threading.RLock()
        self._loading = False
        self._active = False
        self._listening = False
        self._loaded: LoadedModel | None = None
        self._worker: ModelWorker | None = None

    @property
    def loaded(self) -> LoadedModel | None:
        """The open model, or None."""
        return self._loaded

    def ready(self) -> LoadedModel:
        """Return the open model.

        Raises:
            ConfigurationError: it is not loaded.
        """
        loaded = self._loaded
        if loaded is None or self._loading:
            state = "still being loaded" if self._loading else "not loaded: configure the node"
            raise ConfigurationError(f"model '{self.group}' is {state}")
        return loaded

    def results(self) -> ResultSerializer:
        """Return what writes results as those on the topic, for one thread.

        Raises:
            ConfigurationError: the model is not loaded.
        """
        return self._results_of(self.ready())

    def _results_of(self, model: LoadedModel) -> ResultSerializer:
        return ResultSerializer(model, self.settings["dequantize"])

    @property
    def active(self) -> bool:
        """Whether the model takes frames, or would where somebody wanted results."""
        return self._active

    @property
    def busy(self) -> bool:
        """Whether frames wait or are in flight."""
        worker = self._worker
        return worker is not None and worker.busy

    def load(self, which: str = "") -> None:
        """Open the model file and get ready for frames.

        Args:
            which: number of the model among those that are loaded now, for the log.

        Raises:
            ConfigurationError: the file, or what the parameters want of it, is not right. The model is free then.
        """
        self._loading = True
        try:
            self._load(which)
        except BaseException:
            self.free(0.0)
            raise
        finally:
            self._loading = False

    def _load(self, which: str) -> None:
        log = self._node.get_logger().info
        file = resolve_model_file(self.settings["file"], f"{self.group}.file", self._model_dir)
        log(f"loading {which + ': ' if which else ''}model '{self.group}' from {file} ({file_size(file)})")
        started_s = time.monotonic()
        model = self._loaded = LoadedModel(self._files, file, self.group, self.settings["model_name"])
        reason = self._scheduling.set_limits(self.group, model.core_limits)
        if reason is not None:
            raise ConfigurationError(reason)
        self._plans = plan_topics(model, self._inputs.topics)
        self._worker = ModelWorker(
            model,
            [request_inputs(model, self._plans) for _ in range(_FRAMES_IN_FLIGHT)],
            self.settings["depth"],
            self._results_of(model),
            self._publisher,
            self._scheduling,
            self._node.get_clock(),
            self._complaints,
            self.monitor,
        )
        log(f"model '{self.group}': loaded in {time.monotonic() - started_s:.1f} s")

    def activate(self) -> None:
        """Begin to take frames."""
        assert self._worker is not None
        self._worker.resume()
        with self._life:
            self._active = True
            self._follow_demand()

    def deactivate(self, patience_s: float) -> bool:
        """Take no more frames. Return whether those in flight have ended within `patience_s`."""
        with self._life:
            self._active = False
            self._follow_demand()
        if self._worker is not None and not self._worker.pause(patience_s):
            self._node.get_logger().warning(f"model '{self.group}': its last inference has not ended in time")
            return False
        return True

    def _follow_demand(self) -> None:
        """Listen to the input topics, or not, as the state and the subscribers of the result want it."""
        with self._life:
            wanted = self._active and (self._demand is None or self._demand.exists)
            if wanted == self._listening:
                return
            if wanted:
                assert self._worker is not None
                self.input_watch.begin()
                transports = [plan.transports for plan in self._plans]
                self._intake.open(transports, self._qos, self._worker.handle, self.input_watch.arrived)
            else:
                self._intake.close()
                self.input_watch.end()
            self._listening = wanted

    def free(self, patience_s: float) -> None:
        """Give the model's memory back; a thread that a hanging device holds ends with the process."""
        self._scheduling.set_limits(self.group, None)
        if self._worker is not None:
            self._worker.close(patience_s)
        if self._loaded is not None:
            self._loaded.close()
        self._worker = None
        self._loaded = None

    def withdraw(self) -> None:
        """Take the parameters and the result's topic away, for good."""
        run_among_callbacks(self._node, self._withdraw)

    def _withdraw(self) -> None:
        if self._demand:
            self._demand.stop()
        self._node.destroy_publisher(self._publisher)
        self._scheduling.remove(self.group)
        undeclare(self._node, self.group)
        undeclare(self._node, f"qos_overrides.{self.result_topic}.publisher")

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
            listened = {topic.name: topic for topic in self._intake.listened}
        for name in self.input_watch.to_tell():
            if name in listened:
                self._node.get_logger().warning(explain_silence(self._node, self.group, listened[name]))
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
        topics = [f"{each.name} [{' or '.join(each.types)}; {describe(each.qos)}]" for each in self._intake.listened]
        if not topics:  # a lazy model that nobody listens to
            topics = [f"{name} [{describe(self._qos)}]" for name in self._intake.topic_names]
        publisher = self._publisher
        scheduling = self._scheduling[self.group]
        cores = "any" if scheduling.bpu_cores == SCHEDULER_CHOOSES else ", ".join(map(str, scheduling.bpu_cores))
        lines = [f"model '{self.group}': {self._loaded.name} of {self._loaded.file}"]
        lines += [f"  from {topic}" for topic in topics]
        lines.append(f"  takes {self._loaded.describe_inputs()}")
        lines.append(f"  gives {self._loaded.describe_outputs()}")
        lines.append(f"  to {publisher.topic_name} [hbm_runtime_ros/msg/InferenceResult; {describe(publisher.qos_profile)}]")
        lines.append(f"  with priority {scheduling.priority} on BPU cores: {cores}{', lazy' if self._demand else ''}")
        return lines

    def info(self) -> ModelInfo:
        """Return what is known of the model and how the node runs it. Any thread may ask, in any state."""
        loaded = self._loaded
        if loaded is not None:
            info = loaded.describe()
        else:
            info = ModelInfo(name=self.group, model_name=self.settings["model_name"], file=self.settings["file"])
        if self._loading:
            info.state = ModelInfo.STATE_LOADING
        elif loaded is None:
            info.state = ModelInfo.STATE_UNLOADED
        else:
            info.state = ModelInfo.STATE_ACTIVE if self._active else ModelInfo.STATE_LOADED
        scheduling = self._scheduling[self.group]
        info.input_topics = self._intake.topic_names
        info.result_topic = self._publisher.topic_name
        info.resize = self._inputs.topics[0].values["resize"]
        info.sched = SchedParams(
            priority=scheduling.priority,
            custom_id=scheduling.custom_id,
            bpu_cores=list(scheduling.bpu_cores),
            device_id=scheduling.device_id,
        )
        return info
