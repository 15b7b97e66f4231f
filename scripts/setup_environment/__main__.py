# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Makes the project's environment, step by step. Run through scripts/setup (or `make setup`)."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import debian
from .cv_bridge import install_cv_bridge
from .interfaces import build_interfaces
from .launch_command import SOURCE as LAUNCH_COMMAND
from .launch_command import install_launch_command
from .pins import read_pins
from .progress import Progress, SetupError
from .python_environment import create_environment, describe_interpreter, find_interpreter, install_requirements
from .ros_tools import install_ros_tools
from .ros_wheels import mark_as_prefix, relocate_cmake_files
from .sourced_ros import require_ros_packages
from .workspace import Workspace


@dataclass(frozen=True)
class Step:
    """A part of the environment, what it is made from (None: it is made every time), and how."""

    name: str
    title: str
    made_from: Sequence[str] | None
    make: Callable[[Progress], None]


def main(arguments: Sequence[str]) -> int:
    """Makes what is missing or outdated, for the main ROS 2 or for the one that is named. Returns the exit code."""
    pins = read_pins()
    try:
        workspace = _choose_workspace(arguments, pins)
        _require_known_machine(workspace)
        with workspace.locked():
            _make(workspace, pins)
    except SetupError as error:
        print(f"\nsetup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsetup: interrupted; run it again to continue.", file=sys.stderr)
        return 130
    return 0


def _choose_workspace(arguments: Sequence[str], pins: dict[str, list[str]]) -> Workspace:
    main_ros = pins["ros.distribution"]
    known = [section.removeprefix("ros.wheels.") for section in pins if section.startswith("ros.wheels.")]
    if not arguments or list(arguments) == main_ros:
        return Workspace.of_this_checkout()
    if len(arguments) > 1 or arguments[0] not in known:
        raise SetupError(f"Expected nothing or one of {', '.join(known)}, got {' '.join(arguments)}.")
    return Workspace.of_second_ros(arguments[0])


def _make(workspace: Workspace, pins: dict[str, list[str]]) -> None:
    _install_debian_packages(workspace, pins["debian"])
    steps = _steps(workspace, find_interpreter(workspace), pins)
    for number, step in enumerate(steps, start=1):
        _perform(workspace, step, f"[{number}/{len(steps)}] {step.title}")
    workspace.mark_complete()
    shutil.rmtree(workspace.downloads, ignore_errors=True)


def _steps(workspace: Workspace, interpreter: str, pins: dict[str, list[str]]) -> list[Step]:
    ros = workspace.sourced_ros
    second = workspace.second_ros
    # A second distribution runs the node's tests: without networks, the demo and lint.
    python = ["python.shared", f"python.{second}" if second else "python"]
    python_alone = [] if second else ["python.alone"]

    def install_packages(progress: Progress) -> None:
        install_requirements(workspace, ["python.build"], progress)
        install_requirements(workspace, python, progress)
        if python_alone:
            install_requirements(workspace, python_alone, progress, "--no-deps")

    steps = [
        Step(
            "environment",
            f"Python environment {workspace.venv}",
            [describe_interpreter(interpreter), str(workspace.venv), ros],
            lambda progress: create_environment(workspace, interpreter, progress),
        ),
        Step(
            "python",
            "Python packages",
            [line for section in ("python.build", *python, *python_alone) for line in pins[section]],
            install_packages,
        ),
    ]
    if ros:
        # Asked every time: what is installed there changes without us.
        steps.append(Step("ros", f"ROS 2 {ros.capitalize()}, sourced", None, lambda _: require_ros_packages(workspace)))
        return steps
    (main_ros,) = pins["ros.distribution"]
    distribution = second or main_ros
    wheels = f"ros.wheels.{distribution}"
    packages = pins["ros.tools.packages"]
    interfaces = [package for package in packages if package.endswith("_interfaces")]

    def install_wheels(progress: Progress) -> None:
        install_requirements(workspace, [wheels], progress)
        relocate_cmake_files(workspace)
        mark_as_prefix(workspace)

    def install_tools(progress: Progress) -> None:
        install_ros_tools(workspace, packages, main_ros, progress)
        for package in interfaces:
            build_interfaces(workspace, package, progress)

    steps.append(Step("ros", f"ROS 2 {distribution.capitalize()} wheels", pins[wheels], install_wheels))

    def install_command(progress: Progress) -> None:
        install_launch_command(workspace)

    steps.append(Step("ros_tools", "launch and ros2cli", [*pins["ros.tools"], *packages], install_tools))
    steps.append(Step("ros2_launch", "the command ros2 launch", [LAUNCH_COMMAND.read_text()], install_command))
    # It is compiled for the Python of the Linux distribution, which a second environment has not.
    if debian.has_apt() and not second:
        unpacked = pins["debian.unpacked"]

        def install_bridge(progress: Progress) -> None:
            install_cv_bridge(workspace, unpacked, progress)

        steps.append(Step("cv_bridge", "cv_bridge", unpacked, install_bridge))
    return steps


def _perform(workspace: Workspace, step: Step, label: str) -> None:
    progress = Progress(label, workspace.logs / f"setup-{step.name}.log")
    if step.made_from is None:
        step.make(progress)
        progress.done("up to date")
        return
    made_from = "\n".join(step.made_from)
    if workspace.is_current(step.name, made_from):
        progress.done("up to date")
        return
    workspace.mark_begun(step.name)
    step.make(progress)
    workspace.mark_done(step.name, made_from)
    progress.done("done")


def _install_debian_packages(workspace: Workspace, names: Sequence[str]) -> None:
    progress = Progress("[0] Debian packages", workspace.logs / "setup-debian.log")
    if not debian.has_apt():
        progress.done(f"there is no apt-get here; going on as if this system had: {' '.join(names)}")
        return
    progress.done("done" if debian.install_packages(names, progress) else "up to date")


def _require_known_machine(workspace: Workspace) -> None:
    if sys.version_info < (3, 10):
        raise SetupError(f"Python 3.10 or newer is needed, this is {platform.python_version()} ({sys.executable}).")
    if platform.system() != "Linux":
        raise SetupError(f"This is {platform.system()}; ROS 2 and the boards run Linux, and so does this project.")
    if not workspace.sourced_ros and platform.machine() != "x86_64":
        raise SetupError(
            f"This is {platform.machine()}, and ROS 2 wheels exist for x86_64 only.\n"
            "With ROS 2 (Humble or newer) installed: . /opt/ros/$ROS_DISTRO/setup.bash, then run the same command again.\n"
            "Without ROS: pip install . builds hbm_runtime_core alone."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
