# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of environment variables is what the code reads."""

import re
from pathlib import Path

import pytest

from hbm_runtime_core.environment import VARIABLES
from hbm_runtime_core.packer.manifest import SOC_BPU_CORES

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = ("hbm_runtime_core", "hbm_runtime_ros", "demo", "launch")

# Every way in which the code reads a variable of its own: getenv, os.environ, and the small functions around them.
READS = re.compile(
    r"""(?:getenv|environment|environ\.get|integer|choice)\s*[(]\s*(?:\w+,\s*)?"((?:HBM|HB)_[A-Z_]+)"|environ\["((?:HBM|HB)_[A-Z_]+)"\]"""
)


def source_files():
    for folder in SOURCES:
        for suffix in ("cpp", "hpp", "py"):
            yield from (CHECKOUT / folder).rglob(f"*.{suffix}")


def variables_in_code():
    return {first or second for file in source_files() for first, second in READS.findall(file.read_text(encoding="utf-8"))}


def test_every_variable_that_the_code_reads_is_in_the_table_and_no_other():
    assert set(VARIABLES) == variables_in_code()


def test_the_simulated_boards_are_those_of_the_simulator_and_of_the_packer():
    text = (CHECKOUT / "hbm_runtime_core/simulator/ucp/configuration.cpp").read_text(encoding="utf-8")
    simulator = {name: int(cores) for name, cores in re.findall(r'{"(s\d+p?)", "[^"]*", (\d+),', text)}
    choices = VARIABLES["HBM_SIM_SOC"].choices
    assert tuple(simulator) == choices
    assert {soc: SOC_BPU_CORES[soc] for soc in choices} == simulator
    assert set(SOC_BPU_CORES) == {*choices, "any"}


@pytest.mark.parametrize("variable", [v for v in VARIABLES.values() if v.choices or v.limits], ids=lambda v: v.name)
def test_the_values_of_the_table_are_those_that_the_code_names(variable):
    text = "\n".join(file.read_text(encoding="utf-8") for file in source_files() if file.suffix == ".cpp")
    for value in variable.choices or map(str, variable.limits):
        assert re.search(rf'"{value}"|\b{value}\b', text)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HBM_SIM_SOC", "s100", None),
        ("HBM_SIM_SOC", "", None),
        ("HBM_SIM_SOC", "s200", "HBM_SIM_SOC must be one of s100, s100p, s600, got 's200'"),
        ("HBM_SIM_DISPATCH_AHEAD", "1024", None),
        ("HBM_SIM_DISPATCH_AHEAD", "0", "HBM_SIM_DISPATCH_AHEAD must be 1 to 1024, got '0'"),
        ("HBM_SIM_THREADS", "two", "HBM_SIM_THREADS must be 1 to 1024, got 'two'"),
        ("HBM_SIM_TRACE", "anything.json", None),
    ],
)
def test_a_value_that_the_reader_would_refuse_is_a_problem(name, value, problem):
    assert VARIABLES[name].problem(value) == problem
