# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A request of a model and the readers that fill its inputs: what one frame in flight needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from hbm_runtime_core import InferRequest, vision

from .. import _wire
from ..errors import FrameError
from .message_types import FilledInput, Message, MessageReader, PlacedPicture

if TYPE_CHECKING:
    from hbm_runtime_core.overlay import Canvas


class FilledFrame(NamedTuple):
    """What the messages of one frame contained besides their data."""

    header: _wire.FrameHeader  # of the first topic
    pictures: list[PlacedPicture]

    @property
    def transform(self) -> vision.ImageTransform | None:
        """Where the pixels of the first picture lie in the model's; None where there is none."""
        return self.pictures[0].transform if self.pictures else None

    @property
    def transform_messages(self) -> list[_wire.ImageTransform]:
        """The same of each picture, for results."""
        return [each.message for each in self.pictures]


class InferenceSlot:
    """One request, filled from one message of each of the model's topics. One thread uses it.

    Args:
        create_request: returns a request with the shapes of those inputs whose shape the sender chooses.
        readers: for each topic, its name (empty where it is the only one) and its readers by their transport.
        dynamic_shapes: of the inputs whose shape the sender chooses, -1 for each length that is open.
    """

    def __init__(
        self,
        create_request: Callable[[Mapping[str, tuple[int, ...]]], InferRequest],
        readers: Sequence[tuple[str, Mapping[str, MessageReader]]],
        dynamic_shapes: Mapping[str, Sequence[int]],
    ) -> None:
        self._create_request = create_request
        self._readers = tuple(readers)
        # Until the first frame has its own.
        self._shapes = {name: tuple(max(1, length) for length in shape) for name, shape in dynamic_shapes.items()}
        self.request = create_request(self._shapes)

    def fill(self, messages: Sequence[Message]) -> FilledFrame:
        """Write `messages`, one for each topic, into the inputs of the request. Other shapes need another request.

        Raises:
            FrameError: the content of a message does not fit the model.
            WireError: the bytes of a message are not of its type.
        """
        if self._shapes:
            self._fit_shapes(messages)
        filled: list[FilledInput] = []
        for (name, readers), message in zip(self._readers, messages, strict=True):
            with _errors_naming(name):
                filled.append(readers[message.type.transport].fill(message, self.request.inputs))
        return FilledFrame(filled[0].header, [each.picture for each in filled if each.picture is not None])

    def load_picture(self, messages: Sequence[Message], canvas: Canvas) -> bool:
        """Load the first picture of `messages` into `canvas`. Return False where there is none.

        Raises:
            FrameError, WireError, HbmValueError: it cannot be read.
        """
        return any(
            readers[message.type.transport].load_picture(message, canvas)
            for (_, readers), message in zip(self._readers, messages, strict=True)
        )

    def _fit_shapes(self, messages: Sequence[Message]) -> None:
        shapes: dict[str, tuple[int, ...]] = {}
        for (name, readers), message in zip(self._readers, messages, strict=True):
            with _errors_naming(name):
                shapes.update(readers[message.type.transport].shapes(message))
        if shapes != self._shapes:
            self._shapes = shapes
            self.request = self._create_request(shapes)


@contextmanager
def _errors_naming(topic: str) -> Iterator[None]:
    """Add the name of the topic to errors of its message, where the model has several topics."""
    try:
        yield
    except FrameError as error:
        if not topic:
            raise
        raise error.of_input(topic) from error
    except _wire.WireError as error:
        if not topic:
            raise
        raise _wire.WireError(f"input '{topic}': {error}") from error
