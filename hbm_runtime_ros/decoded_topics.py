# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topics that decoded results have, with message types of packages that need not be installed."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DecodedTopic:
    """One topic with decoded results.

    Attributes:
        name: below the model's.
        type_name: of its messages.
        layouts: fields of the type that the writer knows, see _layout(); none for packages that every node has.
        remedy: how to install the package of the type.
    """

    name: str
    type_name: str
    layouts: tuple[str, ...] = ()
    remedy: str = ""

    def load(self) -> tuple[Any, str]:
        """Return the Python type of the messages; or None, and why it cannot be used."""
        package, _, name = self.type_name.partition("/msg/")
        try:
            message_type = getattr(importlib.import_module(f"{package}.msg"), name)
        except ImportError:
            return None, f"{package} is not installed; {self.remedy.format(os.environ.get('ROS_DISTRO', '$ROS_DISTRO'))}"
        found = _layout(message_type)
        if self.layouts and found not in self.layouts:
            return None, f"{self.type_name}: expected the fields {self.layouts[0]}, got {found}"
        return message_type, ""


def _layout(message_type: Any) -> str:
    """Return the names of the fields of a message type, in their order, and in parentheses those of their own types.

    Types of other packages do not change, and of lists that stay empty the types do not matter.
    """
    package = message_type.__module__.partition(".")[0]
    parts = []
    for field, kind in message_type.get_fields_and_field_types().items():
        owner, _, inner = kind.removeprefix("sequence<").removesuffix(">").partition("/")
        if owner == package and field not in _ALWAYS_EMPTY:
            field += f"({_layout(getattr(importlib.import_module(f'{package}.msg'), inner))})"
        parts.append(field)
    return " ".join(parts)


_ALWAYS_EMPTY = ("attributes", "captures", "circles", "disappeared_targets", "metadata", "outline_colors", "perfs")

_APT = "install it with `sudo apt install ros-{}-%s`"
_ANNOTATIONS_3 = (
    "circles points(timestamp type points(x y) outline_color(r g b a) outline_colors fill_color(r g b a) thickness) "
    "texts(timestamp position(x y) text font_size text_color(r g b a) background_color(r g b a))"
)
_ANNOTATIONS = "timestamp " + _ANNOTATIONS_3.replace("thickness)", "thickness metadata)")[:-1] + " metadata) metadata"

_TOPICS = {
    topic.name: topic
    for topic in (
        DecodedTopic(
            "detections",
            "vision_msgs/msg/Detection2DArray",
            (
                "header detections(header results(hypothesis(class_id score) pose) "
                "bbox(center(position(x y) theta) size_x size_y) id)",
            ),
            _APT % "vision-msgs",
        ),
        DecodedTopic(
            "classifications", "vision_msgs/msg/Classification", ("header results(class_id score)",), _APT % "vision-msgs"
        ),
        DecodedTopic("keypoints", "sensor_msgs/msg/PointCloud2"),
        DecodedTopic("masks", "sensor_msgs/msg/Image"),
        DecodedTopic(
            "annotations", "foxglove_msgs/msg/ImageAnnotations", (_ANNOTATIONS, _ANNOTATIONS_3), _APT % "foxglove-msgs"
        ),
        DecodedTopic("overlay", "sensor_msgs/msg/CompressedImage"),
        DecodedTopic(
            "targets",
            "ai_msgs/msg/PerceptionTargets",
            (
                "header fps perfs targets(type track_id rois(type rect confidence) attributes "
                "points(type point confidence) captures) disappeared_targets",
            ),
            "it is part of TogetheROS.Bot: install it with `sudo apt install tros-{}-ai-msgs`",
        ),
    )
}
# Families that find landmarks besides the boxes, though their task is to detect.
_WITH_KEYPOINTS = ("centerface", "blazeface")
_READS_TEXT = "text_recognition"

_BOXES = ("detections", "annotations", "overlay", "targets")
_LINES = ("classifications", "annotations", "overlay")
_OF_TASKS = {
    "detect": _BOXES,
    "obb": _BOXES,
    "segment": (*_BOXES, "masks"),
    "pose": (*_BOXES, "keypoints"),
    "classify": _LINES,
    "semantic": ("masks", "overlay"),
    "text": _BOXES,
}


def topics_of(family: str, task: str) -> list[DecodedTopic]:
    """Return the topics that the results of a decoder of hbm_runtime_core.decode have."""
    names = _LINES if family == _READS_TEXT else _OF_TASKS[task]
    if family in _WITH_KEYPOINTS:
        names = (*names, "keypoints")
    return [_TOPICS[name] for name in names]
