# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latencies as a histogram, in the terminal or as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..whole_file import whole_file
from .errors import InputError
from .load_test import Measurement

_BINS = 16
_WIDTH = 50
_FULL = "█"
_PARTS = " ▏▎▍▌▋▊▉"


def _bins(values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Edges and counts. The last bin contains everything above p99, so that a few outliers do not widen all bins."""
    array = np.asarray(values)
    low, high = float(array.min()), float(np.percentile(array, 99))
    if high <= low:
        high = low + max(1.0, low * 0.01)
    edges = np.append(np.linspace(low, high, _BINS), max(float(array.max()), high) + 1e-6)
    counts, _ = np.histogram(array, edges)
    return edges, counts


def text_histogram(latencies_us: Sequence[float]) -> str:
    """One bar per bin, microseconds on the left, frames on the right."""
    edges, counts = _bins(latencies_us)
    widest = max(1, int(counts.max()))
    labels = [f"{edges[i]:.0f}" for i in range(len(counts))]
    labels[-1] = f"> {edges[-2]:.0f}"
    width = max(map(len, labels))
    lines = []
    for label, count in zip(labels, counts, strict=True):
        eighths = round(int(count) * _WIDTH * 8 / widest)
        bar = _FULL * (eighths // 8) + (_PARTS[eighths % 8] if eighths % 8 else "")
        lines.append(f"{label.rjust(width)} us |{bar} {count}" if count else f"{label.rjust(width)} us |")
    return "\n".join(lines)


def save_png(result: Measurement, title: str, path: str) -> None:
    """The same histogram as a picture.

    Raises:
        RuntimeError: matplotlib is not installed.
        InputError: the file cannot be written.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError:
        raise RuntimeError("--png needs matplotlib: pip install matplotlib") from None
    edges, counts = _bins(result.latencies_us)
    facts = result.to_json()
    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    # The last bin is drawn as wide as the others.
    axes.bar(edges[:-1], counts, width=edges[1] - edges[0], align="edge", edgecolor="white")
    for name, color in (("p50", "tab:green"), ("p99", "tab:red")):
        value = facts["latency_us"][name]
        axes.axvline(value, color=color, linestyle="--", label=f"{name} {value:.0f} us")
    axes.set(title=f"{title}: {facts['fps']:.1f} frames/s", xlabel="latency (us), last bar: all above", ylabel="frames")
    axes.legend()
    try:
        with whole_file(path) as stream:
            figure.savefig(stream, dpi=120, format=Path(path).suffix[1:] or "png")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    finally:
        pyplot.close(figure)
