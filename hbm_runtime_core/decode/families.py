# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of families: a name, a rule that recognizes its outputs, and the usual thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..errors import HbmValueError
from ..names import unknown_name
from .model import Match, Mismatch, Model
from .yolo_rules import detect_levels


@dataclass(frozen=True)
class Family:
    """One way of writing results into outputs.

    Attributes:
        task: detect, segment, pose, obb, classify, semantic or text.
        recognize: returns how to read a model's outputs, or raises Mismatch with what the family expects.
        confidence, iou: usual thresholds; an `iou` of 1: no NMS.
        aliases: other names that users know it by.
        only_by_name: its outputs look like those of another family, so `auto` takes it only where the model's name says it.
    """

    name: str
    task: str
    recognize: Callable[[Model], Match]
    confidence: float = 0.25
    iou: float = 0.7
    aliases: tuple[str, ...] = ()
    only_by_name: bool = False


_TABLE = (
    Family(
        "yolov8",
        "detect",
        partial(detect_levels, box_channels=(64,), multi_label=False),
        aliases=("yolo11", "yolo12", "yolov5u"),
    ),
    Family("yolov10", "detect", partial(detect_levels, box_channels=(64, 4), multi_label=True), iou=1.0, only_by_name=True),
    Family("yolo26", "detect", partial(detect_levels, box_channels=(4,), multi_label=True), iou=1.0),
)

_BY_NAME = {name: family for family in _TABLE for name in (family.name, *family.aliases)}

#: Names of the families, without their aliases.
FAMILIES = tuple(family.name for family in _TABLE)


def choose_family(model: Model, name: str) -> tuple[Family, Match, str]:
    """Find the family of a model's outputs.

    Args:
        name: of a family, or "auto".

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
        try:
            matches.append((family, family.recognize(model)))
        except Mismatch:
            continue
    # A model's name such as yolov10n_640 decides between families with the same outputs.
    title = _bare(model.name.lower())
    named = [(family, match) for family, match in matches if _bare(family.name) in title]
    fitting = named or [(family, match) for family, match in matches if not family.only_by_name]
    if len(fitting) == 1:
        ((family, match),) = fitting
        return family, match, f"{family.name}, recognized by {'name and ' if named else ''}outputs: {match.summary}"
    found = f"more than one fit: {', '.join(family.name for family, _ in fitting)}" if fitting else "none fits"
    raise HbmValueError(
        f"model '{model.name}': decoder family must be named, {found} (known: {', '.join(FAMILIES)}); the model has {model}"
    )


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "")


def _family(name: str) -> Family:
    if name not in _BY_NAME:
        raise HbmValueError(unknown_name("decoder family", name, ["auto", *_BY_NAME]))
    return _BY_NAME[name]
