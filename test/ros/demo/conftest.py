# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo is in the checkout alone."""

import sys
from pathlib import Path

# Appended, so that the installed packages are tested.
sys.path.append(str(Path(__file__).parents[3]))
