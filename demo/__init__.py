# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo that `make demo` runs: text found and read in pictures of a camera topic, then two models on one BPU core.

`__main__` runs both acts, `reading` and `contention`. `viewer` is a node of the first act. `text`, `overlay` and
`contention_plot` know no ROS.
"""
