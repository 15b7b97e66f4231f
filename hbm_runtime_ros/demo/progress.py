# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo tells its user: lines of progress, and what failed with the end of the nodes' output."""

from __future__ import annotations

from pathlib import Path

_TELLING = ("ERROR", "FATAL", "Error", "died")


class DemoError(RuntimeError):
    """The demo failed. The text says at what and where to look."""


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"demo: {text}", flush=True)


def failure(text: str, log: Path) -> DemoError:
    """Return the error that says `text` and shows the end of the nodes' output, its errors where it has some."""
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    telling = [line for line in lines if any(word in line for word in _TELLING)]
    tail = "\n".join(f"  {line}" for line in (telling or lines)[-12:])
    return DemoError(f"{text}. The nodes' output is in {log}, its end:\n{tail}")
