# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of input topic has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import _wire
from .message_kinds import Message

# Name of a model's input to its array, such as InferRequest.inputs.
Arrays = Mapping[str, np.ndarray[Any, Any]]


class Filled(NamedTuple):
    """What a message told besides its data."""

    header: _wire.FrameHeader
    transform: _wire.ImageTransform | None  # of a picture


class TopicInput(ABC):
    """Fills inputs of a model from messages of one kind."""

    @abstractmethod
    def fill(self, message: Message, inputs: Arrays) -> Filled:
        """Write the content of `message` into `inputs`.

        Raises:
            FrameError: the content does not fit the model, or is not what it says.
            WireError: the bytes are no such message.
        """

    def shapes(self, message: Message) -> Mapping[str, Sequence[int]]:
        """Return the shapes that those inputs need whose shape is up to the sender.

        Raises:
            FrameError: the content does not fit the model, or is not what it says.
            WireError: the bytes are no such message.
        """
        return {}
