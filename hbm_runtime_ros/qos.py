# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The quality of service of topics: what the model's parameters ask for, and what `qos_overrides.*` makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.exceptions import ParameterException
from rclpy.qos import HistoryPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import InvalidQosOverridesError, QoSOverridingOptions

from .errors import ConfigurationError

_OVERRIDABLE = (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY, QoSPolicyKind.DURABILITY)


def input_qos(settings: Mapping[str, Any]) -> QoSProfile:
    """Return what the parameters of a model ask for its input topics."""
    reliable = settings["reliability"] == "reliable"
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=settings["depth"],
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
    )


def result_qos() -> QoSProfile:
    """Return the default of result topics."""
    return QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


def copy_of(qos: QoSProfile) -> QoSProfile:
    """Return an equal profile: rclpy writes overrides into the one that it is given."""
    return QoSProfile(history=qos.history, depth=qos.depth, reliability=qos.reliability, durability=qos.durability)


def overridable(entity_id: str | None = None) -> QoSOverridingOptions:
    """Return the options that make a topic listen to the parameters qos_overrides.<topic>.<publisher or subscription>.*"""
    return QoSOverridingOptions(_OVERRIDABLE, callback=_check, entity_id=entity_id)


@contextmanager
def telling_bad_overrides(topic: str, entity: str) -> Iterator[None]:
    """Turn what rclpy says of bad overrides for an `entity` (publisher or subscription) into a ConfigurationError."""
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
        return SetParametersResult(successful=False, reason=f"depth {qos.depth} keeps no message, expected at least 1")
    return SetParametersResult(successful=True)
