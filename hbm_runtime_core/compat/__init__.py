# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""For programs written for the vendor's module: lets their `import hbm_runtime` find this package.

Only on request: `python3 -m hbm_runtime_core.compat PROGRAM.py`, or this folder in PYTHONPATH. Installing
hbm_runtime_core does not replace an installed vendor module.
"""

from __future__ import annotations

import os

__all__ = ["directory"]


def directory() -> str:
    """The folder to put into PYTHONPATH: it holds a module `hbm_runtime`."""
    return os.path.dirname(os.path.abspath(__file__))
