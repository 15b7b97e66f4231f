# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brings what several threads finish back into the order in which they began."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Numbers the beginnings, and lets the ends pass one after another in the same order."""

    def __init__(self) -> None:
        self._begun = 0
        self._ended = 0
        self._changed = threading.Condition()

    def begin(self) -> int:
        """Return the number of this turn."""
        with self._changed:
            self._begun += 1
            return self._begun - 1

    @contextmanager
    def wait_for(self, turn: int) -> Iterator[None]:
        """Wait until every turn before this one has ended; this one ends with the context."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended == turn)
        try:
            yield
        finally:
            with self._changed:
                self._ended += 1
                self._changed.notify_all()

    def wait_for_all(self, patience_s: float) -> bool:
        """Return whether every turn that has begun has ended within `patience_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended == self._begun, patience_s)
