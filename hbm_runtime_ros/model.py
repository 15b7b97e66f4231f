# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One model of the node: its parameters, its callback group and topics, and its pipeline while it is loaded."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from .decoding import DecoderSettings, ModelDecoder
from .errors import ConfigurationError, printable
from .file_locator import FileLocator
from .group_threads import ModelCallbackGroup, run_on_executor
from .inputs.assembler import FrameAssembler, TopicConsumer
from .inputs.plan import TopicPlan, declare_inputs, make_slot, plan_topics
from .inputs.subscription import SubscriptionRegistry
from .model_files import ModelFileCache, ModelHandle, size_text
from .monitoring.counters import LATE_S, ModelMonitor
from .monitoring.diagnostics import ModelState, ModelStatus
from .monitoring.health import InputTimeout, ThrottledLogger, diagnose_input
from .monitoring.trace import FrameTrace
from .msg import InferenceResult, ModelInfo, SchedParams
from .parameters import SCHEDULER_CHOOSES, ModelParameters, Scheduling
from .parameters.declaration import declare, undeclare
from .parameters.live import LiveParameters, ModelScheduling
from .pipeline import InferencePipeline, ModelContext
from .qos import describe, input_qos, resolve_result_topic
from .recorder import Recorder, describe_model
from .results import OutputTopic, ResultPublisher, ResultSerializer, SubscriberMonitor

# One that the device works on, and one before or behind it. More would only make results older.
_FRAMES_IN_FLIGHT = 2


@dataclass(frozen=True)
class NodeContext:
    """What the models of a node share."""

    node: Node
    files: ModelFileCache
    locator: FileLocator
    subscriptions: SubscriptionRegistry
    live_parameters: LiveParameters
    trace: FrameTrace | None
    recorder: Recorder | None


class Model:
    """The model of one group of parameters.

    It is unloaded, loading, inactive (loaded) or active (takes frames); see ModelState. Its graph entities are created and
    destroyed on the executor's thread. One thread at a time calls load(), activate(), deactivate(), free() and destroy().

    Args:
        context: of the node.
        name: of the group, and of the model in the node.
        given: values of parameters from a service, by their names in the group; they override those of parameter files.

    Raises:
        ConfigurationError: a parameter is not valid. Nothing of the model remains then.
    """

    def __init__(self, context: NodeContext, name: str, given: Mapping[str, Any]) -> None:
        self.name = name
        self._context = context
        self._node = node = context.node
        # A stock executor with several threads may call _follow_subscribers() in two of them.
        self._following = threading.Lock()
        self._loading = False
        self._active = False
        self._has_file_of_service = "file" in given
        self._plans: list[TopicPlan] = []  # while it is loaded
        self._consumers: tuple[TopicConsumer, ...] = ()  # while it is subscribed
        self._handle: ModelHandle | None = None
        self._decoder: ModelDecoder | None = None
        self._pipeline: InferencePipeline | None = None
        self._input_timeout = InputTimeout(lambda: {each.topic: each.last_message_s for each in self._consumers})
        self._logged_first_result = False
        try:
            self.parameters = declare(node, ModelParameters, name, given)
            self.scheduling = ModelScheduling(name, declare(node, Scheduling, name, given))
            self._decoder_settings = DecoderSettings.declare(
                node, name, self.parameters.decoder, given, context.live_parameters
            )
            self._topics, self._sync = declare_inputs(node, name, given)
            self.result_topic = resolve_result_topic(node, name, self.parameters.result_topic)
            self._group = ModelCallbackGroup()
            self._monitor = ModelMonitor(context.trace.of_model(name) if context.trace else None)
            warn = node.get_logger().warning
            self.recorder = context.recorder.of_model(name) if context.recorder else None
            self._log = ThrottledLogger(self.recorder.logging(warn) if self.recorder else warn)
            self._frames = FrameAssembler(
                name,
                [topic.name for topic in self._topics],
                self._sync,
                self.parameters.depth,
                self._monitor.counters,
                self._log,
            )
            self._subscribers = SubscriberMonitor(node, self._on_subscribers) if self.parameters.lazy else None
            self._result = OutputTopic(node, InferenceResult, self.result_topic, self._subscribers)
        except Exception:
            self._undeclare()
            raise
        context.live_parameters[name] = self.scheduling

    # State.

    @property
    def state(self) -> ModelState:
        """The state of the model. Any thread may ask."""
        if self._loading:
            return ModelState.LOADING
        if self._handle is None:
            return ModelState.UNLOADED
        if not self._active:
            return ModelState.INACTIVE
        if not self.scheduling.current.enabled:
            return ModelState.DISABLED
        return ModelState.RUNNING if self._consumers else ModelState.IDLE

    @property
    def active(self) -> bool:
        """Whether the model takes frames, or would while somebody subscribes to one of its topics."""
        return self._active

    @property
    def busy(self) -> bool:
        """Whether frames are in flight."""
        pipeline = self._pipeline
        return pipeline is not None and pipeline.busy

    @property
    def handle(self) -> ModelHandle | None:
        """The open model, None while it is not loaded."""
        return self._handle

    def loaded(self) -> ModelHandle:
        """Return the open model.

        Raises:
            ConfigurationError: it is not loaded.
        """
        handle = self._handle
        if handle is None or self._loading:
            state = "is loading" if self._loading else "is not loaded: configure the node"
            raise ConfigurationError(f"model '{self.name}' {state}")
        return handle

    # Loading and unloading.

    def load(self, which: str = "") -> None:
        """Open the model file and get ready for frames.

        Args:
            which: number of the model among those that are loaded now, for the log.

        Raises:
            ConfigurationError: the file, or what the parameters require of it, is not valid. The model is unloaded then.
        """
        self._loading = True
        try:
            self._load(which)
        except BaseException as error:
            self.free(0.0)
            if isinstance(error, ConfigurationError):
                self._node.get_logger().info(f"model '{self.name}': not loaded")
            raise
        finally:
            self._loading = False

    def _load(self, which: str) -> None:
        log = self._node.get_logger().info
        given = self.parameters
        with self._context.locator.open(given.file, f"{self.name}.file", from_service=self._has_file_of_service) as file:
            number = f"{which}: " if which else ""
            log(f"loading {number}model '{self.name}' from {file.path} ({size_text(file.size_bytes)})")
            started_s = time.monotonic()
            handle = self._handle = ModelHandle(self._context.files, file, self.name, given.model_name, given.sha256)
        self.scheduling.bind(handle.check_scheduling)
        self._plans = plan_topics(handle, self._topics)
        serializer = self.serializer()
        if self.parameters.decoder:
            decoder = self._decoder_settings.make(handle, self._context.locator)
            self._decoder = run_on_executor(
                self._node,
                lambda: ModelDecoder(self._node, handle, decoder, self._decoder_settings, self._subscribers, self._log),
            )
            log("\n  ".join([f"model '{self.name}':", *self._decoder.describe()]))
        if self.recorder is not None:
            self.recorder.restart(describe_model(handle, self.parameters, self._topics, self._decoder_settings))
        clock = self._node.get_clock()
        context = ModelContext(self.name, self._group, self.scheduling, self._monitor, self._log, clock, self.recorder)
        self._pipeline = InferencePipeline(
            context,
            self._frames,
            [make_slot(handle, self._plans, self._log) for _ in range(_FRAMES_IN_FLIGHT)],
            ResultPublisher(serializer, self._result, self._decoder),
        )
        log(f"model '{self.name}': loaded in {time.monotonic() - started_s:.1f} s")

    def serializer(self) -> ResultSerializer:
        """Return what serializes results as those on the topic, for one thread.

        Raises:
            ConfigurationError: the parameter `dequantize` does not fit the model.
        """
        assert self._handle is not None
        return ResultSerializer(self._handle, self.parameters.dequantize)

    def activate(self) -> None:
        """Start to take frames.

        Raises:
            ConfigurationError: a topic cannot be subscribed to.
        """
        assert self._pipeline is not None
        self._pipeline.resume()
        self._active = True
        run_on_executor(self._node, self._follow_subscribers)

    def deactivate(self, timeout_s: float) -> bool:
        """Take no more frames. Return whether those in flight have ended within `timeout_s`."""
        self._active = False
        run_on_executor(self._node, self._follow_subscribers)
        if self._pipeline is not None and not self._pipeline.pause(timeout_s):
            self._node.get_logger().warning(f"model '{self.name}': its last inference has not ended in {timeout_s:g} s")
            return False
        return True

    def free(self, timeout_s: float) -> None:
        """Free the model's memory. A thread that waits for a hanging device ends when the device answers."""
        self.scheduling.bind(None)
        if self._pipeline is not None:
            self._pipeline.close(timeout_s)
        if self._handle is not None:
            self._handle.close()
        self._decoder_settings.thresholds.follow(None)
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            run_on_executor(self._node, decoder.destroy)
        if self.recorder is not None:
            self.recorder.restart(None)
        self._pipeline = self._handle = None

    def end_threads(self) -> None:
        """End the model's threads without waiting for them, for good."""
        pipeline = self._pipeline
        if pipeline is not None:
            pipeline.end_threads()

    def destroy(self) -> None:
        """Remove the parameters and the result topic, for good."""
        run_on_executor(self._node, self._destroy)

    def _destroy(self) -> None:
        self._result.destroy()
        self._undeclare()

    def _undeclare(self) -> None:
        undeclare(self._node, self.name)
        for group in (self.name, f"{self.name}.decoder", f"{self.name}.overlay"):
            self._context.live_parameters.pop(group, None)

    # Topics.

    @property
    def output_topics(self) -> list[str]:
        """Full names of the topics that it publishes."""
        decoder = self._decoder
        return [self.result_topic, *(decoder.topics if decoder else ())]

    def _on_subscribers(self) -> None:
        try:
            self._follow_subscribers()
        except ConfigurationError as error:  # no caller waits for this; it is retried with the next subscriber
            self._log.warning("subscribe", f"model '{self.name}': no results, because it cannot subscribe: {error}")

    def _follow_subscribers(self) -> None:
        """Subscribe to the input topics, or not, as the state and the subscribers of the model's topics require."""
        with self._following:
            wanted = self._active and (self._subscribers is None or self._subscribers.any)
            if wanted and not self._consumers:
                self._subscribe()
            elif self._consumers and not wanted:
                self._unsubscribe()

    def _subscribe(self) -> None:
        depth = self.parameters.depth
        if self._sync.sync != "latest" and len(self._topics) > 1:
            # The middleware keeps the messages while all threads are busy.
            depth = max(depth, self._sync.sync_queue)
        qos = input_qos(self.parameters.reliability, depth)
        consumers = tuple(
            TopicConsumer(plan.topic.topic, plan.topic.prefix, plan.transports, qos, self._group) for plan in self._plans
        )
        self._frames.open(consumers)
        for index, consumer in enumerate(consumers):
            try:
                self._context.subscriptions.subscribe(consumer)
            except Exception:
                self._unsubscribe_from(consumers[:index])
                raise
        self._consumers = consumers

    def _unsubscribe(self) -> None:
        consumers, self._consumers = self._consumers, ()
        self._unsubscribe_from(consumers)

    def _unsubscribe_from(self, consumers: Sequence[TopicConsumer]) -> None:
        for consumer in consumers:
            self._context.subscriptions.unsubscribe(consumer)
        # Only messages of the first topic make frames.
        self._monitor.counters.stopped(self._frames.close() + sum(each.left for each in consumers[:1]))

    # What others report about it.

    def status(self) -> ModelStatus:
        """Return the status for the diagnostics. Any thread may ask."""
        waiting = [since_ns for each in self._consumers if (since_ns := each.waiting_since_ns)]
        return ModelStatus(
            name=self.name,
            state=self.state,
            scheduling=self.scheduling.current,
            input_topics=tuple(topic.topic for topic in self._topics),
            result_topic=self.result_topic,
            counts=self._monitor.counters.snapshot(),
            latencies=self._monitor.latencies(),
            late_for_s=self._monitor.late_for_s(),
            waiting_since_ns=min(waiting, default=0),
            silent_for_s=self._input_timeout.silent_for_s(),
            recording=self.recorder.last_file if self.recorder else "",
        )

    def check_health(self) -> None:
        """Log what has changed since the last call: silent topics, late answers, the first result."""
        log = self._node.get_logger()
        subscribed = {consumer.topic: consumer.describe() for consumer in self._consumers}
        silent, resumed = self._input_timeout.changes()
        for topic in silent:
            log.warning(diagnose_input(self._node, self.name, subscribed[topic]))
        for topic in resumed:
            if topic in subscribed:
                log.info(f"model '{self.name}': messages arrive on {topic} again")
        if not self._logged_first_result and self._monitor.counters.snapshot().inferred:
            self._logged_first_result = True
            log.info(f"model '{self.name}': first result")
        if self._decoder is not None:
            self._decoder.check_subscribers()
        late_s = self._monitor.late_for_s()
        if late_s > LATE_S:
            self._log.warning(
                "late answer",
                f"model '{self.name}': the device has not answered for {late_s:.0f} s after timeout_ms; the model continues "
                f"when it does. A device that never answers needs a restart of the node, or of the board",
            )

    def describe_flow(self) -> list[str]:
        """Return where frames come from and results go to, one line each."""
        assert self._handle is not None
        qos = input_qos(self.parameters.reliability, self.parameters.depth)
        topics = [consumer.describe() for consumer in self._consumers]
        lines = [f"model '{self.name}': {printable(self._handle.model_name)} of {self._handle.file}"]
        lines += [f"  from {each.name} [{' or '.join(each.types)}; {describe(each.qos)}]" for each in topics]
        if not topics:  # a lazy model without subscribers
            lines += [f"  from {each.topic} [{describe(qos)}]" for each in self._topics]
        scheduling = self.scheduling.current
        cores = "any" if scheduling.bpu_cores == SCHEDULER_CHOOSES else ", ".join(map(str, scheduling.bpu_cores))
        lines.append(f"  takes {self._handle.describe_inputs()}")
        lines.append(f"  gives {self._handle.describe_outputs()}")
        lines.append(f"  to {self.result_topic} [hbm_runtime_ros/msg/InferenceResult; {describe(self._result.qos)}]")
        lines.append(f"  with priority {scheduling.priority} on BPU cores: {cores}{', lazy' if self._subscribers else ''}")
        return lines

    def info(self) -> ModelInfo:
        """Return what is known of the model and how the node runs it. Any thread may ask, in any state."""
        handle = self._handle
        if handle is not None:
            info = handle.describe()
        else:
            info = ModelInfo(name=self.name, model_name=self.parameters.model_name, file=self.parameters.file)
        scheduling = self.scheduling.current
        info.state = self.state.message_state
        info.input_topics = [topic.topic for topic in self._topics]
        info.result_topic = self.result_topic
        if self._decoder is not None:
            info.decoder, info.decoded_topics = self._decoder.family, self._decoder.topics
        info.resize = self._topics[0].parameters.resize
        info.sched = SchedParams(
            priority=scheduling.priority,
            custom_id=scheduling.custom_id,
            bpu_cores=list(scheduling.bpu_cores),
            device_id=scheduling.device_id,
        )
        return info
