# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""cv_bridge, from the distribution's ROS 1 packages: taken apart, never installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .debian import install_packages
from .progress import Progress, SetupError
from .workspace import Workspace


def install_cv_bridge(workspace: Workspace, packages: Sequence[str], progress: Progress) -> None:
    """Puts the Python package and its library into the environment, and installs the libraries they are linked to."""
    install_packages(_libraries_needed(packages), progress)
    folder = workspace.downloads / "cv_bridge"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # apt-get drops its rights to download, and this folder need not be open to others: as the caller, then.
    script = 'cd "$0" && apt-get -o APT::Sandbox::User="$(id -un)" download "$@"'
    progress.run(f"downloading {' '.join(packages)}", ["sh", "-c", script, str(folder), *packages])
    for archive in sorted(folder.glob("*.deb")):
        progress.run(f"unpacking {archive.name}", ["dpkg", "-x", str(archive), str(folder / "root")])
    site_packages = workspace.site_packages()
    _copy(folder / "root/usr/lib/python3/dist-packages/cv_bridge", site_packages / "cv_bridge")
    for library in (folder / "root/usr/lib").rglob("libcv_bridge.so*"):
        shutil.copy2(library, workspace.venv / "lib", follow_symlinks=False)
    shutil.rmtree(folder)
    check = "from cv_bridge.boost import cv_bridge_boost"
    progress.run("loading it", [str(workspace.python), "-c", check], workspace.tool_environment())


def _libraries_needed(packages: Sequence[str]) -> list[str]:
    # What is left out are the ROS 1 messages and Debian's own OpenCV and numpy modules: the environment has others.
    depends = subprocess.run(["apt-cache", "depends", *packages], capture_output=True, text=True, check=False).stdout
    names = set(re.findall(r"Depends: (lib(?:boost|opencv|python)\S+)", depends))
    if not names:
        raise SetupError(f"apt knows no {' '.join(packages)}. Run `apt-get update`, then the same command again.")
    return sorted(names)


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
