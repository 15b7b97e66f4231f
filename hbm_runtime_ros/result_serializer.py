# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Serializes what a model gave, straight from the device's output buffers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _wire
from .dequantization import real_bits
from .frame_timing import FrameTiming
from .loaded_model import LoadedModel


class ResultSerializer:
    """The results of one model. One thread at a time uses it.

    Args:
        model: whose outputs they are.
        dequantize: value of the parameter of that name.

    Raises:
        ConfigurationError: `dequantize` does not fit the model.
    """

    def __init__(self, model: LoadedModel, dequantize: str) -> None:
        self._output_names = model.output_names
        self._writer = _wire.ResultWriter(model.group, model.output_types(), real_bits(dequantize, model))

    def serialize(
        self,
        header: _wire.FrameHeader,
        sequence: int,
        transforms: Sequence[_wire.ImageTransform],
        timing: FrameTiming,
        outputs: Mapping[str, np.ndarray[Any, Any]],
    ) -> memoryview:
        """Return the InferenceResult for the outputs of frame `sequence`, which came with `header`.

        Its memory is used again once the caller has dropped it.
        """
        return self._writer.write(
            header=header,
            sequence=sequence,
            transforms=transforms,
            timing=timing.fields(),
            outputs=[outputs[name] for name in self._output_names],
        )
