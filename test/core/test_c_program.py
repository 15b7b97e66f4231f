# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A C program written for the board compiles with what `hbm sim-env` prints, and runs on the simulator."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cli_models import model_file

from hbm_runtime_core.cli import sim_env

PROGRAM = Path(__file__).parent / "c_program" / "board_program.c"

COPY = {
    "name": "copy",
    "timing": {"latency_us": 500},
    "inputs": [{"name": "x", "dtype": "F32", "shape": [1, 8]}],
    "outputs": [{"name": "y", "dtype": "F32", "shape": [1, 8], "fill": {"kind": "copy", "input": "x"}}],
}
DYNAMIC = {
    "name": "dynamic",
    "timing": {"latency_us": 500},
    "inputs": [{"name": "x", "dtype": "U8", "shape": [1, -1]}],
    "outputs": [{"name": "y", "dtype": "U8", "shape": [1, -1], "fill": {"kind": "copy", "input": "x"}}],
}

EXPECTED = """\
model copy
model dynamic
copy input x type 7
copy output y type 7
dynamic input x type 3
dynamic output y type 3
copied 0 1.5 3 4.5 6 7.5 9 10.5
dynamic output [1, 5]
callback 1
synchronous 42
released
"""


@pytest.mark.parametrize("compiler", ["cc", "c++"])
def test_a_program_for_the_board_runs_on_the_simulator(compiler, tmp_path):
    assert shutil.which(compiler), f"{compiler} is needed to test C programs"
    model = model_file(tmp_path, COPY, DYNAMIC)
    language = {"cc": ["-xc", "-std=c99"], "c++": ["-xc++", "-std=c++17"]}[compiler]
    program = tmp_path / "program"
    subprocess.run(
        [compiler, *language, "-Wall", "-Wextra", "-Werror", f"-I{sim_env.include_dir()}", str(PROGRAM), "-xnone"]
        + [f"-L{sim_env.library_dir()}", "-ldnn", "-lhbucp", "-o", str(program)],
        check=True,
    )
    result = subprocess.run(
        [str(program), str(model)],
        env=os.environ | {"LD_LIBRARY_PATH": str(sim_env.library_dir())},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == EXPECTED
