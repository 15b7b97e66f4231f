# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node reports about itself: counters, times, warnings, diagnostics, traces."""
