# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The input topics of a model as its parameters have them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from ..errors import ConfigurationError
from ..parameters.declaration import declare
from ..parameters.input_parameters import INPUT_PARAMETERS, SYNC_PARAMETERS
from ..parameters.model_parameters import MODEL_PARAMETERS
from ..topic_names import resolve_topic

_OF_MODEL = frozenset(spec.name for spec in MODEL_PARAMETERS)


@dataclass(frozen=True)
class TopicSettings:
    """One topic.

    Attributes:
        name: of its group of parameters; empty where the model has one topic.
        prefix: of its parameters, without the last dot.
        topic: resolved name.
        values: of INPUT_PARAMETERS.
    """

    name: str
    prefix: str
    topic: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class InputSettings:
    """All topics of a model, and how their messages become frames (`values` of SYNC_PARAMETERS)."""

    topics: tuple[TopicSettings, ...]
    values: Mapping[str, Any]


def declare_inputs(node: Node, model: str, given: Mapping[str, Any]) -> InputSettings:
    """Declare the parameters of the input topics of `model`.

    Args:
        node: declares.
        model: group of the parameters.
        given: values that count more than those of parameter files, by their names in the group.

    Raises:
        ConfigurationError: a parameter is not what it must be.
    """
    sync = declare(node, SYNC_PARAMETERS, model, given)
    own = declare(node, INPUT_PARAMETERS, model, given)
    names = [name for name in sync["inputs"] if name]
    if not names:
        return InputSettings((_settings(node, "", model, own),), sync)
    _refuse_unused(model, own)
    topics = []
    for name in names:
        if name in _OF_MODEL:
            raise ConfigurationError(f"parameter '{model}.inputs': '{name}' is the name of a parameter; choose another one")
        defaults = {**own, "input_topic": name}
        specs = [dataclasses.replace(spec, default=defaults[spec.name]) for spec in INPUT_PARAMETERS]
        prefix = f"{model}.{name}"
        given_here = {key.removeprefix(f"{name}."): value for key, value in given.items() if key.startswith(f"{name}.")}
        topics.append(_settings(node, name, prefix, declare(node, specs, prefix, given_here)))
    twice = [topic.prefix for topic in topics if sum(other.topic == topic.topic for other in topics) > 1]
    if twice:
        named = " and ".join(f"'{prefix}.input_topic'" for prefix in twice)
        raise ConfigurationError(
            f"parameters {named}: name the same topic; a message can fill several inputs of the model: list them in the "
            f"`tensors` of one of the two"
        )
    return InputSettings(tuple(topics), sync)


def _settings(node: Node, name: str, prefix: str, values: Mapping[str, Any]) -> TopicSettings:
    return TopicSettings(name, prefix, resolve_topic(node, values["input_topic"], f"{prefix}.input_topic"), values)


def _refuse_unused(model: str, values: Mapping[str, Any]) -> None:
    for spec in INPUT_PARAMETERS:
        if spec.name in ("input_topic", "tensors") and values[spec.name] != spec.default:
            raise ConfigurationError(
                f"parameter '{model}.{spec.name}': has no meaning, because '{model}.inputs' names several topics; set it "
                f"for each of them: '{model}.<input>.{spec.name}'"
            )
