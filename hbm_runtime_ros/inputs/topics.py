# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topics of a model as its parameters have them, and the inputs that they fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hbm_runtime_core import HbmValueError, vision

from ..errors import ConfigurationError
from ..loaded_model import LoadedModel
from .image_input import ImageInput
from .request_inputs import RequestInputs
from .topic_input import TopicInput


@dataclass(frozen=True)
class TopicSettings:
    """One input topic of a model."""

    topic: str
    kind: type[TopicInput]
    picture: Mapping[str, Any]  # arguments of vision.for_model


def topics_of(settings: Mapping[str, Any]) -> list[TopicSettings]:
    """Return the input topics that the parameters of a model name."""
    pad = settings["pad_value"]
    picture = {"resize": settings["resize"], "pad_rgb": (pad, pad, pad)}
    return [TopicSettings(settings["input_topic"], ImageInput, picture)]


def request_inputs(model: LoadedModel, topics: Sequence[TopicSettings]) -> RequestInputs:
    """Make a request of `model`, and what fills it from `topics`.

    Raises:
        ConfigurationError: the model has no input that a topic could fill.
    """
    request = model.runtime.create_request(model.name)
    return RequestInputs(request, [_topic_input(model, topic, request.inputs) for topic in topics])


def _topic_input(model: LoadedModel, topic: TopicSettings, inputs: Mapping[str, Any]) -> TopicInput:
    try:
        preparation = vision.for_model(model.runtime, model.name, **topic.picture)
    except HbmValueError as error:
        raise ConfigurationError(f"model '{model.group}' cannot take pictures: {error}") from error
    return ImageInput(preparation, inputs)
