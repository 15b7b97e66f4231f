# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands raise besides what the runtime and the packer do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """An option or a file does not fit the model it is meant for."""


class UsageError(ValueError):
    """An option has no effect on this model, or beside the other options: wrong usage, exit code 2."""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """`unknown input 'dat'; did you mean 'data'? (known: data, mask)`"""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    return f"unknown {what} '{name}'{hint} (known: {', '.join(names) or 'none'})"
