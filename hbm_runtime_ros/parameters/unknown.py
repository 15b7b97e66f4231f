# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds parameters that were given and that nobody reads: most of them are misspelt. Knows no ROS."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

# Of rclpy and of diagnostic_updater, declared when they are needed.
_OF_OTHERS = ("qos_overrides", "diagnostic_updater", "use_sim_time", "start_type_description_service")


def explain_unknown(given: Iterable[str], declared: Collection[str], models: Collection[str]) -> list[str]:
    """Return a warning for each parameter of `given` that is not in `declared`, one for a whole group without a model.

    Args:
        given: full names from the command line and from parameter files.
        declared: full names of the parameters that the node has.
        models: names of the node's models.
    """
    warnings = []
    strangers: dict[str, list[str]] = {}
    for name in sorted(given):
        group, _, _ = name.partition(".")
        if name in declared or group in _OF_OTHERS:
            continue
        if "." in name and group not in models:
            strangers.setdefault(group, []).append(name)
        else:
            warnings.append(f"parameter '{name}' is unknown and changes nothing{_instead(name, declared)}")
    for group, names in strangers.items():
        warnings.append(
            f"the parameters of '{group}' ({', '.join(names)}) change nothing: `models` names no such model"
            f"{_instead(group, models)}. They would hold for a model that ~/load_model adds under that name"
        )
    return warnings


def _instead(name: str, known: Collection[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""
