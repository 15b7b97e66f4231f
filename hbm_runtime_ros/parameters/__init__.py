# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of the node: their tables, how they are declared, and those that change while a model runs."""

from .spec import Kind, ParameterSpec
from .tables import (
    DEFAULT_NODE_NAME,
    INPUT_PARAMETERS,
    MODEL_PARAMETERS,
    NODE_PARAMETERS,
    SCHEDULER_CHOOSES,
    SYNC_PARAMETERS,
    WHOLE_IMAGE,
    InputParameters,
    ModelParameters,
    NodeParameters,
    Scheduling,
    SyncParameters,
)

__all__ = [
    "DEFAULT_NODE_NAME",
    "INPUT_PARAMETERS",
    "MODEL_PARAMETERS",
    "NODE_PARAMETERS",
    "SCHEDULER_CHOOSES",
    "SYNC_PARAMETERS",
    "WHOLE_IMAGE",
    "InputParameters",
    "Kind",
    "ModelParameters",
    "NodeParameters",
    "ParameterSpec",
    "Scheduling",
    "SyncParameters",
]
