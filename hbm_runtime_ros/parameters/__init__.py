# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of the node: their tables, how they are declared, and those that change while a model runs."""

from .spec import RECORDER, SCHEDULER_CHOOSES, USUAL, WHOLE_IMAGE, Kind, ParameterSpec
from .tables import (
    DECODER_PARAMETERS,
    DEFAULT_NODE_NAME,
    INPUT_PARAMETERS,
    MODEL_PARAMETERS,
    NODE_PARAMETERS,
    OVERLAY_PARAMETERS,
    RECORDER_PARAMETERS,
    SYNC_PARAMETERS,
    DecoderParameters,
    DecoderThresholds,
    InputParameters,
    ModelParameters,
    NodeParameters,
    OverlayParameters,
    RecorderParameters,
    Scheduling,
    SyncParameters,
)

__all__ = [
    "DECODER_PARAMETERS",
    "DEFAULT_NODE_NAME",
    "INPUT_PARAMETERS",
    "MODEL_PARAMETERS",
    "NODE_PARAMETERS",
    "OVERLAY_PARAMETERS",
    "RECORDER",
    "RECORDER_PARAMETERS",
    "SCHEDULER_CHOOSES",
    "SYNC_PARAMETERS",
    "USUAL",
    "WHOLE_IMAGE",
    "DecoderParameters",
    "DecoderThresholds",
    "InputParameters",
    "Kind",
    "ModelParameters",
    "NodeParameters",
    "OverlayParameters",
    "ParameterSpec",
    "RecorderParameters",
    "Scheduling",
    "SyncParameters",
]
