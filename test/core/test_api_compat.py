# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs written for the vendor's module run as they are: one for each kind in the manual's quick start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from api_models import CLASSIFIER, DETECTOR

from hbm_runtime_core import compat

PROGRAMS = Path(__file__).parent / "quick_start"

DETECTOR_LINES = """\
1310 (1, 42, 42, 255)
1312 (1, 21, 21, 255)
output (1, 84, 84, 255)
"""


def run(program: str, *files: str, through_folder: bool = False) -> str:
    """What the program prints, started with `-m hbm_runtime_core.compat`, or with the folder in PYTHONPATH."""
    environment = dict(os.environ)
    command = [sys.executable, "-m", "hbm_runtime_core.compat"]
    if through_folder:
        command = [sys.executable]
        environment["PYTHONPATH"] = os.pathsep.join([compat.directory(), *filter(None, [os.environ.get("PYTHONPATH")])])
    result = subprocess.run(
        [*command, str(PROGRAMS / program), *files], capture_output=True, text=True, env=environment, timeout=100
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.manual("quick start: one thread, one model, one input")
@pytest.mark.parametrize("through_folder", [False, True])
def test_single_input(echo_file, through_folder):
    assert run("single_input.py", echo_file, through_folder=through_folder) == "{'y': (1, 4, 8)}\n"


@pytest.mark.manual("quick start: one thread, one model, several inputs")
def test_several_inputs(detector_file):
    assert run("several_inputs.py", detector_file) == DETECTOR_LINES


@pytest.mark.manual("quick start: one thread, several models")
def test_several_models(detector_file, classifier_file):
    lines = [f"{CLASSIFIER} prob (1, 1000) float32"]
    lines += [f"{DETECTOR} {line} int32" for line in DETECTOR_LINES.splitlines()]
    assert run("several_models.py", detector_file, classifier_file).splitlines() == lines


@pytest.mark.manual("quick start: several threads, one model, one input")
def test_threads_on_a_single_input(echo_file):
    lines = [f"core {core} y (1, 4, 8)" for core in range(4)]
    assert run("threads_single_input.py", echo_file).splitlines() == lines


@pytest.mark.manual("quick start: several threads, one model, several inputs")
def test_threads_on_several_inputs(detector_file):
    lines = [f"core {core} 1310 (1, 42, 42, 255)" for core in range(4)]
    assert run("threads_several_inputs.py", detector_file).splitlines() == lines


@pytest.mark.manual("quick start: several threads, several models")
def test_threads_on_several_models(detector_file, classifier_file):
    lines = [
        f"core {core} {model} {shape}"
        for core in range(4)
        for model, shape in ((CLASSIFIER, "(1, 1000)"), (DETECTOR, "(1, 42, 42, 255)"))
    ]
    assert run("threads_several_models.py", detector_file, classifier_file).splitlines() == lines


def test_a_program_that_is_missing_is_named():
    command = [sys.executable, "-m", "hbm_runtime_core.compat", "missing.py"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert "no such program: missing.py" in result.stderr


def test_installing_the_core_alone_does_not_take_the_vendors_name(tmp_path):
    code = "import importlib.util, hbm_runtime_core; print(importlib.util.find_spec('hbm_runtime'))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert result.stdout == "None\n"
