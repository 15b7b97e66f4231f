# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the node and the runtime for a long time under changing load, and judges what grows (`make soak MINUTES=60`)."""
