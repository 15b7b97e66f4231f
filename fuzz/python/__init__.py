# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Targets in Python. Each module has a property `execute` of Hypothesis, which raises for what no input may cause."""
