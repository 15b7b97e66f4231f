# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors as hbm_runtime_ros/TensorList, for inputs that are no pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import _wire
from ..errors import FrameError
from ..loaded_model import LoadedModel
from ..monitoring.drop_reasons import DropReason
from .message_kinds import Message
from .tensor_target import TensorTarget
from .topic_input import Arrays, Filled, TopicInput


class TensorInput(TopicInput):
    """Fills the inputs `names` of `model`, each from the tensor of its name."""

    def __init__(self, model: LoadedModel, names: Sequence[str]) -> None:
        self._targets = {name: TensorTarget(model, name) for name in names}

    def fill(self, message: Message, inputs: Arrays) -> Filled:
        """Write the tensors in `message` into `inputs`."""
        header, tensors = _wire.parse_tensor_list(message.data)
        # All are looked at before the first is written.
        values = {name: self._targets[name].read(tensor) for name, tensor in self._by_name(tensors).items()}
        for name, value in values.items():
            np.copyto(inputs[name], value, casting="no")
        return Filled(header, None)

    def shapes(self, message: Message) -> Mapping[str, Sequence[int]]:
        """Return the shapes of those tensors that the model takes in any size."""
        _, tensors = _wire.parse_tensor_list(message.data)
        return {
            name: self._targets[name].check_shape(tensor)
            for name, tensor in self._by_name(tensors).items()
            if self._targets[name].dynamic
        }

    def _by_name(self, tensors: Sequence[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for tensor in tensors:
            if tensor.name not in self._targets:
                raise _refusal(f"tensor '{tensor.name}' is no input that this topic fills; it fills {self._names()}")
            if tensor.name in found:
                raise _refusal(f"tensor '{tensor.name}' is there twice")
            found[tensor.name] = tensor
        missing = [name for name in self._targets if name not in found]
        if missing:
            came = ", ".join(f"'{name}'" for name in found) or "none"
            raise _refusal(f"tensor '{missing[0]}' is missing; expected {self._names()}, got {came}")
        return found

    def _names(self) -> str:
        return ", ".join(f"'{name}'" for name in self._targets)


def _refusal(text: str) -> FrameError:
    return FrameError(DropReason.TENSOR, text)
