# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What README.md repeats from the code is what the code says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SOURCES = ("hbm_runtime_core", "hbm_runtime_ros")

# Every way in which the code reads a variable of its own: getenv, and the small functions around it.
READS = re.compile(
    r"""(?:getenv|environment|environ\.get|integer|choice)\s*[(]\s*(?:\w+,\s*)?"((?:HBM|HB)_[A-Z_]+)"|environ\["((?:HBM|HB)_[A-Z_]+)"\]"""
)


def variables_in_code():
    names = set()
    for folder in SOURCES:
        for suffix in ("cpp", "hpp", "py"):
            for file in (CHECKOUT / folder).rglob(f"*.{suffix}"):
                names.update(first or second for first, second in READS.findall(file.read_text(encoding="utf-8")))
    return names


def section(title):
    match = re.search(rf"^## {title}\n(.*?)(?=^## )", README, re.DOTALL | re.MULTILINE)
    assert match is not None, f"README.md has no section '{title}'"
    return match[1]


def test_parameters_messages_and_services_are_as_in_the_code():
    check = subprocess.run([sys.executable, str(CHECKOUT / "scripts/readme_tables"), "--check"], check=False)
    assert check.returncode == 0, "README.md is behind the code: run scripts/readme_tables"


def test_every_environment_variable_that_the_code_reads_is_explained_and_no_other():
    explained = set(re.findall(r"^\| `((?:HBM|HB)_[A-Z_]+)` \|", section("Environment variables"), re.MULTILINE))
    assert explained == variables_in_code()


def test_every_message_has_a_table():
    written = set(re.findall(r"^\*\*(\w+)\.\*\*", section("Messages"), re.MULTILINE))
    assert written == {file.stem for file in (CHECKOUT / "msg").glob("*.msg")}


def test_every_service_has_a_table():
    written = set(re.findall(r"^\*\*(\w+)\.\*\*", section("Services"), re.MULTILINE))
    assert written == {file.stem for file in (CHECKOUT / "srv").glob("*.srv")}


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_to_a_file(link):
    assert (CHECKOUT / link).is_file()


def test_the_readme_names_no_folder_of_one_machine():
    assert not re.search(r"/(?:home|root|work|Users)/", README)


def speed_rows():
    """Cells of each row in the table of measurements: key, what, value, quartiles, goal, verdict."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", section("Speed"), re.MULTILINE)
    return {key: [cell.strip() for cell in cells.split("|")] for key, cells in rows}


def test_the_table_of_speed_has_every_row_of_the_benchmark_in_its_order():
    suite = ast.parse((CHECKOUT / "bench/suite.py").read_text(encoding="utf-8"))
    (rows,) = (node.value for node in suite.body if isinstance(node, ast.Assign) and node.targets[0].id == "ROWS")
    assert tuple(speed_rows()) == ast.literal_eval(rows)


@pytest.mark.parametrize("key", speed_rows())
def test_a_measured_row_says_what_its_file_says_and_whether_it_meets_its_goal(key):
    what, value, _, goal, verdict = speed_rows()[key]
    text = ast.get_docstring(ast.parse((CHECKOUT / f"bench/{key}.py").read_text(encoding="utf-8")))
    assert what == text.splitlines()[0]
    number, limit = float(value.split()[0]), float(goal[1:])
    assert verdict == ("met" if (number <= limit if goal[0] == "≤" else number >= limit) else "**missed**")
    if verdict != "met":
        assert f"* `{key}`" in (CHECKOUT / "docs/performance.md").read_text(encoding="utf-8")
