# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which topic fills which inputs of a model, from which types of messages, through which readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from hbm_runtime_core import HbmValueError, vision

from ..errors import ConfigurationError
from ..model_files import ModelHandle
from ..monitoring.health import ThrottledLogger
from ..parameters import WHOLE_IMAGE, InputParameters, SyncParameters
from ..parameters.declaration import declare
from ..qos import resolve_topic
from .message_types import COMPRESSED, HBMEM, MESSAGE_TYPES, PICTURE_TRANSPORTS, RAW, TENSORS, MessageReader
from .pictures import CompressedImageReader, HbmemReader, ImageReader
from .slot import InferenceSlot
from .tensors import TensorListReader

# A value other than the default means that the user expects another kind of model.
_ONLY_FOR_TENSOR_PICTURES = ("mean", "scale", "std", "color_order")
_ONLY_FOR_NV12 = ("model_range",)


@dataclass(frozen=True)
class InputTopic:
    """One input topic of a model, as the parameters describe it.

    Attributes:
        name: of its group of parameters; empty where the model has one topic.
        prefix: of its parameters, without the last dot.
        topic: resolved name.
        parameters: their values.
    """

    name: str
    prefix: str
    topic: str
    parameters: InputParameters


def declare_inputs(node: Node, model: str, given: Mapping[str, Any]) -> tuple[list[InputTopic], SyncParameters]:
    """Declare the parameters of the input topics of `model`. Return the topics, and how their messages become frames.

    Args:
        node: declares.
        model: group of the parameters.
        given: values that override those of parameter files, by their names in the group.

    Raises:
        ConfigurationError: a parameter is not valid.
    """
    sync = declare(node, SyncParameters, model, given)
    own = declare(node, InputParameters, model, given)
    if not sync.inputs:
        return [_input_topic(node, "", model, own)], sync
    for name in ("input_topic", "tensors"):
        if getattr(own, name) != getattr(InputParameters(), name):
            raise ConfigurationError(
                f"parameter '{model}.{name}': cannot be combined with '{model}.inputs', which names several topics; set it "
                f"for each of them: '{model}.<input>.{name}'"
            )
    topics = []
    for name in sync.inputs:
        given_here = {key.removeprefix(f"{name}."): value for key, value in given.items() if key.startswith(f"{name}.")}
        values = declare(node, InputParameters, f"{model}.{name}", given_here, defaults={**vars(own), "input_topic": name})
        topics.append(_input_topic(node, name, f"{model}.{name}", values))
    duplicates = [each.prefix for each in topics if sum(other.topic == each.topic for other in topics) > 1]
    if duplicates:
        named = " and ".join(f"'{prefix}.input_topic'" for prefix in duplicates)
        raise ConfigurationError(
            f"parameters {named}: duplicate topic '{next(each.topic for each in topics if each.prefix == duplicates[0])}'; "
            f"a message can fill several inputs of the model: list them in the `tensors` of one of the two"
        )
    return topics, sync


def _input_topic(node: Node, name: str, prefix: str, values: InputParameters) -> InputTopic:
    return InputTopic(name, prefix, resolve_topic(node, values.input_topic, f"{prefix}.input_topic"), values)


@dataclass(frozen=True)
class TopicPlan:
    """How a loaded model uses one input topic.

    Attributes:
        topic: with its parameters.
        names: the model's inputs that it fills.
        transports: those that it can carry.
    """

    topic: InputTopic
    names: Sequence[str]
    transports: Sequence[str]


def plan_topics(model: ModelHandle, topics: Sequence[InputTopic]) -> list[TopicPlan]:
    """Determine which topic fills which inputs of `model`, from which messages.

    Raises:
        ConfigurationError: parameters and model do not fit together.
    """
    names = assign_inputs(model.name, model.input_names, {each.name: each.parameters.tensors for each in topics})
    return [_plan(model, topic, names[topic.name]) for topic in topics]


def make_slot(model: ModelHandle, plans: Sequence[TopicPlan], log: ThrottledLogger) -> InferenceSlot:
    """Return a request of `model` with the readers that fill it from the topics."""
    readers = [(plan.topic.name, _readers(model, plan, log)) for plan in plans]
    return InferenceSlot(model.create_request, readers, model.dynamic_shapes)


def assign_inputs(model: str, model_inputs: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the inputs that each topic fills, in the order of the model.

    Args:
        model: name of the model in the node.
        model_inputs: names of its inputs.
        wanted: for each topic by the name of its group of parameters ("" for a model with one topic), the value of its
            parameter `tensors`.

    Raises:
        ConfigurationError: an input has no topic or several, or a topic fills nothing. The text names the parameter.
    """
    assigned: dict[str, list[str]] = {}
    taken: dict[str, str] = {}
    for group, names in wanted.items():
        parameter = f"{model}.{group}.tensors" if group else f"{model}.tensors"
        chosen = _chosen_inputs(group, names, model_inputs, parameter)
        for name in chosen:
            if name in taken:
                raise ConfigurationError(
                    f"parameter '{parameter}': duplicate topic for the model's input '{name}': '{taken[name]}' fills it"
                )
            taken[name] = parameter
        assigned[group] = [name for name in model_inputs if name in chosen]
    left = [name for name in model_inputs if name not in taken]
    if left:
        raise ConfigurationError(
            f"model '{model}': no topic fills {_quoted(left)} of its inputs; name a topic for each in '{model}.inputs', or "
            f"add the input to the `tensors` of a topic"
        )
    return assigned


def _chosen_inputs(group: str, names: Sequence[str], model_inputs: Sequence[str], parameter: str) -> list[str]:
    for name in names:
        if name not in model_inputs:
            raise ConfigurationError(
                f"parameter '{parameter}': unknown input '{name}' (the model has {_quoted(model_inputs)})"
            )
    if names or not group:
        return list(names or model_inputs)
    # The packer and the board's compiler name the planes of an NV12 input like this.
    own = [name for name in (group, f"{group}_y", f"{group}_uv") if name in model_inputs]
    if not own:
        raise ConfigurationError(
            f"parameter '{parameter}': name the inputs of the model that this topic fills; none is called '{group}' "
            f"(the model has {_quoted(model_inputs)})"
        )
    return own


def _plan(model: ModelHandle, topic: InputTopic, names: Sequence[str]) -> TopicPlan:
    transport = topic.parameters.transport
    if transport == TENSORS:
        return TopicPlan(topic, names, (TENSORS,))
    parameter = f"{topic.prefix}.transport"
    try:
        picture = vision.for_model(model.runtime, model.model_name, inputs=names).input_names
    except HbmValueError as error:
        if transport == "auto":
            return TopicPlan(topic, names, (TENSORS,))
        raise ConfigurationError(f"parameter '{parameter}': {transport} carries pictures, but {error}") from error
    left = [name for name in names if name not in picture]
    if left:
        raise ConfigurationError(
            f"model '{model.name}': a picture fills {_quoted(picture)}, nothing fills {_quoted(left)}; name a topic for "
            f"each in '{model.name}.inputs', or send all of them as tensors ('{parameter}': tensors)"
        )
    _refuse_ignored(model, topic, nv12=len(picture) > 1)
    if transport == HBMEM and not any(each.installed for each in MESSAGE_TYPES.values() if each.transport == HBMEM):
        raise ConfigurationError(
            f"parameter '{parameter}': hbm_img_msgs is not installed or not sourced; source the workspace that has it (on "
            f"a board: its TROS setup file)"
        )
    return TopicPlan(topic, names, (*PICTURE_TRANSPORTS, TENSORS) if transport == "auto" else (transport,))


def _refuse_ignored(model: ModelHandle, topic: InputTopic, nv12: bool) -> None:
    for name in _ONLY_FOR_TENSOR_PICTURES if nv12 else _ONLY_FOR_NV12:
        if getattr(topic.parameters, name) != getattr(InputParameters(), name):
            why = (
                "takes NV12, and its color order, mean and scale are inside the model file" if nv12 else "does not take NV12"
            )
            raise ConfigurationError(f"parameter '{topic.prefix}.{name}': remove it: model '{model.name}' {why}")


def _readers(model: ModelHandle, plan: TopicPlan, log: ThrottledLogger) -> dict[str, MessageReader]:
    readers: dict[str, MessageReader] = {}
    if TENSORS in plan.transports:
        readers[TENSORS] = TensorListReader(model, plan.names)
    if any(transport in plan.transports for transport in PICTURE_TRANSPORTS):
        preparation, values = _preparation(model, plan.topic, plan.names), plan.topic.parameters
        for transport, reader in ((RAW, ImageReader), (COMPRESSED, CompressedImageReader), (HBMEM, HbmemReader)):
            readers[transport] = reader(preparation, values.frame_id, values.picture_range, log)
    return readers


def _preparation(model: ModelHandle, topic: InputTopic, names: Sequence[str]) -> vision.PicturePreparation:
    values = topic.parameters
    x, y, width, height = values.region if values.region != WHOLE_IMAGE else (0, 0, 0, 0)
    try:
        return vision.for_model(
            model.runtime,
            model.model_name,
            inputs=names,
            resize=values.resize,
            interpolation=values.interpolation,
            region=(x, y, width, height) if width else None,
            pad_rgb=(values.pad_value,) * 3,
            color_order=values.color_order,
            mean=values.mean,
            scale=_unless_default(values, "scale"),
            std=_unless_default(values, "std"),
            picture_range=values.picture_range,
            model_range=None if values.model_range == "auto" else values.model_range,
        )
    except HbmValueError as error:
        raise ConfigurationError(f"parameters '{topic.prefix}.*': {error}") from error


def _unless_default(values: InputParameters, name: str) -> tuple[float, ...] | None:
    value: tuple[float, ...] = getattr(values, name)
    return value if value != getattr(InputParameters(), name) else None


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
