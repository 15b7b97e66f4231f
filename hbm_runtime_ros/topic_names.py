# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics: that of the node itself, and those that come from parameters."""

from __future__ import annotations

from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from rclpy.validate_topic_name import validate_topic_name

from .errors import ConfigurationError

MODEL_LIST_TOPIC = "~/models"


def resolve_topic(node: Node, topic: str, parameter: str) -> str:
    """Return the full name of `topic`, which `parameter` names.

    Raises:
        ConfigurationError: no topic can have that name.
    """
    try:
        validate_topic_name(topic)
        return str(node.resolve_topic_name(topic))
    except (InvalidTopicNameException, RuntimeError) as error:  # the latter for {substitutions} that are unknown
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"parameter '{parameter}': {reason}") from error
