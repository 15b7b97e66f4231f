# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What stands on /diagnostics: one status for the node and one for each model, once a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import DiagnosticStatusWrapper, Updater
from rclpy.node import Node

from hbm_runtime_core import HB_HBMRuntime

from .counters import FrameCounts
from .drop_reasons import DropReason
from .model_monitor import LATE_S, WINDOW_S, Latencies
from .model_status import ModelStatus, State

if TYPE_CHECKING:
    from ..hosted_model import HostedModel

_NS_PER_MS = 1e6
_QUIET = (State.NOT_LOADED, State.INACTIVE, State.DISABLED, State.IDLE)


class Diagnostics:
    """Publishes the state of the models; follows models that come and go."""

    def __init__(self, node: Node, models: Collection[HostedModel]) -> None:
        self._models = models
        self._tasks: dict[str, _ModelTask] = {}
        # Of the last update: the node's status comes first and needs those of all models.
        self._latencies: dict[str, Latencies | None] = {}
        self._backend = self._soc = "none yet"
        self._cores = 0
        self._updater = Updater(node)
        self._updater.setHardwareID("none")
        self._updater.add("node", self._of_node)
        self.follow_models()

    def describe_device(self, runtime: HB_HBMRuntime) -> None:
        """Take over what runs the models."""
        self._backend, self._soc, self._cores = runtime.backend, runtime.soc, runtime.bpu_core_count
        self._updater.setHardwareID(f"{self._soc} ({self._backend})")

    def _of_node(self, status: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        self._latencies = {model.group: model.monitor.latencies() for model in self._models}
        at_device = sum(latencies.at_device for latencies in self._latencies.values() if latencies)
        states = [f"{model.group}: {model.status().state.value}" for model in self._models]
        status.summary(DiagnosticStatus.OK, "; ".join(states))
        status.add("backend", self._backend)
        status.add("SoC", self._soc)
        status.add("BPU cores", str(self._cores))
        status.add("models", ", ".join(model.group for model in self._models))
        # Time in the device's own queue is included: the device tells no more.
        status.add("inferences at the device (mean)", f"{at_device:.2f}")
        return status

    def follow_models(self) -> None:
        """Add those that have come, and forget those that have gone."""
        present = {model.group: model for model in self._models}
        for group in [group for group, task in self._tasks.items() if present.get(group) is not task.model]:
            del self._tasks[group]
            self._updater.removeByName(_task_name(group))
        for group, model in present.items():
            if group not in self._tasks:
                self._tasks[group] = task = _ModelTask(model, self._latencies_of)
                self._updater.add(_task_name(group), task.run)

    def _latencies_of(self, group: str) -> Latencies | None:
        return self._latencies.get(group)


def _task_name(group: str) -> str:
    return f"model {group}"


class _ModelTask:
    """The status of one model. Remembers the counts of the last one, for rates."""

    def __init__(self, model: HostedModel, latencies_of: Callable[[str], Latencies | None]) -> None:
        self.model = model
        self._latencies_of = latencies_of
        self._counts = model.monitor.counters.snapshot()
        self._counted_s = time.monotonic()

    def run(self, status: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Fill in `status`."""
        before, before_s = self._counts, self._counted_s
        counts = self._counts = self.model.monitor.counters.snapshot()
        now_s = self._counted_s = time.monotonic()
        period_s = max(1e-3, now_s - before_s)
        state = self.model.status()
        rate_out = (counts.inferred - before.inferred) / period_s
        late_s = self.model.monitor.late_for_s()
        status.summary(*_summary(state, _since(before, counts), rate_out, late_s))
        status.add("state", state.state.value)
        status.add("frames in/s", f"{(counts.received - before.received) / period_s:.1f}")
        status.add("results/s", f"{rate_out:.1f}")
        _add_latencies(status, self._latencies_of(self.model.group))
        waiting_ns = state.waiting_since_ns
        age_ms = (time.perf_counter_ns() - waiting_ns) / _NS_PER_MS if waiting_ns else 0.0
        status.add("queue age (ms)", f"{age_ms:.1f}")
        status.add("received", str(counts.received))
        status.add("inferred", str(counts.inferred))
        status.add("in flight", str(counts.in_flight))
        status.add("dropped", str(sum(counts.dropped.values())))
        for reason, count in sorted(counts.dropped.items()):
            status.add(f"dropped: {reason}", str(count))
        _add_settings(status, state)
        return status


def _since(before: FrameCounts, now: FrameCounts) -> FrameCounts:
    dropped = {reason: count - before.dropped.get(reason, 0) for reason, count in now.dropped.items()}
    return FrameCounts(now.received - before.received, now.inferred - before.inferred, dropped)


def _summary(state: ModelStatus, recent: FrameCounts, rate_out: float, late_s: float) -> tuple[bytes, str]:
    faults = {reason: count for reason, count in recent.dropped.items() if count and reason.is_a_fault}
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(faults.items()))
    if late_s > LATE_S:
        return DiagnosticStatus.ERROR, f"the device has not answered for {late_s:.0f} s"
    if state.state in _QUIET:
        return DiagnosticStatus.OK, state.state.value
    if state.silent_for_s:
        topics = ", ".join(f"{topic} ({seconds:.0f} s)" for topic, seconds in state.silent_for_s.items())
        return DiagnosticStatus.WARN, f"no input: {topics}"
    if faults and recent.inferred == 0:
        return DiagnosticStatus.ERROR, f"no results; frames dropped: {told}"
    if faults:
        return DiagnosticStatus.WARN, f"{rate_out:.1f} results/s; frames dropped: {told}"
    if recent.inferred == 0 and recent.dropped.get(DropReason.TOO_OLD):
        return DiagnosticStatus.WARN, "no results: every frame is too old"
    return DiagnosticStatus.OK, f"{rate_out:.1f} results/s"


def _add_latencies(status: DiagnosticStatusWrapper, latencies: Latencies | None) -> None:
    if latencies is None:
        status.add("latency", f"no results within {WINDOW_S:.0f} s")
        return
    status.add("latency p50 (ms)", f"{latencies.p50_ms:.2f}")
    status.add("latency p99 (ms)", f"{latencies.p99_ms:.2f}")
    for stage, mean_ms in latencies.stage_means_ms.items():
        status.add(f"{stage} mean (ms)", f"{mean_ms:.3f}")
    status.add("inferences at the device (mean)", f"{latencies.at_device:.2f}")


def _add_settings(status: DiagnosticStatusWrapper, state: ModelStatus) -> None:
    scheduling = state.scheduling
    status.add("input", ", ".join(state.input_topics))
    status.add("result", state.result_topic)
    status.add("priority", str(scheduling.priority))
    status.add("bpu_cores", str(list(scheduling.bpu_cores)))
    status.add("custom_id", f"{scheduling.custom_id_mode} ({scheduling.custom_id})")
    status.add("device_id", str(scheduling.device_id))
    status.add("max_age_ms", str(scheduling.max_age_ms))
    status.add("timeout_ms", str(scheduling.timeout_ms))
