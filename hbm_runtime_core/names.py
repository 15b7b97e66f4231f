# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an error says about a name that is not known: the most similar one, and all there are."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'data'?` where one of the known names is similar, else nothing."""
    similar = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{similar[0]}'?" if similar else ""


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """`unknown input 'dat'; did you mean 'data'? (known: data, mask)`"""
    names = list(known)
    return f"unknown {what} '{name}'{did_you_mean(name, names)} (known: {', '.join(names) or 'none'})"
