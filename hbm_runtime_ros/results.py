# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results: the InferenceResult of a frame, serialized from the device's output buffers, and who subscribes to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.timer import Timer

from hbm_runtime_core.dtypes import DTYPES, DType
from hbm_runtime_core.names import unknown_name

from . import _wire, compat
from .errors import ConfigurationError
from .model_files import ModelHandle
from .monitoring.counters import FrameTimeline
from .parameters.tables import parse_dequantize
from .tensor_types import is_quantized

_SUBSCRIBER_POLL_S = 0.1


class ResultSerializer:
    """Serializes the results of one model. One thread at a time uses it.

    Args:
        model: whose outputs they are.
        dequantize: value of the parameter of that name.

    Raises:
        ConfigurationError: `dequantize` does not fit the model.
    """

    def __init__(self, model: ModelHandle, dequantize: str) -> None:
        self._output_names = model.output_names
        self._writer = _wire.ResultWriter(model.name, model.output_types(), real_bits(dequantize, model))

    def serialize(
        self,
        header: _wire.FrameHeader,
        transforms: Sequence[_wire.ImageTransform],
        timeline: FrameTimeline,
        outputs: Mapping[str, np.ndarray[Any, Any]],
    ) -> memoryview:
        """Return the serialized InferenceResult of the frame of `timeline`. The next call overwrites it."""
        return self._writer.write(
            header=header,
            sequence=timeline.sequence,
            transforms=transforms,
            timing=timeline.timing_fields(),
            outputs=[outputs[name] for name in self._output_names],
        )


def real_bits(dequantize: str, model: ModelHandle) -> list[int]:
    """Return for each output of `model` the bits of the floats that it becomes, 0 where it stays as it is.

    A word for every output does not apply to integers that the model does not quantize: they are indices and the like,
    not rounded real values.

    Raises:
        ConfigurationError: `dequantize` names an output that the model does not have, or one without real values.
    """
    for_all, named = parse_dequantize(dequantize)
    parameter = f"parameter '{model.name}.dequantize'"
    for name in named:
        if name not in model.output_names:
            raise ConfigurationError(f"{parameter}: {unknown_name('output', name, model.output_names)}")
        if named[name] and not _has_real_values(model, name):
            raise ConfigurationError(
                f"{parameter}: output '{name}' contains {_dtype(model, name).numpy_name} that the model does not quantize; "
                f"set {name}=none or omit it"
            )
    return [named.get(name, for_all if _has_real_values(model, name) else 0) for name in model.output_names]


def _has_real_values(model: ModelHandle, name: str) -> bool:
    quantized = is_quantized(model.runtime.output_quants[model.model_name][name])
    return quantized or _dtype(model, name).is_float


def _dtype(model: ModelHandle, name: str) -> DType:
    return DTYPES[model.runtime.output_dtypes[model.model_name][name].name]


class SubscriberMonitor:
    """Calls `changed` on the executor's thread after the number of subscribers of a publisher may have changed."""

    def __init__(self, node: Node, changed: Callable[[], Any]) -> None:
        self._node = node
        self._changed = changed
        self._count = 0
        self._publisher: Publisher | None = None
        self._timer: Timer | None = None

    def event_callbacks(self) -> compat.PublisherEventCallbacks:
        """Return the event callbacks that the publisher must be created with."""
        if compat.PUBLISHER_HAS_MATCHED_EVENT:
            return compat.PublisherEventCallbacks(matched=lambda _: self._changed())
        return compat.PublisherEventCallbacks()

    def follow(self, publisher: Publisher) -> None:
        """Start to watch `publisher`."""
        self._publisher = publisher
        if not compat.PUBLISHER_HAS_MATCHED_EVENT:
            steady = Clock(clock_type=ClockType.STEADY_TIME)
            self._timer = self._node.create_timer(_SUBSCRIBER_POLL_S, self._poll, clock=steady)

    def stop(self) -> None:
        """Watch no more."""
        self._publisher = None
        if self._timer is not None:
            self._node.destroy_timer(self._timer)

    @property
    def any(self) -> bool:
        """Whether the publisher has a subscriber."""
        return self._publisher is not None and self._publisher.get_subscription_count() > 0

    def _poll(self) -> None:
        assert self._publisher is not None
        count = self._publisher.get_subscription_count()
        if count != self._count:
            self._count = count
            self._changed()
