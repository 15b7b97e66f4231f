# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Makes the ROS 2 wheels usable on this machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from .workspace import Workspace

_QUERY = """
import json, numpy, sysconfig
print(json.dumps([sysconfig.get_path("include"), sysconfig.get_path("purelib"), numpy.get_include()]))
"""
_BUILD_ROOT = r"/opt/python/cp\d+-cp\d+"


def mark_as_prefix(workspace: Workspace) -> None:
    """Makes the environment a prefix that colcon takes as an underlay: env.sh sets it up, so there is nothing to source."""
    (workspace.venv / "local_setup.sh").touch()


def relocate_cmake_files(workspace: Workspace) -> int:
    """Rewrites the paths of the machine that built the wheels in their CMake packages. Returns the number of files."""
    query = subprocess.check_output([str(workspace.python), "-c", _QUERY], env=workspace.tool_environment(), text=True)
    include, site_packages, numpy_include = json.loads(query)
    changed = 0
    for file in Path(workspace.venv, "share").rglob("*.cmake"):
        before = file.read_text(errors="surrogateescape")
        after = re.sub(_BUILD_ROOT + r"/lib/python3\.\d+/site-packages/numpy/(_core|core)/include", numpy_include, before)
        after = re.sub(_BUILD_ROOT + r"/lib/python3\.\d+/site-packages", site_packages, after)
        after = re.sub(_BUILD_ROOT + r"/include/python3\.\d+", include, after)
        if after != before:
            file.write_text(after, errors="surrogateescape")
            changed += 1
    return changed
