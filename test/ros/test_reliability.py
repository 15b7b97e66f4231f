# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The checks of `make reliability`, each with the smallest amount that shows that it still runs and passes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.append(str(CHECKOUT))

from reliability import report  # noqa: E402
from reliability.__main__ import PAGE, main  # noqa: E402
from reliability.checks import CHECKS  # noqa: E402
from reliability.rows import Row, all_succeed, at_least, at_most, at_most_seconds  # noqa: E402

pytestmark = pytest.mark.alone


def test_a_figure_at_its_bound_keeps_it_and_one_beyond_does_not():
    assert at_most("age", "10 s", 2.0, 2.0, "s").ok
    assert not at_most("age", "10 s", 2.01, 2.0, "s").ok
    assert at_least("share", "10 s", 0.5, 0.5, "").ok
    assert not at_least("share", "10 s", 0.49, 0.5, "").ok


def test_a_duration_may_be_longer_where_others_use_the_processors(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(os, "getloadavg", lambda: (0.5, 0, 0))
    assert at_most_seconds("start", "1", 1.5, 1.5).ok
    assert not at_most_seconds("start", "1", 1.6, 1.5).ok
    monkeypatch.setattr(os, "getloadavg", lambda: (4.0, 0, 0))
    assert at_most_seconds("start", "1", 3.0, 1.5).ok
    assert "2.0 processes that want each processor" in at_most_seconds("start", "1", 3.1, 1.5).bound


def test_failures_are_counted_and_the_first_are_described():
    row = all_succeed("starts", "9 kills", 1009, [f"kill {number}" for number in range(9)])
    assert not row.ok
    assert row.result == "1,000 of 1,009: kill 0; kill 1; kill 2; kill 3; kill 4"


def test_something_that_was_never_tried_has_not_succeeded():
    assert not all_succeed("starts", "9 kills", 0, []).ok


def test_a_row_with_characters_of_markdown_stays_one_row():
    (line,) = report.Outcome("kill", 8, 3.2, [Row("a | b", "1", "x\ny", "none", True)]).markdown()
    assert line == "| `kill=8`, 3 s | a \\| b | 1 | x y | none | yes |"


def test_a_check_that_runs_again_replaces_its_own_rows_of_the_page_alone():
    def outcome(check, *whats):
        return report.Outcome(check, 1, 2.0, [Row(what, "1", "0", "0", True) for what in whats])

    page = "before\n<!-- table: measured -->\n<!-- end of table -->\nafter\n"
    page = report.update(page, [outcome("signals", "s1", "s2"), outcome("kill", "k1", "k2", "k3")])
    assert re.findall(r"\w\d(?= \|)", page) == ["k1", "k2", "k3", "s1", "s2"]
    page = report.update(page, [outcome("kill", "k4")])
    assert re.findall(r"\w\d(?= \|)", page) == ["k4", "s1", "s2"]
    assert page.startswith("before\n") and page.endswith("\nafter\n")


def test_the_table_of_the_page_has_every_check_with_the_amount_of_its_short_version():
    measured = re.findall(r"^\| `(\w+)=(\d+)`, ", PAGE.read_text(), re.MULTILINE)
    assert [(name, int(amount)) for name, amount in measured] == [(name, check.short) for name, check in CHECKS.items()]


def test_the_page_names_no_check_and_no_test_that_does_not_exist():
    text = PAGE.read_text()
    assert set(re.findall(r"`(\w+)=\d+`", text)) <= set(CHECKS)
    tests = re.findall(r"`(test/\S+)`", text)
    assert tests and not [test for test in tests if not (CHECKOUT / test).is_file()]


def test_an_unknown_check_is_named_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["kil=3"])
    assert "unknown check 'kil' (known: kill, kill_pack" in capsys.readouterr().err


def test_an_amount_that_is_no_number_is_an_error(capsys):
    with pytest.raises(SystemExit):
        main(["kill=many"])
    assert "check 'kill': expected a number of kills, got 'many'" in capsys.readouterr().err


def test_the_page_is_not_written_with_other_amounts_than_those_of_its_table(capsys):
    with pytest.raises(SystemExit):
        main(["kill=3", "--document"])
    assert "--document cannot be combined with other amounts" in capsys.readouterr().err


@pytest.mark.networks
@pytest.mark.parametrize(
    "check",
    ["kill=2", "kill_pack=2", "calls=10000", "threads=6400", "loads=50"],
)
def test_a_check_keeps_all_its_bounds_but_those_of_durations(tmp_path, check):
    command = [sys.executable, "-m", "reliability", check, "--output", str(tmp_path)]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=100, check=False)
    # How long something takes says more about this machine than about the node.
    failures = [line for line in run.stdout.splitlines() if re.match(r"FAILED (?!.* s \(bound: at most)", line)]
    assert run.returncode in (0, 1) and not failures, run.stdout + run.stderr
    assert f"| `{check}`, " in (tmp_path / "report.md").read_text()


def test_a_node_on_one_processor_gives_results():
    command = [sys.executable, "-m", "reliability.few_resources", "one processor", "3"]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
