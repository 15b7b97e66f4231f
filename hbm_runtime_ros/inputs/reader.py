# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The interface of everything that writes messages of one type into the inputs of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from .. import _wire
from .message_types import Message

# Name of a model's input to its array, such as InferRequest.inputs.
Arrays = Mapping[str, np.ndarray[Any, Any]]


class FilledInput(NamedTuple):
    """What a message contained besides its data."""

    header: _wire.FrameHeader
    transform: _wire.ImageTransform | None  # of a picture


class MessageReader(ABC):
    """Fills inputs of a model from messages of one type. One thread at a time uses it."""

    @abstractmethod
    def fill(self, message: Message, inputs: Arrays) -> FilledInput:
        """Write the content of `message` into `inputs`.

        Raises:
            FrameError: the content does not fit the model, or contradicts itself.
            WireError: the bytes are no such message.
        """

    def shapes(self, message: Message) -> Mapping[str, tuple[int, ...]]:
        """Return the shapes of the inputs whose shape the sender chooses.

        Raises:
            FrameError: the content does not fit the model, or contradicts itself.
            WireError: the bytes are no such message.
        """
        return {}
