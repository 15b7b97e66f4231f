# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Coverage-guided fuzzing of what reads bytes from outside; see CONTRIBUTING.md."""
