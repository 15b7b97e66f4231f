# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Makes the project's environment: Debian packages, a Python environment, ROS 2, launch tools, cv_bridge."""
