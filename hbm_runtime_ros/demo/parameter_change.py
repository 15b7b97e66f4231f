# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the inference node, set as a user would: with the command `ros2 param`."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from hbm_runtime_ros.distribution import param_set_patience

from .progress import say

NODE = "/hbm_inference"
_ATTEMPTS = 5
_LIMIT_S = 30


class ParameterChange(NamedTuple):
    """A command and what came of it."""

    command: str
    answer: str
    accepted: bool


def set_parameter(name: str, value: int) -> ParameterChange:
    """Set a parameter, and show the command.

    Raises:
        subprocess.TimeoutExpired: the command did not end.
    """
    # Without the daemon, which would outlive the demo.
    command = ["ros2", "param", "set", "--no-daemon", *param_set_patience(10), NODE, name, str(value)]
    say(f"  $ {' '.join(command)}")
    # Discovery may take longer than one call of the command waits.
    for _ in range(_ATTEMPTS):
        run = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=_LIMIT_S
        )
        answer = " ".join(run.stdout.split())
        if not any(word in answer for word in ("not found", "timed out")):
            break
    return ParameterChange(" ".join(command), answer, "successful" in answer)
