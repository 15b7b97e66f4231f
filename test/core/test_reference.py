# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the pages of docs/reference/ repeat from the code is what the code contains."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def test_parameters_messages_services_and_options_are_as_in_the_code():
    check = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts/reference"), "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize(("kind", "heading"), [("msg", "Messages"), ("srv", "Services")])
def test_every_interface_has_a_table(kind, heading):
    section = page("reference/interfaces.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    written = set(re.findall(r"^### (\w+)$", section, re.MULTILINE))
    assert written == {file.stem for file in (CHECKOUT / kind).glob(f"*.{kind}")}


def test_the_table_of_stages_names_every_time_of_a_result():
    section = page("frames.md").partition("### Stages of a frame\n")[2].partition("\n## ")[0]
    times = re.findall(r"^int64 (\w+_ns)", (CHECKOUT / "msg/Timing.msg").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`(\w+_ns)`", section)) == set(times)


def speed_rows():
    """Cells of each row in the table of measurements: key, what, value, quartiles, goal, verdict."""
    results = page("performance.md").partition("## Results\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", results, re.MULTILINE)
    return {key: [cell.strip() for cell in cells.split("|")] for key, cells in rows}


def test_the_table_of_speed_has_every_row_of_the_benchmark_in_its_order():
    suite = ast.parse((CHECKOUT / "bench/suite.py").read_text(encoding="utf-8"))
    (rows,) = (node.value for node in suite.body if isinstance(node, ast.Assign) and node.targets[0].id == "ROWS")
    assert tuple(speed_rows()) == ast.literal_eval(rows)


@pytest.mark.parametrize("key", speed_rows())
def test_a_measured_row_repeats_its_file_and_whether_it_meets_its_goal(key):
    what, value, _, goal, verdict = speed_rows()[key]
    text = ast.get_docstring(ast.parse((CHECKOUT / f"bench/{key}.py").read_text(encoding="utf-8")))
    assert what == text.splitlines()[0]
    number, limit = float(value.split()[0]), float(goal[1:])
    assert verdict == ("met" if (number <= limit if goal[0] == "≤" else number >= limit) else "**missed**")
    if verdict != "met":
        assert f"* `{key}`" in page("performance.md")
