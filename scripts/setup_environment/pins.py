# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Reads scripts/versions.txt, the one file that holds every version."""

from __future__ import annotations

from pathlib import Path

VERSIONS_FILE = Path(__file__).resolve().parent.parent / "versions.txt"


def read_pins(file: Path = VERSIONS_FILE) -> dict[str, list[str]]:
    """Returns the lines of every [section], without comments and empty lines."""
    sections: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line:
            current.append(line)
    return sections
