# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names and quality of service of topics: what the parameters ask for, and what `qos_overrides.*` makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rcl_interfaces.msg import SetParametersResult
from rclpy.exceptions import InvalidTopicNameException, ParameterException
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import InvalidQosOverridesError, QoSOverridingOptions
from rclpy.validate_topic_name import validate_topic_name

from .errors import ConfigurationError

MODEL_LIST_TOPIC = "~/models"

_OVERRIDABLE = (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY, QoSPolicyKind.DURABILITY)


def resolve_topic(node: Node, topic: str, parameter: str) -> str:
    """Return the full name of `topic`, which `parameter` names.

    Raises:
        ConfigurationError: no topic can have that name.
    """
    try:
        validate_topic_name(topic)
        return str(node.resolve_topic_name(topic))
    except (InvalidTopicNameException, RuntimeError) as error:  # the latter for unknown {substitutions}
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"parameter '{parameter}': {reason}") from error


def resolve_result_topic(node: Node, model: str, topic: str) -> str:
    """Return the full name of the topic for the results of `model`. Empty: its usual name.

    Raises:
        ConfigurationError: no topic can have that name, or the node has another one of it.
    """
    resolved = resolve_topic(node, topic or f"~/{model}/result", f"{model}.result_topic")
    if resolved == node.resolve_topic_name(MODEL_LIST_TOPIC):
        raise ConfigurationError(
            f"parameter '{model}.result_topic': {resolved} is the topic of the node's list of models; choose another"
        )
    return resolved


def input_qos(reliability: str, depth: int) -> QoSProfile:
    """Return the QoS of an input topic for the parameters of these names."""
    reliable = reliability == "reliable"
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
    )


def result_qos() -> QoSProfile:
    """Return the default of result topics."""
    return QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


def copy_of(qos: QoSProfile) -> QoSProfile:
    """Return an equal profile: rclpy writes overrides into the one that it is given."""
    return QoSProfile(history=qos.history, depth=qos.depth, reliability=qos.reliability, durability=qos.durability)


def overridable(entity_id: str | None = None) -> QoSOverridingOptions:
    """Return the options that apply the parameters qos_overrides.<topic>.<publisher or subscription>.* to a topic."""
    return QoSOverridingOptions(_OVERRIDABLE, callback=_check, entity_id=entity_id)


@contextmanager
def bad_overrides_as_errors(topic: str, entity: str) -> Iterator[None]:
    """Turn rclpy's errors about overrides for an `entity` (publisher or subscription) into ConfigurationError."""
    try:
        yield
    except (InvalidQosOverridesError, ParameterException, RuntimeError) as error:
        raise ConfigurationError(f"{entity} of {topic}, parameters 'qos_overrides.{topic}.{entity}.*': {error}") from error


def describe(qos: QoSProfile) -> str:
    """Return a profile in a few words."""
    words = [qos.reliability.name.lower()]
    words.append(f"depth {qos.depth}" if qos.history == HistoryPolicy.KEEP_LAST else qos.history.name.lower())
    if qos.durability.name.lower() != "volatile":
        words.append(qos.durability.name.lower())
    return ", ".join(words)


def _check(qos: QoSProfile) -> SetParametersResult:
    if qos.history == HistoryPolicy.KEEP_LAST and qos.depth < 1:
        return SetParametersResult(successful=False, reason=f"depth must be at least 1, got {qos.depth}")
    return SetParametersResult(successful=True)
