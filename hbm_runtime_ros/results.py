# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results: serialized from the device's output buffers, and published on topics while somebody subscribes to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.timer import Timer

from hbm_runtime_core.dtypes import DTYPES, DType
from hbm_runtime_core.names import unknown_name

from . import _rcl, _wire, compat
from .errors import ConfigurationError
from .model_files import ModelHandle, is_quantized
from .monitoring.counters import FrameTimeline
from .parameters.declaration import undeclare
from .parameters.spec import parse_dequantize
from .qos import bad_overrides_as_errors, overridable, result_qos

if TYPE_CHECKING:
    from hbm_runtime_core.overlay import Canvas

    from .decoding import Decoded, ModelDecoder
    from .inputs.message_types import Message
    from .inputs.slot import FilledFrame, InferenceSlot

_SUBSCRIBER_POLL_S = 0.1

Outputs: TypeAlias = Mapping[str, np.ndarray[Any, Any]]


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
        outputs: Outputs,
    ) -> memoryview:
        """Return the serialized InferenceResult of the frame of `timeline`. The next call overwrites it."""
        return self._writer.write(
            header=header,
            sequence=timeline.sequence,
            transforms=transforms,
            timing=timeline.timing_fields(),
            outputs=[outputs[name] for name in self._output_names],
        )


class ResultPublisher:
    """Publishes what comes of the frames of one loaded model: the raw result, and what its decoder makes of it.

    Nothing is serialized that nobody subscribes to. One thread at a time calls publish(), in the order of frames; the rest
    runs in the frame's own thread.

    Args:
        serializer: of the raw result.
        topic: of the raw result.
        decoder: of the model, None where it has none.
    """

    def __init__(self, serializer: ResultSerializer, topic: OutputTopic, decoder: ModelDecoder | None) -> None:
        self._serializer = serializer
        self._topic = topic
        self._decoder = decoder
        topic.open()

    def begin_drawing(self, slot: InferenceSlot, messages: Sequence[Message]) -> Canvas | None:
        """Return the picture of a frame that is to be drawn; None: it is not to be."""
        return self._decoder.begin_drawing(slot, messages) if self._decoder else None

    def decode(self, outputs: Outputs, filled: FilledFrame, canvas: Canvas | None) -> Decoded | None:
        """Decode the outputs of a frame. Return None where nobody wants that.

        Raises:
            FrameError: the outputs cannot be decoded.
        """
        return self._decoder.decode(outputs, filled, canvas) if self._decoder else None

    def publish(self, filled: FilledFrame, timeline: FrameTimeline, outputs: Outputs, decoded: Decoded | None) -> None:
        """Publish the results of a frame, but for the drawn picture.

        Raises:
            RuntimeError: with rcl's text.
        """
        if self._topic.wanted:
            self._topic.publish(self._serializer.serialize(filled.header, filled.transform_messages, timeline, outputs))
        if self._decoder and decoded:
            self._decoder.publish(filled.header, decoded)

    def draw(self, header: _wire.FrameHeader, decoded: Decoded | None, canvas: Canvas | None, sequence: int) -> None:
        """Draw a decoded frame into its picture and publish that; without a result, only give the canvas back."""
        if self._decoder and canvas:
            self._decoder.draw(header, decoded, canvas, sequence)

    def close(self) -> None:
        """Publish nothing any more, from any thread."""
        self._topic.close()
        if self._decoder:
            self._decoder.close()


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


class OutputTopic:
    """A topic that results leave on, through rcl. Created and destroyed on the executor's thread.

    Args:
        node: publishes.
        message_type: of rclpy.
        name: full name.
        monitor: notices subscribers; None where nobody asks.

    Raises:
        ConfigurationError: the QoS overrides of the topic are not valid.
    """

    def __init__(self, node: Node, message_type: Any, name: str, monitor: SubscriberMonitor | None) -> None:
        self._node = node
        self.name = name
        self.type_name = f"{message_type.__module__.partition('.')[0]}/msg/{message_type.__name__}"
        self._monitor = monitor
        try:
            with bad_overrides_as_errors(name, "publisher"):
                self._publisher = node.create_publisher(
                    message_type,
                    name,
                    result_qos(),
                    event_callbacks=monitor.event_callbacks() if monitor else None,
                    qos_overriding_options=overridable(),
                )
        except ConfigurationError:
            self._undeclare_overrides()
            raise
        # A late subscriber gets the last message of such a topic, so there must be one.
        self._is_latched = self._publisher.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
        self._native = _rcl.MessagePublisher(self._publisher)
        if monitor is not None:
            monitor.follow(self._publisher)

    @property
    def qos(self) -> QoSProfile:
        """The QoS in effect."""
        return self._publisher.qos_profile

    @property
    def wanted(self) -> bool:
        """Whether messages have to be published: somebody subscribes, or will get the last one when he does."""
        return self._is_latched or self._native.has_subscribers

    def publish(self, message: memoryview) -> None:
        """Publish a serialized message.

        Raises:
            RuntimeError: with rcl's text.
        """
        self._native.publish(message)

    def close(self) -> None:
        """Publish nothing any more, from any thread."""
        self._native.close()

    def open(self) -> None:
        """Publish again after close()."""
        self._native = _rcl.MessagePublisher(self._publisher)

    def destroy(self) -> None:
        """Remove the topic, for good."""
        self._native.close()
        if self._monitor is not None:
            self._monitor.forget(self._publisher)
        self._node.destroy_publisher(self._publisher)
        self._undeclare_overrides()

    def _undeclare_overrides(self) -> None:
        undeclare(self._node, f"qos_overrides.{self.name}.publisher")


class SubscriberMonitor:
    """Calls `changed` on the executor's thread after the number of subscribers of its publishers may have changed."""

    def __init__(self, node: Node, changed: Callable[[], Any]) -> None:
        self._node = node
        self._changed = changed
        self._counts: dict[Publisher, int] = {}
        self._timer: Timer | None = None

    def event_callbacks(self) -> compat.PublisherEventCallbacks:
        """Return the event callbacks that a publisher must be created with."""
        if compat.PUBLISHER_HAS_MATCHED_EVENT:
            return compat.PublisherEventCallbacks(matched=lambda _: self._changed())
        return compat.PublisherEventCallbacks()

    def follow(self, publisher: Publisher) -> None:
        """Start to watch `publisher`."""
        self._counts[publisher] = 0
        if not compat.PUBLISHER_HAS_MATCHED_EVENT and self._timer is None:
            steady = Clock(clock_type=ClockType.STEADY_TIME)
            self._timer = self._node.create_timer(_SUBSCRIBER_POLL_S, self._poll, clock=steady)

    def forget(self, publisher: Publisher) -> None:
        """Watch `publisher` no more."""
        self._counts.pop(publisher, None)
        if not self._counts and self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None

    @property
    def any(self) -> bool:
        """Whether one of the publishers has a subscriber."""
        return any(publisher.get_subscription_count() > 0 for publisher in list(self._counts))

    def _poll(self) -> None:
        counts = {publisher: publisher.get_subscription_count() for publisher in self._counts}
        if counts != self._counts:
            self._counts = counts
            self._changed()
