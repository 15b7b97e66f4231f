# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way of one frame through one model: message, picture, inference, result."""

from __future__ import annotations

import threading
import time
import traceback

from rclpy.clock import Clock

from . import _wire
from .complaints import Complaints
from .errors import FrameError
from .loaded_model import LoadedModel
from .picture_inputs import PictureInputs
from .result_publisher import FrameTiming, ResultPublisher
from .scheduling_parameters import SchedulingParameters

_NS_PER_US = 1000


class ModelWorker:
    """Runs one model on the frames that its subscription delivers, one after another."""

    def __init__(
        self,
        model: LoadedModel,
        pictures: PictureInputs,
        results: ResultPublisher,
        scheduling: SchedulingParameters,
        clock: Clock,
        complaints: Complaints,
    ) -> None:
        self._model = model
        self._request = model.request
        self._pictures = pictures
        self._results = results
        self._scheduling = scheduling
        self._clock = clock
        self._complaints = complaints
        self._next_sequence = 0
        self._in_flight = threading.Lock()
        self._accepting = True

    def pause(self, patience_s: float) -> bool:
        """Take no more frames. Return whether the one in flight has ended within `patience_s`."""
        self._accepting = False
        if not self._in_flight.acquire(timeout=patience_s):
            return False
        self._in_flight.release()
        return True

    def resume(self) -> None:
        """Take frames again."""
        self._accepting = True

    def handle(self, message: bytes) -> None:
        """Infer a serialized sensor_msgs/Image. Nothing that is wrong with one frame stops the next."""
        with self._in_flight:
            # The executor may have taken a frame just before the subscription went.
            if self._accepting:
                self._handle(message)

    def _handle(self, message: bytes) -> None:
        timing = FrameTiming(received_ns=self._clock.now().nanoseconds, started_ns=time.perf_counter_ns())
        sequence = self._next_sequence
        self._next_sequence += 1
        try:
            self._infer(message, sequence, timing)
        except FrameError as error:
            self._drop(error.reason, str(error), once=error.once)
        except _wire.WireError as error:
            self._drop("malformed", str(error))
        except (RuntimeError, TimeoutError) as error:
            self._drop("inference", str(error))
        except Exception:  # a callback that raises would end the whole executor
            self._drop("internal", f"unexpected error, please report it:\n{traceback.format_exc()}")

    def _infer(self, message: bytes, sequence: int, timing: FrameTiming) -> None:
        image = _wire.parse_image(message)
        transform = self._pictures.fill(message, image)
        timing.prepare_ns = time.perf_counter_ns() - timing.started_ns
        scheduling = self._scheduling[self._model.group]
        outputs = self._request.run(
            priority=scheduling.priority,
            bpu_cores=scheduling.bpu_cores,
            custom_id=scheduling.custom_id,
            device_id=scheduling.device_id,
        )
        stages = self._request.timing
        timing.input_ns = round(stages.copy_in_us * _NS_PER_US)
        timing.submit_ns = round(stages.queue_us * _NS_PER_US)
        timing.device_ns = round(stages.device_us * _NS_PER_US)
        timing.output_ns = round(stages.copy_out_us * _NS_PER_US)
        self._results.publish(image.header, sequence, [transform], timing, outputs)

    def _drop(self, reason: str, text: str, once: bool = False) -> None:
        tell = self._complaints.tell_once if once else self._complaints.tell
        tell(reason, f"model '{self._model.group}': frame dropped: {text}")
