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

from hbm_runtime_core import InferRequest

from . import _wire
from .device_pace import DevicePace
from .errors import FrameError
from .frame_queue import Frame, FrameQueue
from .inputs.request_inputs import FilledRequest, RequestInputs
from .loaded_model import LoadedModel
from .monitoring.complaints import Complaints
from .monitoring.counters import FrameCounters
from .result_publisher import FrameTiming, ResultPublisher
from .scheduling_parameters import SchedulingParameters
from .turns import Turns

_NS_PER_US = 1000
_NS_PER_S = 1e9
_T = TypeVar("_T")


class _Prepared(NamedTuple):
    """A frame whose data is in the inputs of a request."""

    filled: FilledRequest
    sequence: int
    timing: FrameTiming


class ModelWorker:
    """Runs one model on the frames that its topics deliver; results leave in the order of the frames.

    Each of `inputs` brings a request of its own, and has a thread here: while the device works on one frame, the next
    is prepared and handed to it, and the result before is published. So the device has no idle time between two frames.
    Where frames come faster than that, the next one is chosen just before the device needs it.
    """

    def __init__(
        self,
        model: LoadedModel,
        inputs: Sequence[RequestInputs],
        depth: int,
        results: ResultPublisher,
        scheduling: SchedulingParameters,
        clock: Clock,
        complaints: Complaints,
        counters: FrameCounters,
    ) -> None:
        self._model = model
        self._results = results
        self._scheduling = scheduling
        self._clock = clock
        self._complaints = complaints
        self._counters = counters
        self._frames = FrameQueue(depth)
        self._next_sequence = 0
        self._accepting = True
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

    def pause(self, patience_s: float) -> bool:
        """Take no more frames. Return whether those in flight have ended within `patience_s`."""
        self._accepting = False
        self._frames.clear()
        return self._turns.wait_for_all(patience_s)

    def resume(self) -> None:
        """Take frames again."""
        self._accepting = True

    def close(self, patience_s: float) -> None:
        """End the threads, for good; those that a hanging device holds end with the process."""
        self._frames.close()
        deadline = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def handle(self, messages: tuple[bytes, ...]) -> None:
        """Take the serialized messages of one frame. Never waits: the executor has more to do."""
        # The executor may have taken a frame just before the subscription went.
        if self._accepting:
            self._counters.received()
            frame = Frame(messages, self._next_sequence, self._clock.now().nanoseconds, time.perf_counter_ns())
            self._next_sequence += 1
            if self._frames.put(frame):
                self._counters.dropped("newer frame")

    def _work(self, inputs: RequestInputs) -> None:
        while self._work_on_next_frame(inputs):
            pass

    def _work_on_next_frame(self, inputs: RequestInputs) -> bool:
        """Return whether there was one."""
        with self._entrance:
            if self._model.core_limits.one_at_a_time(self._scheduling[self._model.group].bpu_cores):
                self._pace.wait()
            frame = self._frames.get()
            if frame is None:
                return False
            turn = self._turns.begin()
            prepared = self._attempt(self._prepare, frame, inputs)
        outputs = self._attempt(self._infer, prepared, inputs.request) if prepared else None
        # Also for a frame that was dropped: the one behind it waits for this turn.
        with self._turns.wait_for(turn):
            if prepared and outputs is not None:
                self._attempt(self._publish, prepared, outputs)
        return True

    def _prepare(self, frame: Frame, inputs: RequestInputs) -> _Prepared:
        timing = FrameTiming(received_ns=frame.received_ns, started_ns=frame.started_ns)
        start_ns = time.perf_counter_ns()
        filled = inputs.fill(frame.messages)
        timing.prepare_ns = time.perf_counter_ns() - start_ns
        self._pace.prepared(timing.prepare_ns / _NS_PER_S)
        return _Prepared(filled, frame.sequence, timing)

    def _infer(self, prepared: _Prepared, request: InferRequest) -> dict[str, np.ndarray[Any, Any]]:
        scheduling = self._scheduling[self._model.group]
        with self._pace.inference():
            outputs = request.run(
                priority=scheduling.priority,
                bpu_cores=scheduling.bpu_cores,
                custom_id=scheduling.custom_id,
                device_id=scheduling.device_id,
            )
        stages, timing = request.timing, prepared.timing
        timing.input_ns = round(stages.copy_in_us * _NS_PER_US)
        timing.submit_ns = round(stages.queue_us * _NS_PER_US)
        timing.device_ns = round(stages.device_us * _NS_PER_US)
        timing.output_ns = round(stages.copy_out_us * _NS_PER_US)
        return outputs

    def _publish(self, prepared: _Prepared, outputs: dict[str, np.ndarray[Any, Any]]) -> None:
        filled = prepared.filled
        self._results.publish(filled.header, prepared.sequence, filled.transforms, prepared.timing, outputs)
        self._counters.inferred()

    def _attempt(self, step: Callable[..., _T], *arguments: Any) -> _T | None:
        """Do one step of a frame. Nothing that is wrong with one frame stops the next: None, and it is told."""
        try:
            return step(*arguments)
        except FrameError as error:
            self._drop(error.reason, str(error), once=error.once)
        except _wire.WireError as error:
            self._drop("malformed", str(error))
        except (RuntimeError, TimeoutError) as error:
            self._drop("inference", str(error))
        except Exception:  # a thread that ends would silence the model
            self._drop("internal", f"unexpected error, please report it:\n{traceback.format_exc()}")
        return None

    def _drop(self, reason: str, text: str, once: bool = False) -> None:
        self._counters.dropped(reason)
        tell = self._complaints.tell_once if once else self._complaints.tell
        tell(reason, f"model '{self._model.group}': frame dropped: {text}")
