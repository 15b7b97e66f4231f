# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoded results: boxes, masks, classes, text and a drawn picture, each on a topic of its own.

A topic costs something only while somebody subscribes to it. Its messages are written natively from the decoder's arrays:
rclpy would need milliseconds for some hundred boxes.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rclpy.node import Node

from hbm_runtime_core import HbmRuntimeError, decode, overlay
from hbm_runtime_core.decode.stored import read_labels

from . import _wire
from .compat import given_parameters
from .decoded_topics import topics_of
from .errors import ConfigurationError, DropReason, FrameError
from .file_locator import FileLocator
from .inputs.message_types import Message
from .inputs.slot import FilledFrame, InferenceSlot
from .model_files import ModelHandle
from .monitoring.counters import NS_PER_S
from .monitoring.health import ThrottledLogger
from .parameters import USUAL, DecoderParameters, DecoderThresholds, OverlayParameters
from .parameters.declaration import declare
from .parameters.live import LiveGroup, LiveParameters
from .results import OutputTopic, SubscriberMonitor

# Results that belong to places in the picture.
_HAVE_SIZE = (decode.Detections, decode.Segmentation)
# Frames that a rate is measured over.
_FPS_FRAMES = 30
_MOST_FPS = 2**15 - 1


@dataclass(frozen=True)
class DecoderSettings:
    """The parameters of one model's decoder. Those that can be set while it runs are groups that follow the parameters."""

    family: str
    has_labels_of_service: bool
    fixed: DecoderParameters
    thresholds: LiveGroup[DecoderThresholds]
    overlay: LiveGroup[OverlayParameters]

    @classmethod
    def declare(cls, node: Node, model: str, family: str, given: Mapping[str, Any], live: LiveParameters) -> DecoderSettings:
        """Declare the parameters below `<model>.decoder` and `<model>.overlay`, and add the groups that change to `live`.

        Args:
            node: declares.
            model: name in the node.
            family: value of the parameter `<model>.decoder`.
            given: values from a service, by their names below the model's; they override those of parameter files.
            live: of the node.

        Raises:
            ConfigurationError: a parameter is not valid.
        """

        def below(group: str) -> dict[str, Any]:
            return {key[len(group) + 1 :]: value for key, value in given.items() if key.startswith(f"{group}.")}

        decoder, drawing = f"{model}.decoder", f"{model}.overlay"
        settings = cls(
            family,
            "decoder.labels" in given,
            declare(node, DecoderParameters, decoder, below("decoder")),
            LiveGroup(declare(node, DecoderThresholds, decoder, below("decoder"))),
            LiveGroup(declare(node, OverlayParameters, drawing, below("overlay"))),
        )
        live[decoder], live[drawing] = settings.thresholds, settings.overlay
        if not family:
            for name in (*given_parameters(node), *(f"{model}.{each}" for each in given)):
                if name.startswith((f"{decoder}.", f"{drawing}.")):
                    node.get_logger().warning(f"parameter '{name}' is ignored: '{decoder}' is empty; set it to auto")
        return settings

    def make(self, handle: ModelHandle, locator: FileLocator) -> decode.Decoder:
        """Return the decoder of a loaded model; its thresholds follow the parameters.

        Raises:
            ConfigurationError: there is no such family, it does not fit the model, or labels or classes do not.
        """
        labels = self._read_labels(f"{handle.name}.decoder.labels", locator)
        try:
            decoder = decode.for_model(
                handle.runtime, handle.model_name, self.family, labels=labels, classes=self.fixed.classes or None
            )
        except (HbmRuntimeError, ValueError, OSError) as error:
            raise ConfigurationError(f"parameters '{handle.name}.decoder*': {error}") from error
        usual = decoder.confidence, decoder.iou, decoder.max_detections

        def apply(values: DecoderThresholds) -> None:
            decoder.confidence = usual[0] if values.confidence == USUAL else values.confidence
            decoder.iou = usual[1] if values.iou == USUAL else values.iou
            decoder.max_detections = values.max_detections or usual[2]

        self.thresholds.follow(apply)
        return decoder

    def _read_labels(self, parameter: str, locator: FileLocator) -> Sequence[str] | None:
        labels = self.fixed.labels
        if not isinstance(labels, str):
            return labels or None
        with locator.open(labels, parameter, from_service=self.has_labels_of_service) as file:
            try:
                return read_labels(file.descriptor_path)
            except (ValueError, OSError) as error:
                raise ConfigurationError(f"parameter '{parameter}': {file.path}: {error}") from error


class Decoded(NamedTuple):
    """What a frame has become."""

    result: Any  # of hbm_runtime_core.decode
    wanted: tuple[str, ...]  # topics with subscribers
    size: tuple[int, int]  # of the picture, pixels; zeros where there is none


class ModelDecoder:
    """Decodes the results of one loaded model, and publishes them on its topics.

    Decoding and drawing run in the frame's own thread, several frames at once; one thread at a time calls publish(), in the
    order of frames. Created and destroyed on the executor's thread.

    Args:
        node: publishes.
        handle: the model.
        decoder: of the model.
        settings: its parameters.
        monitor: notices subscribers; None where nobody asks.
        log: for warnings about frames.
    """

    def __init__(
        self,
        node: Node,
        handle: ModelHandle,
        decoder: decode.Decoder,
        settings: DecoderSettings,
        monitor: SubscriberMonitor | None,
        log: ThrottledLogger,
    ) -> None:
        self._node = node
        self._model = handle.name
        self._decoder = decoder
        self._overlay_values = settings.overlay
        self._log = log
        self._topics: dict[str, OutputTopic] = {}
        self._missing: dict[str, str] = {}  # full name of a topic: why it is not published
        annotations_have_metadata = True
        try:
            for kind in topics_of(decoder.family, decoder.task):
                name = node.resolve_topic_name(f"~/{self._model}/{kind.name}")
                message_type, problem = kind.load()
                if message_type is None:
                    self._missing[name] = problem
                    continue
                if kind.name == "annotations":
                    annotations_have_metadata = "metadata" in message_type.get_fields_and_field_types()
                self._topics[kind.name] = OutputTopic(node, message_type, name, monitor)
        except ConfigurationError:
            self.destroy()
            raise
        self._writer = _wire.DetectionWriter(list(decoder.labels), annotations_have_metadata)
        # Drawing is slow, so a newer frame may be drawn before an older one is done: that one is not published then.
        self._drawing = threading.Lock()
        self._canvases: list[overlay.Canvas] = []
        self._next_drawing_s = 0.0
        self._drawn = -1
        self._closed = False
        self._published_ns: deque[int] = deque(maxlen=_FPS_FRAMES)

    @property
    def family(self) -> str:
        """The family of the decoder."""
        return self._decoder.family

    @property
    def topics(self) -> list[str]:
        """Full names of the topics that it publishes."""
        return [topic.name for topic in self._topics.values()]

    @property
    def wanted(self) -> bool:
        """Whether somebody subscribes to one of the topics."""
        return any(topic.wanted for topic in self._topics.values())

    def close(self) -> None:
        """Publish nothing any more, from any thread."""
        self._closed = True
        for topic in self._topics.values():
            topic.close()

    def destroy(self) -> None:
        """Remove the topics."""
        for topic in self._topics.values():
            topic.destroy()

    def describe(self) -> list[str]:
        """Return what it does, one line each, for the log."""
        lines = [f"decoded as {self._decoder.how_recognized}"]
        lines += [f"  to {topic.name} [{topic.type_name}]" for topic in self._topics.values()]
        return lines + [f"  not to {name}: {problem}" for name, problem in self._missing.items()]

    def check_subscribers(self) -> None:
        """Warn where somebody subscribes to a topic whose message package is missing."""
        for name, problem in self._missing.items():
            if self._node.count_subscribers(name):
                self._log.warning(name, f"model '{self._model}': somebody subscribes to {name}, but {problem}", once=True)

    # Frames.

    def begin_drawing(self, slot: InferenceSlot, messages: Sequence[Message]) -> overlay.Canvas | None:
        """Return the picture of a frame that is to be drawn, while its message is still there; None: it is not to be."""
        topic = self._topics.get("overlay")
        now_s = time.monotonic()
        if topic is None or now_s < self._next_drawing_s or not topic.wanted:
            return None
        # Kept to the rate even where frames come at another one: a frame that is a little late does not shift the next.
        period_s = 1 / self._overlay_values.current.max_rate_hz
        self._next_drawing_s = max(self._next_drawing_s + period_s, now_s)
        try:
            canvas = self._canvases.pop()
        except IndexError:
            canvas = overlay.Canvas()
        try:
            if slot.load_picture(messages, canvas):
                return canvas
        except (HbmRuntimeError, ValueError) as error:
            self._log.warning("overlay", f"model '{self._model}': no overlay: {error}")
        self._canvases.append(canvas)
        return None

    def decode(
        self, outputs: Mapping[str, np.ndarray[Any, Any]], filled: FilledFrame, canvas: overlay.Canvas | None
    ) -> Decoded | None:
        """Decode the outputs of a frame. Return None where nobody wants them.

        Args:
            outputs: of the model.
            filled: the frame.
            canvas: of begin_drawing().

        Raises:
            FrameError: the outputs cannot be decoded.
        """
        wanted = tuple(name for name, topic in self._topics.items() if name != "overlay" and topic.wanted)
        if not wanted and canvas is None:
            return None
        transform = filled.transform
        try:
            result = self._decoder.decode(outputs, transform)
        except (HbmRuntimeError, ValueError) as error:
            raise FrameError(DropReason.DECODE, str(error)) from error
        size = (transform.src_width, transform.src_height) if transform else (0, 0)
        return Decoded(result, wanted, (result.width, result.height) if isinstance(result, _HAVE_SIZE) else size)

    def publish(self, header: _wire.FrameHeader, decoded: Decoded) -> None:
        """Publish a decoded frame on the topics that somebody subscribes to, but for the overlay.

        Raises:
            RuntimeError: with rcl's text.
        """
        self._published_ns.append(time.monotonic_ns())
        result, arrays = decoded.result, None
        if isinstance(result, decode.Detections):
            arrays = _wire.DetectionArrays(
                boxes=result.boxes,
                scores=result.scores,
                classes=result.classes,
                corners=result.corners,
                keypoints=result.keypoints,
            )
        for name in decoded.wanted:
            self._topics[name].publish(_WRITERS[name](self, header, decoded, arrays))

    def draw(self, header: _wire.FrameHeader, decoded: Decoded | None, canvas: overlay.Canvas, sequence: int) -> None:
        """Draw a decoded frame into its picture and publish that. Errors are logged.

        Args:
            header: of the frame.
            decoded: its result; None: it was dropped.
            canvas: of begin_drawing(), used again after that.
            sequence: number of the frame.
        """
        try:
            if decoded is not None:
                canvas.draw(decoded.result)
                message = self._writer.jpeg(header, canvas.jpeg(self._overlay_values.current.quality))
                with self._drawing:
                    if sequence > self._drawn:
                        self._drawn = sequence
                        self._topics["overlay"].publish(message)
        except (HbmRuntimeError, RuntimeError, ValueError) as error:
            if not self._closed:
                self._log.warning("overlay", f"model '{self._model}': no overlay: {error}")
        except Exception:
            text = f"model '{self._model}': no overlay, unexpected error, please report it:\n{traceback.format_exc()}"
            self._log.warning("overlay", text)
        finally:
            self._canvases.append(canvas)

    # One message each.

    def _write_detections(self, header: _wire.FrameHeader, _: Decoded, arrays: Any) -> memoryview:
        return self._writer.detections(header, arrays)

    def _write_classifications(self, header: _wire.FrameHeader, decoded: Decoded, _: Any) -> memoryview:
        return self._writer.classification(header, *_names_and_scores(decoded.result))

    def _write_keypoints(self, header: _wire.FrameHeader, _: Decoded, arrays: Any) -> memoryview:
        return self._writer.keypoints(header, arrays)

    def _write_masks(self, header: _wire.FrameHeader, decoded: Decoded, arrays: Any) -> memoryview:
        result = decoded.result
        numbers = result.label_image() if arrays is not None else result.resized(*decoded.size)
        return self._writer.image(header, numbers)

    def _write_annotations(self, header: _wire.FrameHeader, decoded: Decoded, arrays: Any) -> memoryview:
        if arrays is not None:
            return self._writer.annotations(header, arrays, decoded.size)
        return self._writer.line_annotations(header, *_names_and_scores(decoded.result), decoded.size)

    def _write_targets(self, header: _wire.FrameHeader, _: Decoded, arrays: Any) -> memoryview:
        return self._writer.targets(header, arrays, self._frames_per_second())

    def _frames_per_second(self) -> int:
        times = self._published_ns
        span_ns = times[-1] - times[0]
        return min(_MOST_FPS, round((len(times) - 1) * NS_PER_S / span_ns)) if span_ns else -1


_WRITERS: Mapping[str, Callable[[ModelDecoder, _wire.FrameHeader, Decoded, Any], memoryview]] = {
    "detections": ModelDecoder._write_detections,
    "classifications": ModelDecoder._write_classifications,
    "keypoints": ModelDecoder._write_keypoints,
    "masks": ModelDecoder._write_masks,
    "annotations": ModelDecoder._write_annotations,
    "targets": ModelDecoder._write_targets,
}


def _names_and_scores(result: Any) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return what belongs to the whole picture: the names of its classes, or its text."""
    if isinstance(result, decode.TextLine):
        return [result.text], np.array([result.score], np.float32)
    return [result.label(index) for index in range(len(result))], result.scores
