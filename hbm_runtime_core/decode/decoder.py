# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders of models: raw outputs in, results in source pixels out."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import _decode
from ..errors import HbmValueError
from ..names import unknown_name
from .families import Family, choose_family, fitting_labels
from .model import Match, Model, Output, read_model
from .results import Classification, Detections, Segmentation, TextLine
from .stored import StoredDecoder, decoder_of, read_labels

Result = Detections | Classification | Segmentation | TextLine


@dataclass(frozen=True)
class _Options:
    confidence: float
    iou: float
    max_detections: int
    class_agnostic: bool
    # Of the classes that are kept, None where the general one holds; None instead of the table: all are kept.
    classes: Mapping[int, float | None] | None

    def native(self) -> _decode.Options:
        by_class: list[float] = []
        if self.classes is not None:
            # Those that have no place in the list are not kept either.
            by_class = [math.inf] * (max(self.classes, default=0) + 1)
            for index, confidence in self.classes.items():
                by_class[index] = self.confidence if confidence is None else confidence
        return _decode.Options(
            confidence=self.confidence,
            class_confidence=by_class,
            iou=self.iou,
            max_detections=self.max_detections,
            class_agnostic=self.class_agnostic,
        )


class Decoder:
    """Turns the raw outputs of one model into results. Made by `for_model`.

    Between calls it keeps only memory. Threads can share it: one of them decodes at a time. Thresholds can be set at any
    time; a call uses those that it found when it started.
    """

    def __init__(
        self, model: Model, family: Family, match: Match, how_recognized: str, options: _Options, labels: tuple[str, ...]
    ) -> None:
        self._family = family
        self._how_recognized = how_recognized
        self._labels = labels
        self._picture = (model.width, model.height)
        self._native = _decode.Decoder(
            family=match.native,
            outputs=[_native_output(output, axis) for output, axis in match.outputs],
            width=model.width,
            height=model.height,
            settings={name: list(values) for name, values in match.settings.items()},
        )
        self._lock = threading.Lock()
        self._options = options
        self._native_options = options.native()

    @property
    def family(self) -> str:
        """Name of the family."""
        return self._family.name

    @property
    def task(self) -> str:
        """What it finds: detect, segment, pose, obb, classify, semantic or text."""
        return self._family.task

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes; empty where none are known."""
        return self._labels

    @property
    def how_recognized(self) -> str:
        """One sentence about why it is this family, for a log."""
        return self._how_recognized

    @property
    def confidence(self) -> float:
        """Results with a lower score are left out, 0 to 1."""
        return self._options.confidence

    @confidence.setter
    def confidence(self, value: float) -> None:
        self._change(confidence=_fraction("confidence", value))

    @property
    def iou(self) -> float:
        """A box with a greater intersection over union with a better one is left out, 0 to 1."""
        return self._options.iou

    @iou.setter
    def iou(self, value: float) -> None:
        self._change(iou=_fraction("iou", value))

    @property
    def max_detections(self) -> int:
        """At most so many results are returned."""
        return self._options.max_detections

    @max_detections.setter
    def max_detections(self, value: int) -> None:
        self._change(max_detections=_count("max_detections", value))

    def decode(self, outputs: Mapping[str, Any], transform: Any = None) -> Result:
        """Decode the outputs of one run.

        Args:
            outputs: name to array, as `run()[model]` and `InferRequest.run()` return them: raw, of any strides.
            transform: the ImageTransform of the picture, for results in its pixels; None: in pixels of the model's picture.

        Raises:
            HbmValueError: an output is missing or has another type or shape than the model said, the transform belongs to
                another model, or the size of the model's picture is not known without one.
            TypeError: an output is no array, or the transform none.
        """
        if transform is not None:
            if not hasattr(transform, "src_width"):
                raise TypeError(f"transform: expected an ImageTransform, got {type(transform).__name__}")
            width, height = transform.src_width, transform.src_height
        else:
            width, height = self._picture
            if not width:
                raise HbmValueError("transform: expected one, because the model's picture has no fixed size, got None")
        kind, arrays = self._native.decode(outputs, self._native_options, transform)
        if kind == "detections":
            boxes, scores, classes, corners, keypoints, masks = arrays
            return Detections(boxes, scores, classes, self._labels, width, height, corners, keypoints, masks, transform)
        if kind == "classification":
            classes, scores = arrays
            return Classification(classes, scores, self._labels)
        if kind == "segmentation":
            (class_map,) = arrays
            return Segmentation(class_map, self._labels, width, height, transform)
        characters, scores = arrays
        text = "".join(self._labels[index] for index in characters)
        return TextLine(text, float(scores.mean()) if len(scores) else 0.0)

    def _change(self, **changes: Any) -> None:
        with self._lock:
            self._options = replace(self._options, **changes)
            self._native_options = self._options.native()


def for_model(
    runtime: Any,
    model_name: str,
    family: str = "auto",
    *,
    confidence: float | None = None,
    iou: float | None = None,
    max_detections: int | None = None,
    class_agnostic: bool = False,
    labels: Sequence[str] | str | os.PathLike[str] | None = None,
    classes: Sequence[int | str] | Mapping[int | str, float] | None = None,
) -> Decoder:
    """Make the decoder that fits a model's outputs.

    Args:
        runtime: an `HB_HBMRuntime`.
        model_name: a model of it.
        family: one of `FAMILIES` or of their aliases; "auto": what the model's description says, else recognized by names,
            shapes and order of the outputs.
        confidence: least score of a result, 0 to 1; None: what the model's description says, else the family's usual one.
        iou: greatest intersection over union of two boxes that are both kept, 0 to 1; None: as for `confidence`. With 1, the
            usual one of networks that are trained to need no NMS, all are kept.
        max_detections: of more results, those with the highest scores are returned; None: the family's usual number.
        class_agnostic: a box suppresses boxes of other classes too.
        labels: names of the classes in their order, or a file with one in each line; None: what the model's description
            says. Of text recognition the characters, which it needs; if the last one is left out, it is the space, which
            PP-OCR's lists leave out.
        classes: numbers or names of the classes to keep; a mapping also gives each a confidence of its own. Digits that are
            no name are a number. As in ultralytics, a cell counts as its best class, and is then kept or not.

    Raises:
        HbmValueError: there is no such model or family, the family does not fit the model, none or several fit, a number is
            out of range, or labels and classes do not fit the model.
        HbmFileNotFoundError: there is no such file of labels.
    """
    model = read_model(runtime, model_name)
    stored = decoder_of(runtime.model_descs[model_name], model_name) or StoredDecoder("auto")
    names = stored.labels if labels is None else read_labels(labels)
    found, match, how_recognized = choose_family(model, stored.family if family == "auto" else family, len(names) or None)
    names = fitting_labels(names, found, match, model_name)
    if family == "auto" and stored.family != "auto":
        how_recognized = f"{found.name}, as the model's description says: {match.summary}"
    confidence = stored.confidence if confidence is None else confidence
    iou = stored.iou if iou is None else iou
    options = _Options(
        confidence=_fraction("confidence", found.confidence if confidence is None else confidence),
        iou=_fraction("iou", found.iou if iou is None else iou),
        max_detections=_count("max_detections", found.max_detections if max_detections is None else max_detections),
        class_agnostic=class_agnostic,
        classes=_classes(classes, match.class_count or len(names), names),
    )
    return Decoder(model, found, match, how_recognized, options, names)


def _native_output(output: Output, channel_axis: int) -> _decode.Output:
    if len(output.scales) > 1 and output.axis != channel_axis:
        raise HbmValueError(
            f"output '{output.name}': expected one scale for all, or one for each channel along dimension {channel_axis}, "
            f"got {len(output.scales)} along dimension {output.axis}"
        )
    return _decode.Output(
        name=output.name,
        dtype=output.dtype,
        shape=output.shape,
        channel_axis=channel_axis,
        scales=output.scales,
        zero_points=output.zero_points,
    )


def _fraction(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise HbmValueError(f"{name} '{value}' must be 0 to 1")
    return float(value)


def _count(name: str, value: int) -> int:
    if value < 1:
        raise HbmValueError(f"{name} '{value}' must be at least 1")
    return int(value)


def _classes(
    given: Sequence[int | str] | Mapping[int | str, float] | None, count: int, labels: tuple[str, ...]
) -> dict[int, float | None] | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        return {
            _class(key, count, labels): _fraction(f"confidence of class '{key}':", value) for key, value in given.items()
        }
    return {_class(key, count, labels): None for key in given}


def _class(given: int | str, count: int, labels: tuple[str, ...]) -> int:
    if isinstance(given, str):
        if given in labels:
            return labels.index(given)
        if not given.isdecimal():
            raise HbmValueError(unknown_name("class", given, labels))
        given = int(given)
    if given < 0 or (count and given >= count):
        raise HbmValueError(f"class '{given}' must be {f'0 to {count - 1}' if count else '0 or more'}")
    return int(given)
