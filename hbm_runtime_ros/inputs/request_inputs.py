# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A request of a model together with what fills its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from hbm_runtime_core import InferRequest

from .. import _wire
from ..errors import FrameError
from ..loaded_model import LoadedModel
from .message_kinds import Message
from .topic_input import Filled, TopicInput


class FilledRequest(NamedTuple):
    """What the messages of one frame told besides their data."""

    header: _wire.FrameHeader  # of the first topic
    transforms: list[_wire.ImageTransform]  # one a picture


class RequestInputs:
    """One request, filled from one message of each of its topics.

    Args:
        model: that the request is of.
        topics: the name of each, empty where it is the only one, and what reads its messages by their transport.
    """

    def __init__(self, model: LoadedModel, topics: Sequence[tuple[str, Mapping[str, TopicInput]]]) -> None:
        self._model = model
        self._topics = tuple(topics)
        dynamic = {name: shape for name, shape in model.input_shapes.items() if -1 in shape}
        # Until the first frame says which sizes it has.
        self._shapes = {name: tuple(max(1, length) for length in shape) for name, shape in dynamic.items()}
        self.request = self._create_request()

    def stamp_ns(self, messages: Sequence[Message]) -> int:
        """Return the stamp of the first topic's message, which is that of the result; 0 = unknown.

        Raises:
            WireError: the message is too short for it.
        """
        return messages[0].stamp_ns()

    def fill(self, messages: Sequence[Message]) -> FilledRequest:
        """Write `messages`, one a topic, into the inputs of the request, which is another one where the shapes are others.

        Raises:
            FrameError: the content of one does not fit the model.
            WireError: the bytes of one are not of its type.
        """
        if self._shapes:
            self._fit_shapes(messages)
        filled: list[Filled] = []
        for (name, readers), message in zip(self._topics, messages, strict=True):
            with _telling_topic(name):
                filled.append(readers[message.kind.transport].fill(message, self.request.inputs))
        return FilledRequest(filled[0].header, [each.transform for each in filled if each.transform is not None])

    def _fit_shapes(self, messages: Sequence[Message]) -> None:
        shapes: dict[str, tuple[int, ...]] = {}
        for (name, readers), message in zip(self._topics, messages, strict=True):
            with _telling_topic(name):
                found = readers[message.kind.transport].shapes(message)
            shapes.update({tensor: tuple(shape) for tensor, shape in found.items()})
        if shapes != self._shapes:
            self._shapes = shapes
            self.request = self._create_request()

    def _create_request(self) -> InferRequest:
        return self._model.runtime.create_request(self._model.name, shapes=self._shapes or None)


@contextmanager
def _telling_topic(name: str) -> Iterator[None]:
    """Let what is wrong with a message say which topic it came from, where there are several."""
    try:
        yield
    except FrameError as error:
        if not name:
            raise
        raise error.of_input(name) from error
    except _wire.WireError as error:
        if not name:
            raise
        raise _wire.WireError(f"input '{name}': {error}") from error
