# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""One line a step on the terminal, everything else in a log file, and errors that say what to do."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_HINTS = (
    (
        r"Temporary failure (in name resolution|resolving)|Name or service not known|Failed to establish a new connection"
        r"|Network is unreachable|Connection refused|ProxyError|Could not connect|Could not resolve|Read timed out",
        "No package registry answered. Check the network, the variables HTTP_PROXY and HTTPS_PROXY, "
        "and for Python packages the index that `pip config list` shows; then run the same command again.",
    ),
    (r"No space left on device", "The disk is full: the environment takes about 2 GB."),
    (
        r"No matching distribution found for",
        "The package index has no such version for this Python and this processor. "
        "Is the index (`pip config list`) a complete one?",
    ),
    (
        r"Unable to locate package",
        "The distribution has no such package; Debian 12, Ubuntu 22.04 and 24.04 have all of them (Ubuntu: in universe).",
    ),
    (r"Could not get lock", "Another package manager is running: wait for it, then run the same command again."),
)


class SetupError(Exception):
    """What failed, and what to do about it."""


class Progress:
    """Prints the line of one step; `run` keeps it moving while a command works."""

    def __init__(self, label: str, log_file: Path) -> None:
        self._label = label
        self._log_file = log_file
        self._started = time.monotonic()
        self._live = sys.stdout.isatty()
        log_file.parent.mkdir(parents=True, exist_ok=True)
        log_file.write_text("")

    def say(self, text: str) -> None:
        """Show what the step is doing now."""
        if self._live:
            print(f"\r\033[K{self._label}: {text[:100]}", end="", flush=True)
        else:
            print(f"{self._label}: {text}", flush=True)

    def done(self, text: str) -> None:
        """Ends the step's line."""
        seconds = time.monotonic() - self._started
        took = f" ({seconds:.0f} s)" if seconds >= 1 else ""
        print(f"{chr(13) + chr(27) + '[K' if self._live else ''}{self._label}: {text}{took}", flush=True)

    def run(self, doing: str, command: Sequence[str], env: Mapping[str, str] | None = None, check: bool = True) -> bool:
        """Runs a command with its output in the log. A failure raises SetupError with the end of the log."""
        self.say(doing)
        with self._log_file.open("a") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            position = log.tell()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=env)
            try:
                code = self._wait(process, doing)
            except KeyboardInterrupt:
                # A terminal interrupts it too, `kill` does not.
                process.terminate()
                process.wait()
                raise
        if code and check:
            raise SetupError(self._explain(doing, code, self._log_file.read_text(errors="replace")[position:]))
        return code == 0

    def _wait(self, process: subprocess.Popen[bytes], doing: str) -> int:
        while True:
            try:
                return process.wait(timeout=1.0)
            except subprocess.TimeoutExpired:
                if self._live:
                    self.say(f"{doing} ({time.monotonic() - self._started:.0f} s)")

    def _explain(self, doing: str, code: int, output: str) -> str:
        hint = next((text for pattern, text in _HINTS if re.search(pattern, output)), "")
        lines = [f"    {line[:160]}" for line in output.strip().splitlines()[-3 if hint else -15 :]]
        return "\n".join([f"{doing} failed (exit code {code}). {hint}", f"The end of {self._log_file}:", *lines])
