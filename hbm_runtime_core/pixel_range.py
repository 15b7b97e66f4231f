# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Mean and scale of networks that were trained on pixels of 0..1, where pixels are 0..255."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def advice_on_unit_pixels(
    mean: Sequence[float], scale: Sequence[float], *, factor: str = "scale", is_std: bool = False
) -> str | None:
    """Return what is wrong with numbers for pixels of 0..1, and those for 0..255; None where nothing seems wrong.

    Args:
        mean: subtracted from the pixels.
        scale: multiplied with the difference.
        factor: how the reader of the text gives it, as scale or as std, its inverse.
        is_std: `scale` was given as std. A std below 1 is an error for pixels of 0..255, a scale above 1 is not.
    """
    small_mean = any(mean) and all(abs(value) < 1 for value in mean)
    small_std = all(abs(value) > 1 for value in scale)
    if not (small_mean or (is_std and small_std)):
        return None
    given, meant = [], []
    if small_mean:
        given.append(f"mean {numbers_text(mean)}")
        meant.append(f"mean {numbers_text(255 * value for value in mean)}")
    if small_std and factor == "std":
        given.append(f"std {numbers_text(1 / value for value in scale)}")
        meant.append(f"std {numbers_text(255 / value for value in scale)}")
    elif small_std:
        given.append(f"scale {numbers_text(scale)}")
        meant.append(f"scale {numbers_text(value / 255 for value in scale)}")
    return f"{' and '.join(given)} belong to pixels of 0..1, but these are of 0..255; did you mean {' and '.join(meant)}?"


def numbers_text(values: Iterable[float]) -> str:
    """Return numbers as they are typed on the command line: 123.675,116.28,103.53."""
    return ",".join(f"{value:.6g}" for value in values)
