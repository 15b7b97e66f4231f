# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A request of a model together with what fills its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hbm_runtime_core import InferRequest

from .. import _wire
from .topic_input import TopicInput


class FilledRequest(NamedTuple):
    """What the messages of one frame told besides their data."""

    header: _wire.FrameHeader  # of the first topic
    transforms: list[_wire.ImageTransform]  # one a picture


class RequestInputs:
    """One request, filled from one message of each of its topics."""

    def __init__(self, request: InferRequest, topics: Sequence[TopicInput]) -> None:
        self.request = request
        self._topics = tuple(topics)

    def stamp_ns(self, messages: Sequence[bytes]) -> int:
        """Return the stamp of the first topic's message, which is that of the result; 0 = unknown.

        Raises:
            WireError: the message is too short for it.
        """
        return self._topics[0].stamp_ns(messages[0])

    def fill(self, messages: Sequence[bytes]) -> FilledRequest:
        """Write the serialized `messages`, one a topic, into the inputs of the request.

        Raises:
            FrameError: the content of one does not fit the model.
            WireError: the bytes of one are not of its type.
        """
        filled = [topic.fill(message) for topic, message in zip(self._topics, messages, strict=True)]
        return FilledRequest(filled[0].header, [each.transform for each in filled if each.transform is not None])
