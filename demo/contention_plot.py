# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws who got the core when: results per second of each model over time, and what was set at which moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from .contention import Phase

# Colors that color-blind people can distinguish (Okabe and Ito); and each model has a panel of its own.
_COLOURS = ("#0072B2", "#D55E00")
_INK, _FAINT, _RULE = "#222222", "#6B6B6B", "#C8C8C8"
# Results per second are those of the time in which the core does so many inferences: long enough for a steady line, short
# enough for a steep step.
_WINDOW = 20


def draw(file: Path, arrivals_s: Mapping[str, Sequence[float]], phases: Sequence[Phase], latency_ms: int) -> None:
    """Write the picture.

    Args:
        file: the PNG to write.
        arrivals_s: when the results of each model came, seconds since the first phase began.
        phases: what was set when, and the results.
        latency_ms: of one inference of any of the models; says how many per second the core can do.
    """
    style = {"font.size": 11, "text.color": _INK, "axes.labelcolor": _INK, "axes.edgecolor": _FAINT}
    with plt.rc_context({**style, "axes.spines.top": False, "axes.spines.right": False}):
        figure, all_axes = plt.subplots(len(arrivals_s), 1, figsize=(11, 5.6), dpi=120, sharex=True)
        capacity = 1000 / latency_ms
        for axes, (model, of_model), colour in zip(all_axes, arrivals_s.items(), _COLOURS):
            _panel(axes, np.array(of_model), phases, model, colour, capacity)
        _title(figure, phases, latency_ms, capacity)
        _commands(all_axes[0], phases)
        all_axes[-1].set_xlabel("seconds")
        figure.subplots_adjust(left=0.075, right=0.985, top=0.74, bottom=0.1, hspace=0.16)
        figure.savefig(file)
        plt.close(figure)


def _panel(
    axes: Axes, arrivals_s: npt.NDArray[np.float64], phases: Sequence[Phase], model: str, colour: str, capacity: float
) -> None:
    end_s = phases[-1].end_s
    times_s = np.arange(0, end_s, 1 / capacity)
    rates = _rates(arrivals_s, times_s, _WINDOW / capacity)
    axes.fill_between(times_s, rates, color=colour, alpha=0.18, linewidth=0)
    axes.plot(times_s, rates, color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.set_xlim(0, end_s)
    axes.set_ylim(0, 1.25 * capacity)
    axes.set_yticks([0, capacity / 2, capacity])
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_ylabel("results per second")
    axes.text(0.15, 1.08 * capacity, model, color=colour, fontsize=14, fontweight="bold", va="center")
    for phase in phases:
        middle_s = (phase.begin_s + phase.end_s) / 2
        fps = phase.fps[model]
        # Below the curve, or above it where that lies low.
        height = 0.3 * fps if fps > 0.3 * capacity else 0.3 * capacity
        text = f"{fps:.2g} per second"
        axes.text(middle_s, height, text, color=colour, ha="center", va="bottom", fontsize=13, fontweight="bold")
        axes.text(middle_s, height, f"priority {phase.priority[model]}", color=_INK, ha="center", va="top")
    for phase in phases[1:]:
        axes.axvline(phase.begin_s, color=_INK, linewidth=1.2)


def _rates(
    arrivals_s: npt.NDArray[np.float64], times_s: npt.NDArray[np.float64], window_s: float
) -> npt.NDArray[np.float64]:
    """Results per second in the window that ends at each of `times_s`."""
    counts = np.searchsorted(arrivals_s, times_s) - np.searchsorted(arrivals_s, times_s - window_s)
    return counts / window_s


def _commands(axes: Axes, phases: Sequence[Phase]) -> None:
    """Write above the panels what was set, each at its moment and in two rows, for they may follow closely."""
    place = axes.get_xaxis_transform()
    axes.text(0, 1.05, "both priorities 0", transform=place, color=_FAINT, va="bottom")
    for index, phase in enumerate(phases[1:]):
        row = 1.05 + 0.14 * ((index + 1) % 2)
        axes.plot([phase.begin_s] * 2, [1, row + 0.11], transform=place, color=_INK, linewidth=1.2, clip_on=False)
        style: dict[str, Any] = {"family": "monospace", "fontsize": 10.5, "fontweight": "bold"}
        axes.text(phase.begin_s + 0.08, row, phase.change, transform=place, va="bottom", **style)


def _title(figure: Figure, phases: Sequence[Phase], latency_ms: int, capacity: float) -> None:
    figure.text(0.075, 0.945, "ros2 param set decides which model gets the BPU core", fontsize=16, fontweight="bold")
    explanation = (
        f"Two models of {latency_ms} ms in one running node share one simulated BPU core, which can do {capacity:.3g} "
        "inferences per second.\nBoth get more pictures than that. A vertical line is the moment at which the named "
        "parameter was set."
    )
    figure.text(0.075, 0.925, explanation, color=_FAINT, va="top", linespacing=1.5)
