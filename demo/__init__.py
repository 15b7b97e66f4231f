# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo that `make demo` runs: text found and read in pictures of a camera topic, then text, page layout and faces in one
picture, then two models on one BPU core.

`__main__` runs the acts `reading`, `finding` and `contention`. `viewer` is a node of the first act. `networks` makes the
model files. `text`, `overlay` and `contention_plot` know no ROS.
"""
