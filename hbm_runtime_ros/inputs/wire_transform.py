# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The transform of a prepared picture in the words of the messages."""

from __future__ import annotations

from collections.abc import Sequence

from hbm_runtime_core import vision

from .. import _wire


class WireTransform:
    """Translates the transforms of one picture input, whose names are `input_names`."""

    def __init__(self, input_names: Sequence[str]) -> None:
        self._input_names = list(input_names)
        # It depends on the picture's size alone, which hardly ever changes.
        self._size = (0, 0)
        self._translated: _wire.ImageTransform | None = None

    def of(self, placed: vision.ImageTransform) -> _wire.ImageTransform:
        """Return the fields of msg/ImageTransform."""
        size = (placed.src_width, placed.src_height)
        if self._translated is None or self._size != size:
            self._size = size
            self._translated = self._translate(placed)
        return self._translated

    def _translate(self, placed: vision.ImageTransform) -> _wire.ImageTransform:
        return _wire.ImageTransform(
            inputs=self._input_names,
            mode=placed.mode,
            source_width=placed.src_width,
            source_height=placed.src_height,
            model_width=placed.dst_width,
            model_height=placed.dst_height,
            scale_x=placed.scale_x,
            scale_y=placed.scale_y,
            pad_left=placed.pad_left,
            pad_top=placed.pad_top,
            crop_left=placed.crop_x,
            crop_top=placed.crop_y,
        )
