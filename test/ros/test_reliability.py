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

from reliability.__main__ import main  # noqa: E402
from reliability.rows import Row, at_least, at_most, at_most_seconds, none_fails  # noqa: E402

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
    row = none_fails("starts", "9 kills", [f"kill {number}" for number in range(9)])
    assert not row.ok
    assert row.result == "9 failures: kill 0; kill 1; kill 2; kill 3; kill 4"


def test_a_row_with_characters_of_markdown_stays_one_row():
    assert Row("a | b", "1", "x\ny", "none", True).markdown() == "| a \\| b | 1 | x y | none | yes |"


def test_an_unknown_check_is_named_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["kil=3"])
    assert "unknown check 'kil' (known: kill, kill_pack" in capsys.readouterr().err


def test_an_amount_that_is_no_number_is_an_error(capsys):
    with pytest.raises(SystemExit):
        main(["kill=many"])
    assert "check 'kill': expected a number of kills, got 'many'" in capsys.readouterr().err


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
    assert f"`python3 -m reliability {check}`" in (tmp_path / "report.md").read_text()
