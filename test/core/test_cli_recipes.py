# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every command line that a help text prints works as printed."""

import os
import subprocess
import sys

import pytest
from cli_models import DETECTOR, call, model_file, picture
from packer_networks import scaled_network
from test_cli_sim_env import PROGRAM

from hbm_runtime_core import compat

COMMANDS = ("info", "run", "perf", "pack", "sim-env", "doctor")
FLOAT_MODEL = {
    "name": "net",
    "inputs": [{"name": "image", "dtype": "F32", "shape": [1, 3, 8, 8]}],
    "outputs": [{"name": "copy", "dtype": "F32", "shape": [1, 3, 8, 8], "fill": {"kind": "copy", "input": "image"}}],
}
YOLO_MODEL = {
    "name": "yolo11n",
    "inputs": [{"name": "images", "nv12": {"width": 640, "height": 640}}],
    "outputs": [{"name": "output0", "dtype": "F32", "shape": [1, 84, 8400]}],
}
CMAKE_PROJECT = """
cmake_minimum_required(VERSION 3.18)
project(program LANGUAGES C)
add_executable(program main.c)
target_link_libraries(program dnn hbucp)
"""


def recipes(capsys):
    """(command, line) of everything below "examples:" in the help texts."""
    for command in COMMANDS:
        code, text, _ = call(capsys, command, "--help")
        assert code == 0
        _, _, examples = text.partition("examples:\n")
        for line in examples.splitlines():
            yield command, line.strip()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the examples take for granted: models, networks, pictures, a C program, and the command `hbm`."""
    for name, models in (
        ("det", [DETECTOR]),
        ("net", [FLOAT_MODEL]),
        ("timed", [FLOAT_MODEL]),
        ("yolo11n", [YOLO_MODEL]),
    ):
        os.rename(model_file(tmp_path, *models), tmp_path / f"{name}.hbm")
        os.rename(tmp_path / "spec.json", tmp_path / f"{name}.json")
    (tmp_path / "coco.txt").write_text("".join(f"class {number}\n" for number in range(80)))
    for name in ("page.png", "cat.jpg", "street.jpg"):
        picture(tmp_path / name)
    for name in ("net", "det", "cls"):
        prob = scaled_network(tmp_path / f"{name}.xml", shape=(-1, 3, -1, -1))
        prob.write_text(prob.read_text().replace('"y"', '"prob"'))
    (tmp_path / "main.c").write_text(PROGRAM)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_PROJECT)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/hbm").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hbm_runtime_core.cli "$@"\n')
    (tmp_path / "bin/hbm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def shell(folder, script):
    return subprocess.run(["sh", "-ec", script], cwd=folder, capture_output=True, text=True)


def test_every_example_of_the_help_texts_runs(folder, capsys):
    lines = list(recipes(capsys))
    assert {command for command, _ in lines} >= {"info", "run", "perf", "pack", "sim-env"}
    for _, line in lines:
        # No library that writes ONNX is installed: the same networks as OpenVINO IR.
        result = shell(folder, line.replace(".onnx", ".xml"))
        assert result.returncode == 0, f"{line}\n{result.stderr}"


def test_the_shell_line_of_compat_keeps_what_pythonpath_holds(tmp_path):
    command = [sys.executable, "-m", "hbm_runtime_core.compat", "--help"]
    text = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    (line,) = (line.strip() for line in text.splitlines() if "export" in line)
    (tmp_path / "own_module.py").write_text("")
    script = f"""
export PYTHONPATH="{tmp_path}:$HERE"
{line}
'{sys.executable}' -c 'import hbm_runtime, own_module'
unset PYTHONPATH
{line}
printenv PYTHONPATH
"""
    here = os.pathsep.join(path for path in sys.path if path)
    result = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, env={**os.environ, "HERE": here})
    assert result.returncode == 0, result.stderr
    # An empty entry would mean the current folder.
    assert result.stdout == f"{compat.directory()}\n"


def test_compat_without_a_program_prints_the_same_help_as_an_error():
    command = [sys.executable, "-m", "hbm_runtime_core.compat"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (2, "")
    assert "usage: python3 -m hbm_runtime_core.compat PROGRAM.py" in result.stderr


def test_what_sim_env_prints_for_a_person_compiles_links_and_runs(folder, capsys):
    _, text, _ = call(capsys, "sim-env")
    parts = dict(line.split(":", 1) for line in text.splitlines())
    script = f"cc {parts['compile']} main.c {parts['link']} -o by_hand\n{parts['run']}\n./by_hand net.hbm"
    result = shell(folder, script)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("1 net ")
