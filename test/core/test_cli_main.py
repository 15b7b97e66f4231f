# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command as a whole: exit codes, and where what is printed goes."""

import os
import subprocess
import sys

import pytest
from cli_models import ECHO, call, model_file

from hbm_runtime_core.cli import main
from hbm_runtime_core.cli.console import Progress


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "hbm_runtime_core.cli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_wrong_usage_is_one_line_on_stderr_and_exit_code_2():
    result = run("perf", "model.hbm", "--priority", "256")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == ("hbm: error: argument --priority: expected 0..255, got 256 (see: hbm perf --help)\n")


def test_a_failure_is_one_line_on_stderr_and_exit_code_1():
    result = run("info", "missing.hbm")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "hbm: error: no such model file: missing.hbm\n"


def test_a_traceback_comes_only_when_it_is_asked_for():
    result = run("info", "missing.hbm", HBM_TRACEBACK="1")
    assert result.returncode == 1
    assert "Traceback" in result.stderr


@pytest.mark.parametrize("command", ["info", "run", "perf", "pack", "sim-env", "doctor"])
def test_every_command_explains_itself(capsys, command):
    code, out, _ = call(capsys, command, "--help")
    assert code == 0
    assert f"hbm {command}" in out
    assert "--json" in out


def test_no_command_is_wrong_usage(capsys):
    assert call(capsys)[0] == 2


def test_a_reader_that_leaves_early_is_no_failure_worth_a_message(tmp_path):
    path = model_file(tmp_path, *({**ECHO, "name": f"echo{i}"} for i in range(500)))
    command = f"'{sys.executable}' -m hbm_runtime_core.cli info '{path}' | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert result.stdout.startswith(path)
    assert result.stderr == ""


class Terminal:
    def __init__(self, is_a_tty):
        self.is_a_tty = is_a_tty
        self.text = ""

    def isatty(self):
        return self.is_a_tty

    def write(self, text):
        self.text += text

    def flush(self):
        pass


@pytest.mark.parametrize("is_a_tty", [True, False])
def test_progress_is_drawn_on_a_terminal_only(monkeypatch, is_a_tty):
    terminal = Terminal(is_a_tty)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress("packing", 2) as progress:
        progress.update(1, "det.onnx")
        progress.update(2)
    assert ("2/2" in terminal.text) == is_a_tty
    assert (terminal.text == "") == (not is_a_tty)


def test_main_takes_its_arguments_from_the_command_line_by_default(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["hbm", "info", "missing.hbm"])
    assert main() == 1
    assert "missing.hbm" in capsys.readouterr().err
