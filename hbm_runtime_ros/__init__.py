# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""BPU models as a ROS 2 node: the messages (`msg`) and the parts that the node `inference_node` is made of.

The runtime itself, without ROS, is the package `hbm_runtime_core`.
"""

import pkgutil

# In the checkout Python finds this folder first; the messages and the compiled module are in the installed package.
__path__ = pkgutil.extend_path(__path__, __name__)
