# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a quantity grows: the slope of its samples over time, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# The first part of a run only warms up: pools, caches and the allocator's arenas fill.
_WARM_UP = 0.25
# Neighboring samples resemble each other, so the spread is taken from the means of this many parts.
_PARTS = 12
# Student's t for 95 % and _PARTS - 2 degrees of freedom.
_T_95 = 2.228


@dataclass(frozen=True)
class Slope:
    """A quantity's change per hour.

    Attributes:
        name: of the quantity, with its unit.
        per_hour: least-squares slope, units per hour.
        low, high: its 95 % confidence interval.
        level: mean of the samples.
        tolerance: growth per hour that is accepted although it is measurable.
    """

    name: str
    per_hour: float
    low: float
    high: float
    level: float
    tolerance: float

    @property
    def grows(self) -> bool:
        """Whether the quantity certainly grows, and by more than the tolerance."""
        return self.low > 0 and self.per_hour > self.tolerance


def slope(name: str, times_s: Sequence[float], values: Sequence[float], tolerance: float) -> Slope:
    """Fit the samples after the warm-up. `tolerance` is accepted per hour; in a shorter run, which may see one thread more
    or some pages as a steep slope, within the run.

    Raises:
        ValueError: there are too few samples.
    """
    start = int(len(values) * _WARM_UP)
    if len(values) - start < 2 * _PARTS:
        raise ValueError(f"{name}: expected at least {3 * _PARTS} samples, got {len(values)}")
    hours = np.array([part.mean() for part in np.array_split(np.asarray(times_s[start:]) / 3600, _PARTS)])
    levels = np.array([part.mean() for part in np.array_split(np.asarray(values[start:], float), _PARTS)])
    centered = hours - hours.mean()
    per_hour = float(centered @ levels / (centered @ centered))
    residuals = levels - levels.mean() - per_hour * centered
    tolerance_per_hour = tolerance / min(1.0, times_s[-1] / 3600)
    error = float(np.sqrt(residuals @ residuals / (_PARTS - 2) / (centered @ centered)))
    return Slope(
        name, per_hour, per_hour - _T_95 * error, per_hour + _T_95 * error, float(levels.mean()), tolerance_per_hour
    )
