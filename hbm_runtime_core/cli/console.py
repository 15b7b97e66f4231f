# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Output: tables and JSON on stdout, progress and errors on stderr."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from typing import Any


def fail(message: str) -> None:
    print(f"hbm: error: {message}", file=sys.stderr)


def warn(message: str) -> None:
    print(f"hbm: warning: {message}", file=sys.stderr)


def print_json(value: Any) -> None:
    print(json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def _finite(value: Any) -> Any:
    """JSON has no number for these: "NaN", "Infinity" and "-Infinity" become strings."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def table(rows: Sequence[Sequence[str]], *, indent: str = "", right: Sequence[int] = ()) -> str:
    """Columns as wide as their widest cell; those in `right` are aligned to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


class Progress:
    """A progress bar on stderr; nothing if stderr is not a terminal."""

    _REDRAW_S = 0.1
    _WIDTH = 30

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._shown_at = 0.0
        self._enabled = sys.stderr.isatty() and total > 0

    def update(self, done: int, note: str = "") -> None:
        """Show that `done` of the total is done."""
        now = time.monotonic()
        if not self._enabled or (now - self._shown_at < self._REDRAW_S and done < self._total):
            return
        self._shown_at = now
        filled = self._WIDTH * done // self._total
        bar = "#" * filled + "." * (self._WIDTH - filled)
        print(f"\r\033[K{self._label} [{bar}] {done}/{self._total} {note}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._enabled and self._shown_at:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
