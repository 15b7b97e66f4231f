# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A signal while a command starts ends it without a traceback, at any moment."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix
from model_packages import echo_model, write_models
from node_process import NodeProcess


@pytest.mark.parametrize("delay_ms", [0, 10, 20, 30, 50, 100, 200, 400, 600, 800, 1200])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_of_the_start_ends_the_node_without_a_traceback(tmp_path, number, delay_ms):
    write_models(tmp_path / "models.hbm", echo_model("quick"))
    with NodeProcess(tmp_path, {"models": ["quick"], "quick": {"file": "models.hbm"}}) as node:
        time.sleep(delay_ms / 1000)
        node.process.send_signal(number)
        # A shell reports a program that a signal has ended as 128 + the signal.
        assert node.process.wait(20) in (0, 128 + number, -number)
        assert "Traceback" not in node.output


@pytest.mark.parametrize("command", ["lib/hbm_runtime_ros/inference_node", "lib/hbm_runtime_ros/image_source", "bin/hbm"])
def test_an_interrupt_before_the_first_line_of_a_command_ends_it_without_a_traceback(tmp_path, command):
    (tmp_path / "sitecustomize.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ['PYTHONPATH']}"}
    program = Path(get_package_prefix("hbm_runtime_ros")) / command
    ended = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout + ended.stderr) == (130, "")
