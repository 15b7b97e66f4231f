# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command as a whole: exit codes, and where what is printed goes."""

import argparse
import os
import subprocess
import sys

import pytest
from cli_models import ECHO, call, model_file

from hbm_runtime_core.cli import main
from hbm_runtime_core.cli.arguments import join_lists, named, split_name
from hbm_runtime_core.cli.console import Progress
from hbm_runtime_core.cli.port_format import port_format

COMMANDS = ["info", "run", "perf", "pack", "sim-env", "doctor"]


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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys, command):
    code, out, _ = call(capsys, command, "--help")
    assert code == 0
    assert f"hbm {command}" in out
    assert "--json" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_points_to_the_help_of_its_command(capsys, command):
    arguments = {"info": ["m.hbm"], "run": ["m.hbm"], "perf": ["m.hbm"], "pack": ["n.onnx", "-o", "m.hbm"]}
    code, out, err = call(capsys, command, *arguments.get(command, []), "--jsn")
    assert (code, out) == (2, "")
    assert err == f"hbm: error: unknown option '--jsn'; did you mean '--json'? (see: hbm {command} --help)\n"


def test_an_argument_too_many_is_named(capsys):
    code, _, err = call(capsys, "run", "m.hbm", "page.png")
    assert (code, err) == (2, "hbm: error: unexpected argument 'page.png' (see: hbm run --help)\n")


def test_no_command_is_wrong_usage(capsys):
    assert call(capsys)[0] == 2


def test_a_reader_that_leaves_early_is_no_failure_worth_a_message(tmp_path):
    path = model_file(tmp_path, *({**ECHO, "name": f"echo{i}"} for i in range(250)))
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


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("x=a.npy", "x", "a.npy"),
        ("x=runs/lr=0.1/a.npy", "x", "runs/lr=0.1/a.npy"),
        ("runs/lr=0.1/a.npy", "", "runs/lr=0.1/a.npy"),
        ("./x=1/a.npy", "", "./x=1/a.npy"),
        ("a.npy", "", "a.npy"),
        ("/model/in:0=a.npy", "/model/in:0", "a.npy"),
        ("a=b=a.npy", "a=b", "a.npy"),
        ("y=a.npy", "y", "a.npy"),
        ("lr=0.1/here.npy", "", "lr=0.1/here.npy"),
    ],
)
def test_a_path_keeps_its_equals_sign(tmp_path, monkeypatch, text, name, value):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lr=0.1").mkdir()
    (tmp_path / "lr=0.1/here.npy").write_text("")
    assert split_name(text, ["x", "a", "a=b", "/model/in:0"]) == (name, value)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("int8:scale=0.5", "", "int8:scale=0.5"),
        ("input:0=int8:scale=@runs/lr=0.1/s.npy", "input:0", "int8:scale=@runs/lr=0.1/s.npy"),
        ("/model/out=int8", "/model/out", "int8"),
        ("score: 1 = certain", "", "score: 1 = certain"),
        ("out=1 = certain", "out", "1 = certain"),
    ],
)
def test_a_value_for_a_port_keeps_its_equals_sign(text, name, value):
    assert named(str)(text) == (name, value)


def test_cores_may_be_written_as_a_list_of_arguments():
    assert join_lists(["run", "m.hbm", "--bpu-cores", "0", "1", "2,3", "--json"], "--bpu-cores") == [
        "run", "m.hbm", "--bpu-cores", "0,1,2,3", "--json"
    ]  # fmt: skip
    assert join_lists(["run", "--bpu-cores", "0", "m.hbm"], "--bpu-cores") == ["run", "--bpu-cores", "0", "m.hbm"]


def test_a_file_of_scales_may_have_a_colon_and_an_equals_sign_in_its_path(tmp_path):
    folder = tmp_path / "12:30" / "lr=0.1"
    folder.mkdir(parents=True)
    (folder / "scales.txt").write_text("0.5\n0.25\n")
    _, quantization = port_format(f"int8:scale=@{folder}/scales.txt:axis=1")
    assert (quantization.scale, quantization.axis) == ((0.5, 0.25), 1)


@pytest.mark.parametrize("text", ["int8:scale=1:scale=2", "int8:scal=1", "int8:scale", "int8:scale=1:axis=1,2"])
def test_a_port_format_that_contradicts_itself_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        port_format(text)
