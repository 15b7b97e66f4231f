# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lets everything go wrong that can go wrong on a robot, and checks that the node and the runtime survive it.

`make reliability` runs a short version of every check; `python3 -m reliability kill=200` one of them at length.
"""
