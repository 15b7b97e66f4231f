# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way of the frames through one model: messages, inputs, inference, result."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from rclpy.clock import Clock
from rclpy.publisher import Publisher

from hbm_runtime_core import HbmTimeoutError, InferRequest

from . import _wire
from .device_pace import DevicePace
from .errors import FrameError
from .frame_age import FrameAge
from .frame_queue import Frame, FrameQueue
from .frame_timing import FrameTiming
from .inputs.message_kinds import Message
from .inputs.request_inputs import FilledRequest, RequestInputs
from .loaded_model import LoadedModel
from .monitoring.complaints import Complaints
from .monitoring.drop_reasons import DropReason
from .monitoring.frame_record import FrameRecord
from .monitoring.model_monitor import ModelMonitor
from .result_serializer import ResultSerializer
from .scheduling_parameters import SchedulingParameters
from .turns import Turns

_NS_PER_S = 1e9
# How often a thread whose request is still at the device after a time-out looks whether it has come back.
_BUSY_POLL_S = 0.005
_T = TypeVar("_T")


class _Prepared(NamedTuple):
    """A frame whose data is in the inputs of a request."""

    filled: FilledRequest
    timing: FrameTiming
    record: FrameRecord


class ModelWorker:
    """Runs one model on the frames that its topics deliver; results leave in the order of the frames.

    Each of `inputs` brings a request of its own, and has a thread here: while the device works on one frame, the next
    is prepared and handed to it, and the result before is published. So the device has no idle time between two frames.
    Where frames come faster than that, the next one is chosen just before the device needs it.

    A request that the device has not answered in time stays the device's: its thread waits, and takes frames again when
    the answer has come. So a device that hangs holds as many tasks as there are `inputs`, however long it hangs.
    """

    def __init__(
        self,
        model: LoadedModel,
        inputs: Sequence[RequestInputs],
        depth: int,
        results: ResultSerializer,
        publisher: Publisher,
        scheduling: SchedulingParameters,
        clock: Clock,
        complaints: Complaints,
        monitor: ModelMonitor,
    ) -> None:
        self._model = model
        self._results = results
        self._publisher = publisher
        self._scheduling = scheduling
        self._clock = clock
        self._complaints = complaints
        self._monitor = monitor
        self._counters = monitor.counters
        self._age = FrameAge(model.group, clock, complaints)
        self._frames = FrameQueue(depth)
        self._next_sequence = 0
        self._accepting = True
        self._intake = threading.Lock()
        self._closed = threading.Event()
        # Whoever holds it takes the next frame and prepares it.
        self._entrance = threading.Lock()
        self._turns = Turns()
        self._pace = DevicePace()
        self._threads = [
            threading.Thread(target=self._work, args=(each,), name=f"{model.group}-{index}", daemon=True)
            for index, each in enumerate(inputs)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether frames wait or are in flight."""
        return self._frames.waiting_since_ns() is not None or not self._turns.wait_for_all(0.0)

    def pause(self, patience_s: float) -> bool:
        """Take no more frames. Return whether those in flight have ended within `patience_s`."""
        with self._intake:
            self._accepting = False
            self._counters.dropped(DropReason.STOPPED, self._frames.clear())
        return self._turns.wait_for_all(patience_s)

    def resume(self) -> None:
        """Take frames again."""
        self._accepting = True

    def close(self, patience_s: float) -> None:
        """End the threads, for good; those that a hanging device holds end with the process."""
        self._closed.set()
        with self._intake:
            self._accepting = False
            self._counters.dropped(DropReason.STOPPED, self._frames.close())
        deadline = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def handle(self, messages: tuple[Message, ...]) -> None:
        """Take the messages of one frame. Never waits: the executor has more to do."""
        with self._intake:
            # The executor may have taken a frame just before the subscription went.
            if not self._accepting:
                return
            self._counters.received()
            sequence = self._next_sequence
            self._next_sequence += 1
            if not self._scheduling[self._model.group].enabled:
                self._counters.dropped(DropReason.DISABLED)
                return
            if self._frames.put(Frame(messages, sequence, self._clock.now().nanoseconds, time.perf_counter_ns())):
                self._counters.dropped(DropReason.NEWER_FRAME)

    def waiting_since_ns(self) -> int | None:
        """Return when the oldest frame that waits was received, in ns of perf_counter_ns(); None = none waits."""
        return self._frames.waiting_since_ns()

    def _work(self, inputs: RequestInputs) -> None:
        while self._work_on_next_frame(inputs):
            pass

    def _work_on_next_frame(self, inputs: RequestInputs) -> bool:
        """Return whether there was one."""
        if not self._wait_for_late_answer(inputs.request):
            return False
        with self._entrance:
            if self._model.core_limits.one_at_a_time(self._scheduling[self._model.group].bpu_cores):
                self._pace.wait()
            frame = self._frames.get()
            if frame is None:
                return False
            turn = self._turns.begin()
            prepared = self._attempt(DropReason.INTERNAL, self._prepare, frame, inputs)
        outputs = self._attempt(DropReason.INFERENCE, self._infer, prepared, inputs.request) if prepared else None
        # Also for a frame that was dropped: the one behind it waits for this turn.
        with self._turns.wait_for(turn):
            if prepared and outputs is not None:
                self._attempt(DropReason.PUBLISH, self._publish, prepared, outputs)
        return True

    def _wait_for_late_answer(self, request: InferRequest) -> bool:
        """Wait until the device no longer reads the inputs, which after a time-out may be never. Return False at the end."""
        if not request.busy:
            return True
        with self._monitor.late_answer():
            while request.busy:
                if self._closed.wait(_BUSY_POLL_S):
                    return False
        return True

    def _prepare(self, frame: Frame, inputs: RequestInputs) -> _Prepared:
        scheduling = self._scheduling[self._model.group]
        timing = FrameTiming(received_ns=frame.received_ns, started_ns=frame.started_ns)
        record = FrameRecord(frame.sequence, frame.started_ns, taken=time.perf_counter_ns())
        if not scheduling.enabled:
            raise FrameError(DropReason.DISABLED, "the model is disabled")
        record.stamp = inputs.stamp_ns(frame.messages)
        if scheduling.max_age_ms:
            self._age.check(record.stamp, scheduling.max_age_ms)
        start_ns = time.perf_counter_ns()
        filled = inputs.fill(frame.messages)
        record.prepared = time.perf_counter_ns()
        timing.prepare_ns = record.prepared - start_ns
        self._pace.prepared(timing.prepare_ns / _NS_PER_S)
        return _Prepared(filled, timing, record)

    def _infer(self, prepared: _Prepared, request: InferRequest) -> dict[str, np.ndarray[Any, Any]]:
        # What was set while the frame was prepared holds already.
        scheduling = self._scheduling[self._model.group]
        record = prepared.record
        record.run_begun = time.perf_counter_ns()
        with self._pace.inference():
            outputs = request.run(
                priority=scheduling.priority,
                bpu_cores=scheduling.bpu_cores,
                # A frame without a stamp is as old as its arrival.
                custom_id=scheduling.custom_id_of(record.sequence, record.stamp or prepared.timing.received_ns),
                device_id=scheduling.device_id,
                timeout_ms=scheduling.timeout_ms or None,
            )
        record.run_ended = time.perf_counter_ns()
        timing = prepared.timing
        timing.take(request.timing)
        record.submitted = record.run_begun + timing.input_ns + timing.submit_ns
        record.device_done = min(record.submitted + timing.device_ns, record.run_ended)
        return outputs

    def _publish(self, prepared: _Prepared, outputs: dict[str, np.ndarray[Any, Any]]) -> None:
        filled, record = prepared.filled, prepared.record
        record.publish_begun = time.perf_counter_ns()
        result = self._results.serialize(filled.header, record.sequence, filled.transforms, prepared.timing, outputs)
        self._publisher.publish(bytes(result))
        self._counters.inferred()
        record.published = time.perf_counter_ns()
        self._monitor.finished(record)

    def _attempt(self, failure: DropReason, step: Callable[..., _T], *arguments: Any) -> _T | None:
        """Do one step of a frame. Nothing that is wrong with one frame stops the next: None, and it is told.

        Args:
            failure: what a RuntimeError of this step counts as.
            step: what to do.
            arguments: of `step`.
        """
        try:
            return step(*arguments)
        except FrameError as error:
            self._drop(error.reason, str(error), cause=error.cause, once=error.once)
        except _wire.WireError as error:
            self._drop(DropReason.MALFORMED, str(error))
        except HbmTimeoutError as error:
            self._drop(
                DropReason.TIMEOUT,
                f"{error}. The model goes on when the device has answered; where that is only a little late, raise "
                f"{self._model.group}.timeout_ms ({self._scheduling[self._model.group].timeout_ms}) or the model's priority",
            )
        except (RuntimeError, TimeoutError) as error:
            self._drop(failure, str(error))
        except Exception:  # a thread that ends would silence the model
            self._drop(DropReason.INTERNAL, f"unexpected error, please report it:\n{traceback.format_exc()}")
        return None

    def _drop(self, reason: DropReason, text: str, cause: str = "", once: bool = False) -> None:
        self._counters.dropped(reason)
        if reason is not DropReason.DISABLED:  # somebody has just asked for that
            tell = self._complaints.tell_once if once else self._complaints.tell
            tell(cause or reason, f"model '{self._model.group}': frame dropped: {text}")
