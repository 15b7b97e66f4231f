# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The code blocks and commands of the documentation."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *(str(page.relative_to(CHECKOUT)) for page in sorted(CHECKOUT.glob("docs/**/*.md"))),
)

LANGUAGES = ("c", "cmake", "console", "cpp", "json", "python", "sh", "text", "xml", "yaml")
_FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# `# name.yaml` or `// name.c` as the first line: the block is this file.
_FILE_NAME = re.compile(r"(?:#|//|<!--) ([\w./-]+\.\w+)(?: -->)?\n")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    @property
    def file_name(self) -> str | None:
        """The name in the block's first line, if the block shows a file."""
        match = _FILE_NAME.match(self.text)
        return match[1] if match else None

    def commands(self) -> Iterator[tuple[int, str]]:
        """Line and text of each shell command."""
        yield from commands(self.text, self.line + 1, prompt="$ " if self.language == "console" else "")

    def output(self) -> str:
        """What a block of the language console shows as the output of its commands."""
        return "".join(line for line in self.text.splitlines(keepends=True) if not line.startswith("$ "))

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def commands(text: str, first_line: int = 1, prompt: str = "") -> Iterator[tuple[int, str]]:
    """Line and text of each shell command; a backslash at the end of a line, and an open quotation mark, continue it."""
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), first_line):
        if not parts and (not line.startswith(prompt) or not line.strip() or line.lstrip().startswith("#")):
            continue
        parts.append(line.removeprefix(prompt) if not parts else line)
        command = "\n".join(parts).replace("\\\n", " ")
        if not line.endswith("\\") and _quotes_are_closed(command):
            yield number - len(parts) + 1, command
            parts = []


def _quotes_are_closed(command: str) -> bool:
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return True


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    return [Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in _FENCE.finditer(text)]
