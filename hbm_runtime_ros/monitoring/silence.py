# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Says why no message comes on a topic, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from ..inputs.intake import ListenedTopic
from ..qos import describe
from .input_watch import SILENCE_S

_MOST_NAMES = 5


def explain_silence(node: Node, model: str, topic: ListenedTopic) -> str:
    """Return the warning for a topic that `model` listens to and hears nothing from."""
    qos, wanted = topic.qos, topic.types
    head = f"model '{model}': no message for {SILENCE_S:.0f} s on {topic.name} [{_either(wanted)}; {describe(qos)}]: "
    publishers = node.get_publishers_info_by_topic(topic.name)
    if not publishers:
        return head + _nobody_publishes(node, topic.name, wanted)
    of_type = [each for each in publishers if each.topic_type in wanted]
    if not of_type:
        return (
            f"{head}it is published with another type, by {_names(publishers, with_type=True)}. "
            f"Name a topic of the type {_either(wanted)}{_alternatives(node, topic.name, wanted)}"
        )
    reasons = [(each, *qos_check_compatible(each.qos_profile, qos)) for each in of_type]
    if all(compatibility == QoSCompatibility.ERROR for _, compatibility, _ in reasons):
        why = reasons[0][2].replace("ERROR: ", "").strip().rstrip(";")
        return (
            f"{head}the QoS is incompatible with that of {_names(of_type)}: {why}. "
            f"{_qos_remedy(model, topic.name, of_type[0].qos_profile, qos)}"
        )
    return (
        f"{head}published by {_names(of_type)}, but nothing comes. Is the camera running? See `ros2 topic hz {topic.name}`"
    )


def _nobody_publishes(node: Node, name: str, wanted: Sequence[str]) -> str:
    others = _topics_of_type(node, name, wanted)
    if not others:
        return f"nobody publishes there, and no other topic has this type. Start the camera; see `ros2 topic info -v {name}`"
    return (
        f"nobody publishes there. Topics of this type: {', '.join(others)}. "
        f"To take one of them, start the node with `--ros-args -r {name}:={others[0]}`"
    )


def _either(types: Sequence[str]) -> str:
    return " or ".join(types)


def _alternatives(node: Node, name: str, wanted: Sequence[str]) -> str:
    others = _topics_of_type(node, name, wanted)
    return f" ({', '.join(others)}): start the node with `--ros-args -r {name}:={others[0]}`" if others else ""


def _topics_of_type(node: Node, name: str, wanted: Sequence[str]) -> list[str]:
    """Return other topics of the type that somebody publishes, the most similar names first."""
    names = [
        other
        for other, types in node.get_topic_names_and_types()
        if other != name and set(wanted) & set(types) and node.count_publishers(other)
    ]
    likeness = {other: difflib.SequenceMatcher(None, name, other).ratio() for other in names}
    return sorted(names, key=lambda other: -likeness[other])[:_MOST_NAMES]


def _names(endpoints: list[Any], with_type: bool = False) -> str:
    texts = []
    for each in endpoints[:_MOST_NAMES]:
        name = f"{each.node_namespace.rstrip('/')}/{each.node_name}"
        texts.append(f"{name} [{each.topic_type + '; ' if with_type else ''}{describe_endpoint(each.qos_profile)}]")
    if len(endpoints) > _MOST_NAMES:
        texts.append(f"{len(endpoints) - _MOST_NAMES} more")
    return ", ".join(texts)


def describe_endpoint(qos: QoSProfile) -> str:
    """Return what discovery tells of another node's profile: not its history."""
    return f"{qos.reliability.name.lower()}, {qos.durability.name.lower()}"


def _qos_remedy(model: str, topic: str, offered: QoSProfile, requested: QoSProfile) -> str:
    if offered.reliability != requested.reliability:
        return f"Start the node with `--ros-args -p {model}.reliability:={offered.reliability.name.lower()}`"
    return (
        f"Start the node with `--ros-args -p qos_overrides.{topic}.subscription.durability:="
        f"{offered.durability.name.lower()}`"
    )
