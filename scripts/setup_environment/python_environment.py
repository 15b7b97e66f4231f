# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""The Python environment, and the packages that pip brings into it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .pins import hash_file
from .progress import Progress, SetupError
from .workspace import Workspace

# Of the main environment. The wheels of a second distribution exist for one more.
_OLDEST, _NEWEST = (3, 10), (3, 12)
# For a second distribution: the newest first, and last the one that the main environment is likely to have.
_SECOND_PYTHONS = ("3.13", "3.12", "3.11")


def find_interpreter(workspace: Workspace) -> str:
    """Returns the Python to build on: that of the sourced ROS 2, else the distribution's, whose cv_bridge fits it."""
    if workspace.sourced_ros:
        for candidate in ("python3", "/usr/bin/python3"):
            if _succeeds(candidate, "import rclpy"):
                return candidate
        raise SetupError(
            f"ROS_DISTRO is {workspace.sourced_ros!r}, but no python3 can import rclpy. Source the ROS 2 again "
            "(. /opt/ros/$ROS_DISTRO/setup.bash), or unset ROS_DISTRO to use the ROS 2 wheels."
        )
    if workspace.second_ros:
        return _find_second_interpreter()
    for candidate in ("/usr/bin/python3", "python3", "python3.11", "python3.12", "python3.10"):
        if _succeeds(candidate, f"import sys; sys.exit(not {_OLDEST} <= sys.version_info[:2] <= {_NEWEST})"):
            return candidate
    raise SetupError(
        "The ROS 2 wheels need Python 3.10, 3.11 or 3.12, and none of python3, python3.10, python3.11, python3.12 is one. "
        "Install one of them, or source a ROS 2."
    )


def _find_second_interpreter() -> str:
    """Returns a Python for the second distribution, where there is a choice another one than the main environment's."""
    for version in _SECOND_PYTHONS:
        if found := find_python(version):
            return found
    raise SetupError(
        f"The ROS 2 wheels need one of Python {', '.join(_SECOND_PYTHONS)} with venv, and there is none. "
        "Install one of them (Debian, Ubuntu: apt-get install python3-venv)."
    )


def find_python(version: str) -> str | None:
    """Returns a Python of this version that can make environments: on the PATH, the distribution's or one of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    name = f"python{version}"
    kept_by_pyenv = sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"))
    for candidate in (name, f"/usr/bin/{name}", *map(str, kept_by_pyenv)):
        if _succeeds(candidate, "import ensurepip, venv"):
            return candidate
    return None


def describe_interpreter(interpreter: str) -> str:
    """Returns the path and the version, which is what an environment is made from."""
    script = "import sys; print(sys.executable, sys.version.split()[0])"
    return subprocess.check_output([interpreter, "-c", script], text=True).strip()


def create_environment(workspace: Workspace, interpreter: str, progress: Progress) -> None:
    """Makes an empty environment, and drops all builds that were made with the previous one."""
    for stale in (workspace.venv, workspace.root / "build", workspace.root / "install"):
        shutil.rmtree(stale, ignore_errors=True)
    options = ["--system-site-packages"] if workspace.sourced_ros else []
    progress.run("creating it", [interpreter, "-m", "venv", *options, str(workspace.venv)], workspace.tool_environment())


def install_requirements(workspace: Workspace, sections: Sequence[str], progress: Progress, *options: str) -> None:
    """Installs exactly the packages of these sections of versions.txt, from files with the hashes that were locked."""
    # Python compiles what it imports. Most of what is installed is never imported. To build a package, pip would otherwise
    # download tools of any version.
    pip = [str(workspace.python), "-m", "pip", "install", "--no-compile", "--progress-bar", "off", "--no-build-isolation"]
    files = [option for section in sections for option in ("-r", str(hash_file(section)))]
    command = [*pip, "--require-hashes", *options, *files]
    progress.run(f"installing {', '.join(sections)}", command, workspace.tool_environment())


def _succeeds(interpreter: str, script: str) -> bool:
    try:
        return subprocess.run([interpreter, "-c", script], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
