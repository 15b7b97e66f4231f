# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topic /diagnostics: one status for the node and one for each model, once per second."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import DiagnosticStatusWrapper, Updater
from rclpy.node import Node

from hbm_runtime_core import HB_HBMRuntime

from ..errors import DropReason
from ..msg import ModelInfo
from ..parameters import Scheduling
from .counters import LATE_S, NS_PER_MS, WINDOW_S, FrameCounts, Latencies


class ModelState(enum.Enum):
    """The state of a model. The value is its text in the diagnostics."""

    UNLOADED = "not loaded"
    LOADING = "loading"
    INACTIVE = "inactive"
    IDLE = "nobody subscribes to a topic of the model"
    DISABLED = "disabled"
    RUNNING = "running"

    @property
    def message_state(self) -> str:
        """The value of ModelInfo.state."""
        return _MESSAGE_STATES.get(self, ModelInfo.STATE_ACTIVE)


_MESSAGE_STATES: dict[ModelState, str] = {
    ModelState.UNLOADED: ModelInfo.STATE_UNLOADED,
    ModelState.LOADING: ModelInfo.STATE_LOADING,
    ModelState.INACTIVE: ModelInfo.STATE_LOADED,
}


class DeviceInfo(NamedTuple):
    """What runs the models."""

    backend: str
    soc: str
    bpu_core_count: int

    @classmethod
    def of(cls, runtime: HB_HBMRuntime) -> DeviceInfo:
        """Return the device of a runtime."""
        return cls(runtime.backend, runtime.soc, runtime.bpu_core_count)


class ModelStatus(NamedTuple):
    """One model, for the diagnostics."""

    name: str
    state: ModelState
    scheduling: Scheduling
    input_topics: tuple[str, ...]
    result_topic: str
    counts: FrameCounts
    latencies: Latencies | None
    late_for_s: float  # since a timeout that the device has not answered; 0 = none
    waiting_since_ns: int  # CLOCK_MONOTONIC, arrival of the oldest message that waits; 0 = none
    silent_for_s: dict[str, float]  # topics without messages for longer than normal
    recording: str  # path of the last one; empty = none


_QUIET = (ModelState.UNLOADED, ModelState.LOADING, ModelState.INACTIVE, ModelState.DISABLED, ModelState.IDLE)


class Diagnostics:
    """Publishes the states of the models of a node, which may be loaded and unloaded meanwhile.

    Args:
        node: publishes.
        device: returns what runs the models; None until one is loaded.
        statuses: returns the status of every model of one moment.
    """

    def __init__(
        self, node: Node, device: Callable[[], DeviceInfo | None], statuses: Callable[[], Sequence[ModelStatus]]
    ) -> None:
        self._device = device
        self._statuses = statuses
        self._tasks: dict[str, _ModelTask] = {}
        # Of one update: the node's status comes first and takes the snapshot that the models' statuses are made from.
        self._snapshot: dict[str, ModelStatus] = {}
        self._updater = Updater(node)
        self._updater.setHardwareID("none")
        self._updater.add("node", self._node_status)

    def follow_models(self, names: Sequence[str]) -> None:
        """Publish a status for each of the models `names`, and for no others."""
        for name in self._tasks.keys() - set(names):
            del self._tasks[name]
            self._updater.removeByName(_task_name(name))
        for name in names:
            if name not in self._tasks:
                self._tasks[name] = task = _ModelTask(partial(self._status_of, name))
                self._updater.add(_task_name(name), task.run)

    def _status_of(self, name: str) -> ModelStatus | None:
        return self._snapshot.get(name)

    def _node_status(self, status: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        device = self._device()
        self._snapshot = {each.name: each for each in self._statuses()}
        models = self._snapshot.values()
        self._updater.setHardwareID(f"{device.soc} ({device.backend})" if device else "none")
        at_device = sum(each.latencies.at_device for each in models if each.latencies)
        states = "; ".join(f"{each.name}: {each.state.value}" for each in models)
        status.summary(DiagnosticStatus.OK, states or "no models")
        status.add("backend", device.backend if device else "none yet")
        status.add("SoC", device.soc if device else "none yet")
        status.add("BPU cores", str(device.bpu_core_count if device else 0))
        status.add("models", ", ".join(each.name for each in models))
        # Includes the time in the device's own queue, which the C API does not report separately.
        status.add("inferences at the device (mean)", f"{at_device:.2f}")
        return status


def _task_name(model: str) -> str:
    return f"model {model}"


class _ModelTask:
    """The status of one model. Remembers the counts of the last one, for rates."""

    def __init__(self, current: Callable[[], ModelStatus | None]) -> None:
        self._current = current
        self._counts = FrameCounts(0, 0, {})
        self._counted_s = time.monotonic()

    def run(self, status: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Fill in `status`."""
        model = self._current()
        if model is None:  # loaded or unloaded since the snapshot
            status.summary(DiagnosticStatus.OK, ModelState.UNLOADED.value)
            return status
        before, before_s = self._counts, self._counted_s
        counts = self._counts = model.counts
        now_s = self._counted_s = time.monotonic()
        period_s = max(1e-3, now_s - before_s)
        results_per_s = (counts.inferred - before.inferred) / period_s
        status.summary(*_summary(model, _since(before, counts), results_per_s))
        status.add("state", model.state.value)
        status.add("frames in/s", f"{(counts.received - before.received) / period_s:.1f}")
        status.add("results/s", f"{results_per_s:.1f}")
        _add_latencies(status, model.latencies)
        waiting_ns = model.waiting_since_ns
        age_ms = (time.perf_counter_ns() - waiting_ns) / NS_PER_MS if waiting_ns else 0.0
        status.add("queue age (ms)", f"{age_ms:.1f}")
        status.add("received", str(counts.received))
        status.add("inferred", str(counts.inferred))
        status.add("in flight", str(counts.in_flight))
        status.add("dropped", str(sum(counts.dropped.values())))
        for reason, count in sorted(counts.dropped.items()):
            status.add(f"dropped: {reason}", str(count))
        _add_settings(status, model)
        return status


def _since(before: FrameCounts, now: FrameCounts) -> FrameCounts:
    dropped = {reason: count - before.dropped.get(reason, 0) for reason, count in now.dropped.items()}
    return FrameCounts(now.received - before.received, now.inferred - before.inferred, dropped)


def _summary(model: ModelStatus, recent: FrameCounts, results_per_s: float) -> tuple[bytes, str]:
    faults = {reason: count for reason, count in recent.dropped.items() if count and reason.is_a_fault}
    listed = ", ".join(f"{reason} {count}" for reason, count in sorted(faults.items()))
    if model.late_for_s > LATE_S:
        return DiagnosticStatus.ERROR, f"the device has not answered for {model.late_for_s:.0f} s"
    if model.state in _QUIET:
        return DiagnosticStatus.OK, model.state.value
    if model.silent_for_s:
        topics = ", ".join(f"{topic} ({seconds:.0f} s)" for topic, seconds in model.silent_for_s.items())
        return DiagnosticStatus.WARN, f"no input: {topics}"
    if faults and recent.inferred == 0:
        return DiagnosticStatus.ERROR, f"no results; frames dropped: {listed}"
    if faults:
        return DiagnosticStatus.WARN, f"{results_per_s:.1f} results/s; frames dropped: {listed}"
    if recent.inferred == 0 and recent.dropped.get(DropReason.TOO_OLD):
        return DiagnosticStatus.WARN, "no results: every frame is too old"
    return DiagnosticStatus.OK, f"{results_per_s:.1f} results/s"


def _add_latencies(status: DiagnosticStatusWrapper, latencies: Latencies | None) -> None:
    if latencies is None:
        status.add("latency", f"no results within {WINDOW_S:.0f} s")
        return
    status.add("latency p50 (ms)", f"{latencies.p50_ms:.2f}")
    status.add("latency p99 (ms)", f"{latencies.p99_ms:.2f}")
    for stage, mean_ms in latencies.stage_means_ms.items():
        status.add(f"{stage} mean (ms)", f"{mean_ms:.3f}")
    status.add("inferences at the device (mean)", f"{latencies.at_device:.2f}")


def _add_settings(status: DiagnosticStatusWrapper, model: ModelStatus) -> None:
    scheduling = model.scheduling
    status.add("input", ", ".join(model.input_topics))
    status.add("result", model.result_topic)
    status.add("priority", str(scheduling.priority))
    status.add("bpu_cores", str(list(scheduling.bpu_cores)))
    status.add("custom_id", f"{scheduling.custom_id_mode} ({scheduling.custom_id})")
    status.add("device_id", str(scheduling.device_id))
    status.add("max_age_ms", str(scheduling.max_age_ms))
    status.add("timeout_ms", str(scheduling.timeout_ms))
    status.add("last recording", model.recording)
