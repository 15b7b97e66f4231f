# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: one file a row, each runs alone with `python -m bench.ROW`; `make bench` runs all."""
