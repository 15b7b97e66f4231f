# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The frame pipeline of one model: take, prepare, run, publish."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from rclpy.clock import Clock

from hbm_runtime_core import HbmTimeoutError, InferRequest

from . import _wire
from .decoding import Decoded
from .errors import DropReason, FrameError
from .group_threads import GroupThreads, InOrder, ModelCallbackGroup
from .inputs.assembler import Frame, FrameAssembler
from .inputs.slot import FilledFrame, InferenceSlot
from .monitoring.counters import NS_PER_S, FrameTimeline, ModelMonitor
from .monitoring.health import FrameAgeCheck, ThrottledLogger
from .parameters import Scheduling
from .parameters.live import ModelScheduling
from .recorder import ModelRecorder
from .recording_file import FrameRecord, RecordedError
from .results import ResultPublisher

# A pause after an error of the middleware, which would otherwise repeat at once.
_ERROR_PAUSE_S = 0.1

# Frames whose times predict those of the next one.
_REMEMBERED = 8
# For the wake-ups between taking a frame and its submission, besides its preparation.
_MARGIN_S = 0.002

if TYPE_CHECKING:
    from hbm_runtime_core.overlay import Canvas

_T = TypeVar("_T")
_Outputs = Mapping[str, np.ndarray[Any, Any]]


@dataclass
class ModelContext:
    """What all parts of one model share.

    Attributes:
        name: of the model in the node.
        group: callback group with the model's subscriptions.
        scheduling: as the parameters are now.
        monitor: counts and times of the frames.
        log: for warnings about frames.
        clock: of the node.
        recorder: keeps the last frames; None where the node does not record.
    """

    name: str
    group: ModelCallbackGroup
    scheduling: ModelScheduling
    monitor: ModelMonitor
    log: ThrottledLogger
    clock: Clock
    recorder: ModelRecorder | None = None


@dataclass
class _Job:
    """One frame that a thread works on."""

    frame: Frame
    scheduling: Scheduling  # one snapshot, from admission to submission
    timeline: FrameTimeline
    ticket: int  # in the order of results
    canvas: Canvas | None = None  # with the picture, where that is to be drawn
    drop: DropReason | None = None
    error: RecordedError | None = None


class InferencePipeline:
    """Runs one model on the frames of its topics. The results leave in the order of the frames.

    Each slot has a thread. The thread that a message wakes leads and takes it; then another thread may lead, while this one
    prepares, runs and publishes its frame. So the device works on one frame while the next one is prepared and the result
    of the one before is published. Where frames arrive faster than that, the next one is taken just before the device needs
    it, and is the newest. Of threads that wait, the one that worked last is woken: its memory is still in the caches.

    After a timeout, the device still owns the request: its thread waits, and takes frames again when the device has
    answered. So a device that hangs holds as many tasks as there are slots.

    Args:
        context: of the model.
        frames: of the model's topics.
        slots: one for each frame in flight.
        results: publishes what comes of the frames.
    """

    def __init__(
        self, context: ModelContext, frames: FrameAssembler, slots: Sequence[InferenceSlot], results: ResultPublisher
    ) -> None:
        self._context = context
        self._frames = frames
        self._results = results
        self._age_check = FrameAgeCheck(context.name, context.clock, context.log)
        self._accepting = True
        self._closed = threading.Event()
        self._serving = len(slots)  # threads that have not ended
        # Guards the order of the results, the pace, and whether frames are accepted.
        self._changed = threading.Condition()
        self._order = InOrder(self._changed)
        self._pacer = FramePacer(self._changed)
        self._threads = GroupThreads(context.name, self._wait, self._take, [self._worker(slot) for slot in slots])

    @property
    def busy(self) -> bool:
        """Whether frames are in flight."""
        return not self._order.wait_until_idle(0.0)

    def pause(self, timeout_s: float) -> bool:
        """Take no more frames. Return whether those in flight have ended within `timeout_s`."""
        with self._changed:
            self._accepting = False
        return self._order.wait_until_idle(timeout_s)

    def resume(self) -> None:
        """Take frames again."""
        with self._changed:
            self._accepting = True

    def end_threads(self) -> None:
        """Let the threads end, without waiting for them."""
        with self._changed:
            self._closed.set()
            self._accepting = False
            self._changed.notify_all()
        self._context.group.waiter.wake()

    def close(self, timeout_s: float) -> None:
        """End the threads. Those that a hanging device holds end when it answers, or with the process."""
        self.end_threads()
        self._threads.join(timeout_s)
        self._results.close()  # what the device answers later is not published

    def _wait(self) -> bool:
        """Wait until there may be a frame. Return False once the pipeline is closed."""
        if not self._closed.is_set() and not self._frames.has_frame:
            self._context.group.waiter.wait()
        if not self._closed.is_set():
            return True
        self._context.group.waiter.wake()  # again, for a thread that was about to wait when end_threads() did it
        with self._changed:
            self._serving -= 1
            last = self._serving == 0
        if last:
            self._results.close()
        return False

    def _take(self) -> _Job | None:
        """Take the next frame; None where another thread has taken it. The leader of the threads calls it."""
        if self._context.scheduling.tasks_at_once == 1:
            self._pacer.wait(self._closed.is_set)
        if self._closed.is_set():  # what has arrived meanwhile belongs to the pipeline after this one
            return None
        try:
            frame = self._frames.take()
            if self._frames.has_frame:
                self._context.group.waiter.wake()  # there is work for another thread, without a new message
            return self._admit(frame) if frame is not None else None
        except Exception:  # the threads must not end: the model would give no results any more
            name, text = self._context.name, traceback.format_exc()
            self._context.log.warning("take", f"model '{name}': cannot take a message:\n{text}")
            self._closed.wait(_ERROR_PAUSE_S)
            return None

    def _admit(self, frame: Frame) -> _Job | None:
        scheduling, counters = self._context.scheduling.current, self._context.monitor.counters
        received_ns = self._context.clock.now().nanoseconds
        with self._changed:
            if not self._accepting:
                counters.skipped(DropReason.STOPPED)
                return None
            if not scheduling.enabled:
                counters.skipped(DropReason.DISABLED)
                return None
            # Nothing between here and the end of the frame may fail: the frames after it wait for this ticket.
            ticket = self._order.begin()
            self._pacer.taken()
        now_ns = time.perf_counter_ns()
        timeline = FrameTimeline(
            sequence=counters.received(),
            stamp=0,
            received_ns=received_ns,
            arrived=min(frame[0].arrived_ns or now_ns, now_ns),
            taken=now_ns,
        )
        return _Job(frame, scheduling, timeline, ticket)

    def _worker(self, slot: InferenceSlot) -> Callable[[_Job], None]:
        def work(job: _Job) -> None:
            self._process(job, slot)
            if job.drop is DropReason.TIMEOUT:
                self._wait_for_late_answer(slot.request)

        return work

    def _process(self, job: _Job, slot: InferenceSlot) -> None:
        outputs = decoded = None
        filled = self._attempt(job, DropReason.INTERNAL, self._prepare, job, slot)
        if filled is not None:
            outputs = self._attempt(job, DropReason.INFERENCE, self._infer, job, slot.request)
        with self._changed:
            self._pacer.ended(job.timeline.run_ended > 0)
        if filled is not None and outputs is not None:
            decoded = self._attempt(job, DropReason.DECODE, self._results.decode, outputs, filled, job.canvas)
        # Also for a frame that was dropped: the one behind it waits for its turn.
        with self._order.turn(job.ticket):
            if self._closed.is_set() and job.drop is None:  # a result of a model that was freed while the device hung
                job.drop = DropReason.STOPPED
            elif filled is not None and outputs is not None:
                self._attempt(job, DropReason.PUBLISH, self._publish, job, filled, outputs, decoded)
            if job.drop is not None:
                self._context.monitor.counters.ended(job.drop)
        if self._context.recorder is not None:
            self._record(self._context.recorder, job, outputs or {})
        # Drawing takes longer than all the rest, and nobody waits for it.
        if filled is not None:
            self._results.draw(filled.header, decoded, job.canvas, job.timeline.sequence)

    def _prepare(self, job: _Job, slot: InferenceSlot) -> FilledFrame:
        timeline, scheduling = job.timeline, job.scheduling
        message = job.frame[0]
        timeline.stamp = message.type.read_stamp_ns(message.data)
        if scheduling.max_age_ms:
            self._age_check(timeline.stamp, scheduling.max_age_ms)
        filled = slot.fill(job.frame)
        job.canvas = self._results.begin_drawing(slot, job.frame)
        # Its messages are read: unless they are recorded, their memory is free for the next ones.
        job.frame = self._context.recorder.keep(job.frame) if self._context.recorder else ()
        timeline.prepared = time.perf_counter_ns()
        return filled

    def _infer(self, job: _Job, request: InferRequest) -> _Outputs:
        timeline, scheduling = job.timeline, job.scheduling
        timeline.run_begun = time.perf_counter_ns()
        with self._changed:
            self._pacer.submitted((timeline.prepared - timeline.taken) / NS_PER_S)
        try:
            outputs = request.run(
                priority=scheduling.priority,
                bpu_cores=scheduling.bpu_cores,
                custom_id=custom_id_of(scheduling, timeline),
                device_id=scheduling.device_id,
                timeout_ms=scheduling.timeout_ms or None,
            )
        finally:
            timeline.run_ended = time.perf_counter_ns()
        timeline.record_inference(request.timing)
        return outputs

    def _publish(self, job: _Job, filled: FilledFrame, outputs: _Outputs, decoded: Decoded | None) -> None:
        timeline = job.timeline
        timeline.publish_begun = time.perf_counter_ns()
        self._results.publish(filled, timeline, outputs, decoded)
        timeline.published = time.perf_counter_ns()
        if job.drop is None:  # its outputs may not have been decoded; they are published nevertheless
            self._context.monitor.published(timeline)

    def _record(self, recorder: ModelRecorder, job: _Job, outputs: _Outputs) -> None:
        try:
            messages, digests = recorder.keep(job.frame), recorder.digests(outputs)
            recorder.add(FrameRecord(messages, job.scheduling, job.timeline, job.drop, job.error, digests))
        except Exception:  # a thread that ends would silence the model
            name, text = self._context.name, traceback.format_exc()
            self._context.log.warning("record", f"model '{name}': not recorded, please report it:\n{text}")

    def _wait_for_late_answer(self, request: InferRequest) -> None:
        """Wait until the device has answered a request that timed out, and so gives its inputs back."""
        with self._context.monitor.late_answer(), contextlib.suppress(RuntimeError):
            request.wait()

    def _attempt(self, job: _Job, failure: DropReason, step: Callable[..., _T], *arguments: Any) -> _T | None:
        """Do one step of a frame. An error drops this frame with a warning, and never affects the next one.

        Args:
            job: the frame.
            failure: what a RuntimeError of this step counts as.
            step: what to do.
            arguments: of `step`.
        """
        try:
            return step(*arguments)
        except FrameError as error:
            self._drop(job, error, error.reason, str(error), cause=error.cause, once=error.once)
        except _wire.WireError as error:
            self._drop(job, error, DropReason.MALFORMED, str(error))
        except HbmTimeoutError as error:
            self._drop(
                job,
                error,
                DropReason.TIMEOUT,
                f"{error}. The model continues when the device has answered; if that is only a little late, raise "
                f"{self._context.name}.timeout_ms ({job.scheduling.timeout_ms}) or the model's priority",
            )
        except (RuntimeError, TimeoutError) as error:
            self._drop(job, error, failure, str(error))
        except Exception as error:  # a thread that ends would silence the model
            text = f"unexpected error, please report it:\n{traceback.format_exc()}"
            self._drop(job, error, DropReason.INTERNAL, text)
        return None

    def _drop(self, job: _Job, error: Exception, reason: DropReason, text: str, cause: str = "", once: bool = False) -> None:
        job.drop = reason
        job.error = RecordedError.of(error)  # not the error itself, whose traceback refers to the frame's memory
        self._context.log.warning(cause or reason, f"model '{self._context.name}': frame dropped: {text}", once)


def custom_id_of(scheduling: Scheduling, timeline: FrameTimeline) -> int:
    """Return the custom_id of one frame: among equal priorities the smaller runs first."""
    if scheduling.custom_id_mode == "sequence":
        return timeline.sequence
    if scheduling.custom_id_mode == "stamp":
        return timeline.stamp or timeline.received_ns  # without a stamp, it is as old as its arrival
    return scheduling.custom_id


class FramePacer:
    """Chooses when to take the next frame for a busy device: as late as the device allows, so that it is the newest.

    A frame that waits in the device's queue for most of an inference would be replaced by newer ones meanwhile. It is
    enough that it is ready just before the running inference ends. All methods but wait() need the condition held.

    Args:
        changed: the condition of the pipeline.
        now: a monotonic clock, s.
    """

    def __init__(self, changed: threading.Condition, now: Callable[[], float] = time.monotonic) -> None:
        self._changed = changed
        self._now = now
        self._preparing = 0
        self._at_device = 0
        # When the device began the inference that runs, or will begin the one that is being prepared.
        self._begins_s = 0.0
        # The shortest counts: a frame that is taken too early is a little older, one that is too late leaves the device
        # idle.
        self._inferences_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._preparations_s: deque[float] = deque(maxlen=_REMEMBERED)

    def taken(self) -> None:
        """Count a frame that is being prepared from now on."""
        self._preparing += 1
        if self._at_device == 0:
            self._begins_s = self._now() + max(self._preparations_s, default=0.0)

    def submitted(self, preparation_s: float) -> None:
        """Count a frame whose preparation took this long and that is given to the device now."""
        self._preparations_s.append(preparation_s)
        if self._at_device == 0:
            self._begins_s = self._now()
        self._preparing -= 1
        self._at_device += 1
        self._changed.notify_all()

    def ended(self, submitted: bool) -> None:
        """Count the end of a frame at the device or, where it was not submitted, of its preparation."""
        if submitted:
            self._at_device -= 1
            now_s = self._now()
            self._inferences_s.append(now_s - self._begins_s)
            self._begins_s = now_s
        else:
            self._preparing -= 1
        self._changed.notify_all()

    def wait(self, closed: Callable[[], bool] = lambda: False) -> None:
        """Wait until it is time to take the next frame, at once where the device is idle, or until `closed`."""
        with self._changed:
            while not closed() and (remaining_s := self._remaining_s()) > 0:
                self._changed.wait(remaining_s)

    def _remaining_s(self) -> float:
        if self._preparing + self._at_device == 0 or not self._inferences_s:
            return 0.0
        lead_s = max(self._preparations_s, default=0.0) + _MARGIN_S
        return self._begins_s + min(self._inferences_s) - lead_s - self._now()
