# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a report."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

# Colors that color-blind people can distinguish (Okabe and Ito).
OURS, PEER, MORE = "#0072B2", "#E69F00", ("#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999")
GOOD, BAD = "#009E73", "#D55E00"


def draw(rows: Sequence[Mapping[str, Any]], curves: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what the measurements allow; the files."""
    plt.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 110})
    by_key = {row["key"]: row for row in rows}
    drawn = {}
    if rows:
        drawn["goals"] = _goals(rows)
    if "node_latency_vs_transport" in by_key:
        drawn["latency"] = _latency(by_key["node_latency_vs_transport"]["samples"])
        drawn["stages"] = _stages(by_key["node_latency_vs_transport"]["samples"])
    if "scaling" in curves:
        drawn["scaling"] = _scaling(curves["scaling"])
    paths = []
    for name, figure in drawn.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], bbox_inches="tight")
        plt.close(figure)
    return paths


def _goals(rows: Sequence[Mapping[str, Any]]) -> plt.Figure:
    """How far each figure is from its goal: 1 is the goal itself, left of it is better."""
    figure, axes = plt.subplots(figsize=(9, 0.36 * len(rows) + 1.2))
    shown = list(reversed(rows))
    floor = 0.02
    distances = []
    for row in shown:
        if row["goal_is"] == ">=":
            distances.append(row["goal"] / max(row["value"], 1e-9))
        else:
            distances.append(row["value"] / row["goal"] if row["goal"] else float(row["value"] > 0))
    distances = [max(distance, floor) for distance in distances]
    axes.barh(range(len(shown)), distances, left=0, color=[GOOD if row["pass"] else BAD for row in shown], height=0.6)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(floor, max(2.0, 2.2 * max(distances)))
    axes.set_yticks(range(len(shown)), [row["key"] for row in shown])
    for index, row in enumerate(shown):
        sign = "≤" if row["goal_is"] == "<=" else "≥"
        text = f"{row['value']:.4g}  (goal {sign} {row['goal']:g})"
        axes.text(1.02, index, text, transform=axes.get_yaxis_transform(), va="center", fontsize=9)
    axes.set_xticks([0.1, 0.5, 1, 2], ["10 %", "50 %", "goal", "twice"])
    axes.minorticks_off()
    axes.set_title("Distance to the goal: green meets it, orange misses it, shorter is better", fontsize=10, loc="left")
    return figure


def _latency(samples: Mapping[str, Sequence[float]]) -> plt.Figure:
    """Histograms of single frames, with medians."""
    figure, axes = plt.subplots(figsize=(9, 3.6))
    series = (("node, 5 ms of device in it", samples["ours_ms"], OURS), ("raw echo of the bytes", samples["echo_ms"], PEER))
    end = max(float(np.percentile(values, 98)) for _, values, _ in series)
    bins = np.linspace(0, end, 70)
    for name, values, colour in series:
        median, high = np.percentile(values, [50, 99])
        label = f"{name}: p50 {median:.1f} ms, p99 {high:.1f} ms, {len(values)} frames"
        axes.hist(np.minimum(values, end), bins, color=colour, alpha=0.65, label=label)
        axes.axvline(median, color=colour, linewidth=2)
    axes.set_xlabel("ms from publishing a 1080p NV12 picture to its 1 MiB result (the last bin holds all longer ones)")
    axes.set_ylabel("frames")
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def _stages(samples: Mapping[str, Sequence[float]]) -> plt.Figure:
    """Share of a frame's time by stage, as one bar."""
    stages = {key.removeprefix("stage: "): statistics.median(v) for key, v in samples.items() if key.startswith("stage: ")}
    names = {"input": "inputs", "submit": "submission", "output": "outputs"}
    total = sum(stages.values())
    figure, axes = plt.subplots(figsize=(9, 2.4))
    colours = (OURS, *MORE[:2], PEER, *MORE[2:])
    left = 0.0
    for (name, value), colour in zip(stages.items(), colours):
        label = f"{names.get(name, name)}: {value:.2f} ms, {100 * value / total:.1f} %"
        axes.barh(0, value, left=left, color=colour, label=label, height=0.5)
        if value > 0.06 * total:
            axes.text(left + value / 2, 0, f"{value:.1f} ms", ha="center", va="center", color="white", fontweight="bold")
        left += value
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, left)
    axes.set_xlabel("ms, median of each stage: a 1080p NV12 picture, a 5 ms model, a 1 MiB result")
    axes.legend(frameon=False, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.35))
    return figure


def _scaling(curves: Mapping[str, Mapping[str, Sequence[float]]]) -> plt.Figure:
    """Three curves beside each other."""
    figure, all_axes = plt.subplots(1, 3, figsize=(12, 3.6))
    titles = {
        "cores": ("One thread per core, 5 ms model", "BPU cores", "calls per second"),
        "models": ("5 ms models in one run(), 4 cores", "models", "ms per call"),
        "pictures": ("NV12 into 640 × 640 NV12", "megapixels of the picture", "ms"),
    }
    for axes, (key, (title, across, up)) in zip(all_axes, titles.items()):
        curve = curves[key]
        colours = iter((OURS, PEER))
        for name, values in curve.items():
            if name == "x":
                continue
            style = {"linestyle": "--", "color": "black", "linewidth": 1} if name == "ideal" else {"marker": "o"}
            axes.plot(curve["x"], values, label=name, **{"color": next(colours), **style} if name != "ideal" else style)
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.set_ylim(bottom=0)
        if key != "pictures":
            axes.set_xticks(curve["x"])
        axes.legend(frameon=False)
    figure.tight_layout()
    return figure
