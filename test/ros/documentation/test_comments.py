# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Commands in the comments of launch files and of the examples in config/ are right."""

import re

import pytest
from not_run import launch_arguments_exist
from pages import CHECKOUT

FILES = [
    file for pattern in ("launch/*.py", "config/*.yaml", "demo/**/*.py", "demo/**/*.yaml") for file in CHECKOUT.glob(pattern)
]
COMMAND = re.compile(r"ros2 launch hbm_runtime_ros [\w.]+\.launch\.py(?: \w+:=[^\s\"']+)*")
LAUNCHES = sorted({command for file in FILES for command in COMMAND.findall(file.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("command", LAUNCHES)
def test_a_launch_file_takes_the_arguments_that_a_comment_shows(command):
    launch_arguments_exist(command)
