# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node tells about itself: counters, warnings, diagnostics."""
