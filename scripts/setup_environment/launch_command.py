# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Registers ros2_launch_command.py as `ros2 launch`."""

from __future__ import annotations

import shutil
from pathlib import Path

from .workspace import Workspace

SOURCE = Path(__file__).resolve().parent / "ros2_launch_command.py"


def install_launch_command(workspace: Workspace) -> None:
    """Copies the command into the environment, with the entry point that ros2cli finds it by."""
    site_packages = workspace.site_packages()
    shutil.copy(SOURCE, site_packages / SOURCE.name)
    metadata = site_packages / f"{SOURCE.stem}-1.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {SOURCE.stem}\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[ros2cli.command]\nlaunch = {SOURCE.stem}:LaunchCommand\n")
