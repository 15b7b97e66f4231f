# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The commands of the documentation that its test does not run: why, which test covers them, and what is checked instead."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from pages import CHECKOUT


def make_target_exists(command: str) -> None:
    subprocess.run(["make", "-n", *shlex.split(command, comments=True)[1:]], cwd=CHECKOUT, check=True, capture_output=True)


def files_exist(command: str) -> None:
    """Check that the command names files of the checkout, and that they are there."""
    names = re.findall(r"(?:config|scripts|test)/[\w./]+|[\w]+\.sh", command)
    assert names, command
    for name in names:
        assert (CHECKOUT / name).exists(), name


def launch_arguments_exist(command: str) -> None:
    _, _, package, launch_file, *arguments = shlex.split(command, comments=True)
    shown = _output("ros2", "launch", package, launch_file, "--show-args")
    for argument in arguments:
        name = argument.partition(":=")[0]
        assert f"'{name}'" in shown, f"{launch_file} has no argument '{name}'"


def options_exist(command: str) -> None:
    """Check that `<program> <verb> --help` names every option of the command."""
    words = shlex.split(command, comments=True)
    shown = _output(*words[:2], "--help")
    for option in (word for word in words if word.startswith("--")):
        assert option in shown, f"{' '.join(words[:2])} has no option {option}"


def module_exists(command: str) -> None:
    module = shlex.split(command)[2]
    assert (CHECKOUT / f"{module.replace('.', '/')}.py").is_file(), module


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


@dataclass(frozen=True)
class NotRun:
    """Commands that begin like `pattern`.

    Attributes:
        covered_by: the file that runs them, or what they do, for real.
        page: where this is so; empty: on every page.
        check: what can be checked without running them; raises where it does not hold.
    """

    pattern: str
    reason: str
    covered_by: str
    check: Callable[[str], None] | None = None
    page: str = ""


NOT_RUN = (
    NotRun(r"make demo", "runs for minutes", "test/ros/demo/test_demo.py", make_target_exists),
    NotRun(r"make bench", "measures for minutes", "bench/suite.py", make_target_exists),
    NotRun(r"make recordings", "runs for minutes", "soak/recordings.py", make_target_exists),
    NotRun(r"make fuzz", "runs for minutes", "fuzz/__main__.py", make_target_exists),
    NotRun(r"make reliability", "runs for minutes", "test/ros/test_reliability.py", make_target_exists),
    NotRun(r"make sanitize", "compiles everything twice", "scripts/sanitize", make_target_exists),
    NotRun(r"make soak", "runs for an hour", "soak/__main__.py", make_target_exists),
    NotRun(
        r"make (test|lint|format|build|setup|wheel)", "is what runs this test, or its build", "Makefile", make_target_exists
    ),
    NotRun(r"\. \./env\.sh", "the tests run in this environment", "scripts/test", files_exist),
    NotRun(r"sudo apt install ros-", "installs packages of the system", "test/ros/decoding/test_decoder_parameters.py"),
    NotRun(r"rosdep ", "installs packages of the system", "package.xml"),
    NotRun(
        r"colcon build --packages-select hbm_runtime_ros", "is the build of this package", "scripts/build", options_exist
    ),
    NotRun(
        r"colcon (build|test|test-result)",
        "is the build and the test of this package",
        "scripts/test",
        options_exist,
        page="CONTRIBUTING.md",
    ),
    NotRun(r"\. install/setup\.sh", "env.sh does the same", "env.sh", page="README.md"),
    NotRun(r"ros2 lifecycle ", "no wheel has this verb", "test/ros/test_lifecycle.py"),
    NotRun(r"ros2 bag ", "no wheel has this verb", "test/ros/test_replay.py", files_exist),
    NotRun(
        r"ros2 launch hbm_runtime_ros two_machines",
        "needs a second machine",
        "test/ros/test_launch_files.py",
        launch_arguments_exist,
    ),
    NotRun(r"ros2 security |export ROS_SECURITY_", "no wheel has this verb", "test/ros/test_sros2_policy.py"),
    NotRun(r"ros2 launch ", "needs the keys", "test/ros/test_launching.py", launch_arguments_exist, page="docs/security.md"),
    NotRun(r"ros2 run ", "needs the keys", "test/ros/test_sros2_policy.py", page="docs/security.md"),
    NotRun(r"pytest test/", "is a part of the test run", "scripts/test", files_exist),
    NotRun(r"ctest ", "is a part of the test run", "scripts/test"),
    NotRun(r"scripts/bench ", "measures for minutes", "bench/suite.py", files_exist),
    NotRun(r"python3 -m bench\.", "measures for minutes", "bench/suite.py", module_exists),
)


def not_run(page: str, command: str) -> NotRun | None:
    """The row of the table for a command of a page, if it has one."""
    return next((row for row in NOT_RUN if re.match(row.pattern, command) and row.page in ("", page)), None)
