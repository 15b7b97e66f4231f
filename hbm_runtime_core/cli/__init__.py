# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command `hbm`. One file per command; each is imported when it is used."""

from .main import main

__all__ = ["main"]
