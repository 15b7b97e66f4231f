# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo: a camera of still pictures, a viewer that finds and reads the text in them, and the program that runs both.

The picture parts (`nv12`, `pictures`, `text_boxes`, `text_lines`, `overlay`, `statistics`) know no ROS.
"""
