# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of families: a name, a rule that recognizes its outputs, and the usual thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ..errors import HbmValueError
from ..names import unknown_name
from . import box_rules, picture_rules, yolo_rules
from .model import Match, Mismatch, Model


@dataclass(frozen=True)
class Family:
    """One way of writing results into outputs.

    Attributes:
        task: detect, segment, pose, obb, classify, semantic or text.
        recognize: returns how to read a model's outputs, or raises Mismatch with what the family expects.
        confidence, iou, max_detections: usual thresholds; an `iou` of 1: no NMS.
        aliases: other names that users know it by.
        only_by_name: its outputs look like those of another family, so `auto` takes it only where the model's name says it.
    """

    name: str
    task: str
    recognize: Callable[[Model], Match]
    confidence: float = 0.25
    iou: float = 0.7
    max_detections: int = 300
    aliases: tuple[str, ...] = ()
    only_by_name: bool = False


_BOX_WITH_BINS, _BOX = 64, 4
_TASKS = {"": "detect", "-seg": "segment", "-pose": "pose", "-obb": "obb"}
_NAMED_TASKS = ("pose", "obb")


def _first_of(*rules: Callable[[Model], Match]) -> Callable[[Model], Match]:
    """A rule for a family whose outputs come in several ways."""

    def recognize(model: Model) -> Match:
        expected = []
        for rule in rules:
            try:
                return rule(model)
            except Mismatch as mismatch:
                expected.append(str(mismatch))
        raise Mismatch("; or ".join(expected))

    return recognize


def _yolo_families() -> Iterator[Family]:
    for suffix, task in _TASKS.items():
        by_stride = partial(yolo_rules.split_by_stride, task=task)
        rows = partial(yolo_rules.rows, task=task)
        chosen = partial(yolo_rules.end_to_end, task=task)
        if task in ("detect", "segment"):
            with_anchors = partial(yolo_rules.split_with_anchors, task=task)
            v5 = _first_of(with_anchors, partial(rows, has_objectness=True))
            yield Family(f"yolov5{suffix}", task, v5, iou=0.45)
        v8 = _first_of(
            partial(by_stride, box_channels=_BOX_WITH_BINS, multi_label=False),
            # A YOLO26 whose head is the one that needs NMS: it has to be named.
            partial(by_stride, box_channels=_BOX, multi_label=False, likelihood=0),
            rows,
        )
        aliases = tuple(f"{name}{suffix}" for name in ("yolo11", "yolo12", "yolov5u"))
        yield Family(f"yolov8{suffix}", task, v8, aliases=aliases)
        if task == "detect":
            v10 = _first_of(partial(by_stride, box_channels=_BOX_WITH_BINS, multi_label=True), chosen)
            yield Family("yolov10", task, v10, iou=1.0, only_by_name=True)
        v26 = _first_of(partial(by_stride, box_channels=_BOX, multi_label=True), chosen)
        yield Family(f"yolo26{suffix}", task, v26, iou=1.0)


_TABLE = (
    *_yolo_families(),
    Family("fcos", "detect", box_rules.fcos, iou=0.6),
    Family("centerface", "detect", box_rules.centerface, confidence=0.5, iou=0.3),
    Family("blazeface", "detect", box_rules.blazeface, confidence=0.5, iou=0.3),
    Family("picodet", "detect", box_rules.picodet, confidence=0.5, iou=0.5),
    Family("rtdetr", "detect", box_rules.rtdetr, confidence=0.5, iou=1.0),
    Family("semantic", "semantic", picture_rules.semantic, confidence=0.0, iou=1.0),
    Family("classification", "classify", picture_rules.classification, confidence=0.0, iou=1.0, max_detections=5),
    Family("text_detection", "text", picture_rules.text_detection, confidence=0.5, iou=1.0),
    Family(picture_rules.TEXT_RECOGNITION, "text", picture_rules.text_recognition, confidence=0.0, iou=1.0),
)

_BY_NAME = {name: family for family in _TABLE for name in (family.name, *family.aliases)}

#: Names of the families, without their aliases.
FAMILIES = tuple(family.name for family in _TABLE)


def choose_family(model: Model, name: str, label_count: int | None = None) -> tuple[Family, Match, str]:
    """Find the family of a model's outputs.

    Args:
        name: of a family, or "auto".
        label_count: how many classes have labels, where that is known: "auto" prefers what has as many.

    Returns:
        The family, how to read the outputs, and a sentence about why it is this one.

    Raises:
        HbmValueError: there is no such family, it does not fit the model, or none or several do.
    """
    if name != "auto":
        family = _family(name)
        try:
            match = family.recognize(model)
        except Mismatch as mismatch:
            raise HbmValueError(f"model '{model.name}': family '{name}': expected {mismatch}, got {model}") from None
        return family, match, f"{name}, as asked: {match.summary}"
    matches = []
    for family in _TABLE:
        with suppress(Mismatch):
            matches.append((family, family.recognize(model)))
    names = _bare(" ".join((model.name, *(output.name for output in model.outputs))).lower())
    fitting = [
        (_rank(family, match, names), family, match)
        for family, match in matches
        if not family.only_by_name or _bare(family.name) in names
    ]
    if label_count is not None:
        fitting = [entry for entry in fitting if entry[2].class_count in (0, label_count)] or fitting
    best = max((rank for rank, *_ in fitting), default=None)
    chosen = [(family, match) for rank, family, match in fitting if rank == best]
    if len(chosen) == 1:
        ((family, match),) = chosen
        others = ", ".join(other.name for other, _ in matches if other is not family)
        warning = f" (name the family if it is one with the same outputs: {others})" if others else ""
        return family, match, f"{family.name}, recognized by its outputs: {match.summary}{warning}"
    found = f"more than one fit: {', '.join(family.name for family, _ in chosen)}" if chosen else "none fits"
    raise HbmValueError(
        f"model '{model.name}': decoder family must be named, {found} (known: {', '.join(FAMILIES)}); the model has {model}"
    )


def fitting_labels(labels: Sequence[str], family: Family, match: Match, model_name: str) -> tuple[str, ...]:
    """Check that there are as many labels as classes, or none.

    Returns:
        The labels; of text recognition with the space, which PP-OCR's lists of characters leave out.

    Raises:
        HbmValueError: there are more or fewer.
    """
    labels = tuple(labels)
    if family.name == picture_rules.TEXT_RECOGNITION:
        if not labels:
            raise HbmValueError(
                f"labels: expected {match.class_count}, the characters that model '{model_name}' reads, got none"
            )
        if len(labels) == match.class_count - 1:
            labels += (" ",)
    if labels and match.class_count not in (0, len(labels)):
        raise HbmValueError(
            f"labels: expected {match.class_count}, one for each class of model '{model_name}', got {len(labels)}"
        )
    return labels


def _rank(family: Family, match: Match, names: str) -> tuple[bool, bool, int]:
    """Names of models and outputs such as yolov10n or obb say more than numbers that fit."""
    return family.only_by_name, family.task in _NAMED_TASKS and family.task in names, match.likelihood


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "")


def _family(name: str) -> Family:
    if name not in _BY_NAME:
        raise HbmValueError(unknown_name("decoder family", name, ["auto", *_BY_NAME]))
    return _BY_NAME[name]
