# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every parameter of the node: tables that declaration, validation and the documentation are made from. Knows no ROS."""

from .input_parameters import INPUT_PARAMETERS, SYNC_PARAMETERS
from .model_parameters import MODEL_PARAMETERS, SCHEDULER_CHOOSES, check_bpu_cores
from .node_parameters import DEFAULT_NODE_NAME, NODE_PARAMETERS
from .spec import Kind, ParameterSpec

__all__ = [
    "DEFAULT_NODE_NAME",
    "INPUT_PARAMETERS",
    "MODEL_PARAMETERS",
    "NODE_PARAMETERS",
    "SCHEDULER_CHOOSES",
    "SYNC_PARAMETERS",
    "Kind",
    "ParameterSpec",
    "check_bpu_cores",
]
