# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Reads scripts/versions.txt, the one file that holds every version, and finds the hashes of what it names."""

from __future__ import annotations

from pathlib import Path

VERSIONS_FILE = Path(__file__).resolve().parent.parent / "versions.txt"
HASHES = VERSIONS_FILE.parent / "hashes"


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


def python_sections(pins: dict[str, list[str]]) -> dict[str, list[str]]:
    """Returns those of `pins` that are Python packages."""
    return {name: lines for name, lines in pins.items() if name.startswith(("python", "ros.wheels")) or name == "ros.tools"}


def hash_file(section: str) -> Path:
    """The requirements file with the hashes of a section of Python packages. scripts/lock writes it."""
    return HASHES / f"{section}.txt"
