# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a loaded model makes of its input topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hbm_runtime_core import HbmValueError, vision

from ..errors import ConfigurationError
from ..loaded_model import LoadedModel
from ..parameters.input_parameters import INPUT_PARAMETERS, WHOLE_PICTURE
from .assignment import assign_inputs
from .compressed_input import CompressedInput
from .hbmem_input import HbmemInput
from .image_input import ImageInput
from .message_kinds import COMPRESSED, HBMEM, KINDS, PICTURE_TRANSPORTS, RAW, TENSORS
from .request_inputs import RequestInputs
from .tensor_input import TensorInput
from .topic_input import TopicInput
from .topic_settings import TopicSettings

_DEFAULTS = {spec.name: spec.default for spec in INPUT_PARAMETERS}
# Where they are not the default, a model that has no use for them is not what the user thinks it is.
_ONLY_FOR_TENSOR_PICTURES = ("mean", "scale", "colour")
_ONLY_FOR_NV12 = ("model_range",)


@dataclass(frozen=True)
class TopicPlan:
    """One topic.

    Attributes:
        settings: its parameters.
        names: the model's inputs that it fills.
        transports: that it can carry.
    """

    settings: TopicSettings
    names: Sequence[str]
    transports: Sequence[str]


def plan_topics(model: LoadedModel, topics: Sequence[TopicSettings]) -> list[TopicPlan]:
    """Find out which topic fills which inputs of `model`, from which messages.

    Raises:
        ConfigurationError: parameters and model do not fit together.
    """
    names = assign_inputs(model.group, model.input_names, {topic.name: topic.values["tensors"] for topic in topics})
    return [_plan(model, topic, names[topic.name]) for topic in topics]


def request_inputs(model: LoadedModel, plans: Sequence[TopicPlan]) -> RequestInputs:
    """Make a request of `model`, and what fills it from the topics."""
    return RequestInputs(model, [(plan.settings.name, _topic_inputs(model, plan)) for plan in plans])


def _plan(model: LoadedModel, topic: TopicSettings, names: Sequence[str]) -> TopicPlan:
    transport = topic.values["transport"]
    if transport == TENSORS:
        return TopicPlan(topic, names, (TENSORS,))
    parameter = f"{topic.prefix}.transport"
    try:
        picture = vision.for_model(model.runtime, model.name, inputs=names).input_names
    except HbmValueError as error:
        if transport == "auto":
            return TopicPlan(topic, names, (TENSORS,))
        raise ConfigurationError(f"parameter '{parameter}': {transport} brings pictures, but {error}") from error
    left = [name for name in names if name not in picture]
    if left:
        raise ConfigurationError(
            f"model '{model.group}': a picture fills {_listed(picture)}, nothing fills {_listed(left)}; name a topic for "
            f"each in '{model.group}.inputs', or send all of them as tensors ('{parameter}': tensors)"
        )
    _refuse_without_use(model, topic, nv12=len(picture) > 1)
    _preparation(model, topic, names)
    if transport == HBMEM and not any(kind.installed for kind in KINDS.values() if kind.transport == HBMEM):
        raise ConfigurationError(
            f"parameter '{parameter}': hbmem needs the package hbm_img_msgs, which is not installed or not sourced; "
            f"source the workspace that has it (on a board: its TROS setup file)"
        )
    return TopicPlan(topic, names, (*PICTURE_TRANSPORTS, TENSORS) if transport == "auto" else (transport,))


def _refuse_without_use(model: LoadedModel, topic: TopicSettings, nv12: bool) -> None:
    for name in _ONLY_FOR_TENSOR_PICTURES if nv12 else _ONLY_FOR_NV12:
        if topic.values[name] != _DEFAULTS[name]:
            why = "its input is NV12, colours are the model's own matter" if nv12 else "its input is not NV12"
            raise ConfigurationError(f"parameter '{topic.prefix}.{name}': has no meaning for '{model.group}': {why}")


def _preparation(model: LoadedModel, topic: TopicSettings, names: Sequence[str]) -> vision.PicturePreparation:
    values = topic.values
    region = values["region"]
    options: Mapping[str, Any] = {
        **{name: values[name] for name in ("resize", "interpolation", "colour", "mean", "scale")},
        **{name: values[name] for name in ("picture_range", "model_range")},
        "region": None if tuple(region) == WHOLE_PICTURE else tuple(region),
        "pad_rgb": (values["pad_value"],) * 3,
    }
    try:
        return vision.for_model(model.runtime, model.name, inputs=names, **options)
    except HbmValueError as error:
        raise ConfigurationError(f"parameters '{topic.prefix}.*': {error}") from error


def _topic_inputs(model: LoadedModel, plan: TopicPlan) -> dict[str, TopicInput]:
    inputs: dict[str, TopicInput] = {}
    if TENSORS in plan.transports:
        inputs[TENSORS] = TensorInput(model, plan.names)
    if any(transport in plan.transports for transport in PICTURE_TRANSPORTS):
        preparation = _preparation(model, plan.settings, plan.names)
        frame_id = plan.settings.values["frame_id"]
        inputs[RAW] = ImageInput(preparation, frame_id)
        inputs[COMPRESSED] = CompressedInput(preparation, frame_id)
        inputs[HBMEM] = HbmemInput(preparation, frame_id)
    return inputs


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
