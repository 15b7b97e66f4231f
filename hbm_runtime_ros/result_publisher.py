# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes what a model gave, serialized straight from the device's output buffers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rclpy.publisher import Publisher

from hbm_runtime_core import CallTiming

from . import _wire
from .dequantization import real_bits
from .loaded_model import LoadedModel

_NS_PER_US = 1000


@dataclass
class FrameTiming:
    """The moments and stages of one frame that end up in its msg/Timing; ns."""

    received_ns: int  # ROS clock
    started_ns: int  # time.perf_counter_ns(), as all that follows is measured
    prepare_ns: int = 0
    input_ns: int = 0
    submit_ns: int = 0
    device_ns: int = 0
    output_ns: int = 0

    def take(self, stages: CallTiming) -> None:
        """Take over the stages of the inference."""
        self.input_ns = round(stages.copy_in_us * _NS_PER_US)
        self.submit_ns = round(stages.queue_us * _NS_PER_US)
        self.device_ns = round(stages.device_us * _NS_PER_US)
        self.output_ns = round(stages.copy_out_us * _NS_PER_US)

    def fields(self) -> tuple[int, ...]:
        """Return the fields of msg/Timing in its order; the total ends now."""
        return (
            self.received_ns,
            self.prepare_ns,
            self.input_ns,
            self.submit_ns,
            self.device_ns,
            self.output_ns,
            time.perf_counter_ns() - self.started_ns,
        )


class ResultPublisher:
    """The results of one model. One thread at a time publishes.

    Args:
        publisher: takes serialized messages.
        model: whose outputs they are.
        dequantize: value of the parameter of that name.

    Raises:
        ConfigurationError: `dequantize` does not fit the model.
    """

    def __init__(self, publisher: Publisher, model: LoadedModel, dequantize: str) -> None:
        self._publisher = publisher
        self._output_names = model.output_names
        self._writer = _wire.ResultWriter(model.group, model.output_types(), real_bits(dequantize, model))

    def publish(
        self,
        header: _wire.FrameHeader,
        sequence: int,
        transforms: Sequence[_wire.ImageTransform],
        timing: FrameTiming,
        outputs: Mapping[str, np.ndarray[Any, Any]],
    ) -> None:
        """Publish the outputs of frame `sequence`, which came with `header`."""
        self._publisher.publish(self.serialize(header, sequence, transforms, timing, outputs))

    def serialize(
        self,
        header: _wire.FrameHeader,
        sequence: int,
        transforms: Sequence[_wire.ImageTransform],
        timing: FrameTiming,
        outputs: Mapping[str, np.ndarray[Any, Any]],
    ) -> bytes:
        """Return the message for the outputs of frame `sequence`, which came with `header`."""
        return self._writer.write(
            header=header,
            sequence=sequence,
            transforms=transforms,
            timing=timing.fields(),
            outputs=[outputs[name] for name in self._output_names],
        )
