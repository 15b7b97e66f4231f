# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Exceptions of the commands, besides those of the runtime and the packer."""

from __future__ import annotations


class InputError(ValueError):
    """An option or a file does not fit the model it is meant for."""


class UsageError(ValueError):
    """An option has no effect on this model, or together with the other options: wrong usage, exit code 2."""
