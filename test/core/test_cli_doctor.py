# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm doctor`: says what runs, what does not, and what to do."""

import os
import subprocess
import sys

from cli_models import call, call_json


def doctor(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "hbm_runtime_core.cli", "doctor", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_a_working_simulator_is_found_usable(capsys):
    facts = call_json(capsys, "doctor")
    by_name = {check["name"]: check for check in facts["checks"]}
    assert facts["usable"] is True
    assert by_name["backend"]["detail"].startswith("sim, libdnn ")
    assert by_name["trial run"]["status"] == "ok"
    assert by_name["python"]["detail"].startswith(".".join(map(str, sys.version_info[:2])))


def test_the_text_ends_with_the_verdict(capsys):
    code, out, _ = call(capsys, "doctor")
    assert code == 0
    assert out.endswith("models can run\n")


def test_a_backend_that_is_not_there_fails_with_the_remedy():
    result = doctor(HBM_RUNTIME_BACKEND="bpu", HBM_RUNTIME_LIBRARY_DIR="/nonexistent")
    assert result.returncode == 1
    backend = next(line for line in result.stdout.splitlines() if " backend " in line)
    assert backend.startswith("FAILED")
    assert "/nonexistent" in backend
    assert "-> on a board install" in result.stdout
    assert result.stdout.endswith("no model can run; see above\n")


def test_a_misspelt_variable_is_noticed():
    result = doctor(HBM_SIM_SOCK="s100")
    assert result.returncode == 0
    assert "HBM_SIM_SOCK is set, but means nothing" in result.stdout
    assert "did you mean HBM_SIM_SOC?" in result.stdout


def test_the_simulated_soc_is_told():
    assert "SoC s100p, 1 BPU cores" in doctor(HBM_SIM_SOC="s100p").stdout
