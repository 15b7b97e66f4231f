# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm doctor`: says what runs, what does not, and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_models import call, call_json

from hbm_runtime_core import host
from hbm_runtime_core.cli import diagnosis
from hbm_runtime_core.environment import VARIABLES

CHECKOUT = Path(__file__).resolve().parents[2]


def doctor(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "hbm_runtime_core.cli", "doctor", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def checks(capsys):
    facts = call_json(capsys, "doctor")
    assert facts["usable"] is True
    return {check["name"]: check for check in facts["checks"]}


def test_a_working_simulator_is_found_usable(capsys):
    by_name = checks(capsys)
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


def test_misspelt_variables_are_noticed():
    meant = {
        "HBM_SIM_SOCK": "HBM_SIM_SOC",
        "HBM_TRACE_BACK": "HBM_TRACEBACK",
        "HB_UCP_LOGLEVEL": "HB_UCP_LOG_LEVEL",
        "HBM_RUNTIME_BACKENDS": "HBM_RUNTIME_BACKEND",
    }
    result = doctor(**dict.fromkeys(meant, "1"))
    assert result.returncode == 0
    for name in meant:
        assert f"unknown variable '{name}'; did you mean '{meant[name]}'?" in result.stdout
        assert f"-> unset {name}" in result.stdout


def test_a_variable_of_somebody_else_is_not_reported():
    assert "environment" not in doctor(HBM_ROS_WHEELS="x", HB_CAMERA="1", HBM="1").stdout


def test_every_value_that_a_variable_takes_is_accepted():
    choices = {name: variable.choices for name, variable in VARIABLES.items() if variable.choices}
    choices["HBM_RUNTIME_BACKEND"] = tuple(set(choices["HBM_RUNTIME_BACKEND"]) - {"bpu"})  # no board
    for number in range(max(map(len, choices.values()))):
        chosen = {name: values[number % len(values)] for name, values in choices.items()}
        result = doctor(**chosen)
        for name, value in chosen.items():
            assert f"{name}={value}" in result.stdout
        assert "WARNING  environment" not in result.stdout


def test_a_value_that_a_variable_does_not_take_is_a_warning():
    result = doctor(HBM_SIM_PRECISION="quick")
    assert "HBM_SIM_PRECISION must be one of exact, fast, got 'quick'" in result.stdout


def test_the_simulated_soc_is_reported():
    assert "SoC s100p, 1 BPU cores" in doctor(HBM_SIM_SOC="s100p").stdout


def test_ros_and_the_node_are_found_where_they_are_sourced(capsys):
    by_name = checks(capsys)
    assert (by_name["ROS 2"]["status"], by_name["node"]["status"]) == ("ok", "ok")
    assert by_name["node"]["detail"].endswith("launch/inference.launch.py")


@pytest.fixture
def broken_ros(tmp_path, monkeypatch):
    (tmp_path / "rclpy.py").write_text("raise ImportError('librcl.so: cannot open shared object file')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))


def test_without_ros_the_core_is_said_to_work_alone(capsys, monkeypatch, broken_ros):
    monkeypatch.delenv("ROS_DISTRO")
    assert checks(capsys)["ROS 2"]["status"] == "note"


def test_ros_that_is_sourced_and_cannot_be_imported_is_a_warning(capsys, monkeypatch, broken_ros):
    monkeypatch.setenv("ROS_DISTRO", "jazzy")
    ros = checks(capsys)["ROS 2"]
    assert ros["status"] == "warning"
    assert "jazzy is sourced, but rclpy does not work: ImportError: librcl.so" in ros["detail"]


def test_a_middleware_that_is_not_installed_is_a_warning(capsys, monkeypatch):
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_of_nobody")
    ros = checks(capsys)["ROS 2"]
    assert ros["status"] == "warning"
    assert "rmw_of_nobody" in ros["detail"]


def test_a_node_that_is_not_sourced_is_named_with_the_remedy(capsys, monkeypatch):
    monkeypatch.setenv("AMENT_PREFIX_PATH", "/nonexistent")
    node = checks(capsys)["node"]
    assert "hbm_runtime_ros is not sourced" in node["detail"]
    assert ". install/setup.sh" in node["remedy"]


@pytest.mark.parametrize("name", ["shared memory", "network cache", "open files", "temporary files"])
def test_a_resource_that_is_missing_is_a_warning_with_its_remedy(capsys, monkeypatch, name):
    problem = host.HostProblem("too little", "get more")
    function = {
        "shared memory": "shared_memory_problem",
        "network cache": "network_cache_problem",
        "open files": "open_files_problem",
        "temporary files": "temporary_folder_problem",
    }[name]
    monkeypatch.setattr(host, function, lambda *_: problem)
    assert checks(capsys)[name] == {"name": name, "status": "warning", "detail": "too little", "remedy": "get more"}


def test_what_doctor_looks_for_is_what_the_runtime_and_the_package_use():
    driver = (CHECKOUT / "hbm_runtime_core/src/driver/driver.cpp").read_text(encoding="utf-8")
    for name in (*diagnosis.LIBRARIES, diagnosis.VENDOR_DIRECTORY, diagnosis.CORES_FILE):
        assert str(name) in driver
    least = ".".join(map(str, diagnosis.LEAST_PYTHON))
    assert f'requires-python = ">={least}"' in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    simulator = (CHECKOUT / "hbm_runtime_core/cli/simulator.cmake").read_text(encoding="utf-8")
    assert f'"{diagnosis.SOC_FILE}"' in simulator
