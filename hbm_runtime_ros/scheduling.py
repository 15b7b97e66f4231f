# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the device schedules one model, and which of that a device and a model allow."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .parameters import SCHEDULER_CHOOSES


class CustomIdMode(str, enum.Enum):
    """Where the custom_id of a frame comes from."""

    FIXED = "fixed"
    SEQUENCE = "sequence"
    STAMP = "stamp"


@dataclass(frozen=True)
class Scheduling:
    """Which frames of one model run, and how. Immutable: a frame uses one set of values, never half of a change."""

    priority: int = 0
    bpu_cores: tuple[int, ...] = SCHEDULER_CHOOSES
    custom_id: int = 0
    device_id: int = 0
    custom_id_mode: str = CustomIdMode.FIXED.value
    enabled: bool = True
    max_age_ms: int = 0  # 0 = any age
    timeout_ms: int = 0  # 0 = waits for ever

    def custom_id_of(self, sequence: int, stamp_ns: int) -> int:
        """Return the custom_id of one frame: among equal priorities the smaller runs first."""
        if self.custom_id_mode == CustomIdMode.SEQUENCE:
            return sequence
        if self.custom_id_mode == CustomIdMode.STAMP:
            return stamp_ns
        return self.custom_id


@dataclass(frozen=True)
class CoreLimits:
    """What limits the choice of cores: the device, and the cores that the model was compiled for."""

    device_cores: int
    compiled_cores: int
    soc: str

    def one_at_a_time(self, cores: tuple[int, ...]) -> bool:
        """Return whether `cores` leave room for one inference of the model only, not for two side by side."""
        count = self.device_cores if cores == SCHEDULER_CHOOSES else len(cores)
        return count < 2 * max(1, self.compiled_cores)

    def why_not(self, cores: tuple[int, ...], full_name: str) -> str | None:
        """Return why the model cannot run on `cores`, or None where it can."""
        if cores == SCHEDULER_CHOOSES:
            if self.compiled_cores > 1:
                return (
                    f"parameter '{full_name}': the model was compiled for {self.compiled_cores} cores, which must be "
                    f"named, for instance {list(range(self.compiled_cores))}"
                )
            return None
        for core in cores:
            if core >= self.device_cores:
                return (
                    f"parameter '{full_name}': core {core} is not in [0, {self.device_cores - 1}] "
                    f"({self.soc} has {self.device_cores})"
                )
        if self.compiled_cores > 1 and len(cores) != self.compiled_cores:
            return (
                f"parameter '{full_name}': the model was compiled for {self.compiled_cores} cores, so it takes "
                f"{self.compiled_cores} indices, got {list(cores)}"
            )
        return None
