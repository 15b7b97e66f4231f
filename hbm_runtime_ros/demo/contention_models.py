# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The models of the demo's second act: timed ones, which compute nothing and take their time of a BPU core."""

from __future__ import annotations

import shutil
from pathlib import Path

from ament_index_python.packages import get_package_share_directory

from hbm_runtime_core.packer import read_description, write_package

MODEL_FILE = "contention.hbm"
PARAMETER_FILE = "contention.yaml"
_DESCRIPTION_FILE = "contention_timing.yaml"

# As both are described. The time of one inference on its core, and the pictures that need no resizing.
LATENCY_MS = 20
PICTURE_WIDTH, PICTURE_HEIGHT = 320, 240


def pack_models(folder: Path) -> None:
    """Write the model file, and its parameters beside it."""
    config = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
    write_package(folder / MODEL_FILE, read_description(config / _DESCRIPTION_FILE).pack())
    shutil.copyfile(config / PARAMETER_FILE, folder / PARAMETER_FILE)
