# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The soak tests themselves: what they call growth, and runs of some seconds."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.append(str(CHECKOUT))

from soak.verdict import slope  # noqa: E402

TIMES_S = np.linspace(0, 3600, 360)
NOISE = np.random.default_rng(0).normal(size=360)


def test_a_constant_quantity_does_not_grow_however_noisy_it_is():
    assert not slope("memory", TIMES_S, 100 + 5 * NOISE, 1.0).grows


def test_a_leak_is_found_in_noise_ten_times_larger_than_its_growth_per_minute():
    assert slope("memory", TIMES_S, 100 + TIMES_S / 600 + NOISE, 1.0).grows


def test_what_fills_while_a_run_warms_up_is_no_growth():
    assert not slope("memory", TIMES_S, 100 + 50 * np.minimum(TIMES_S / 600, 1) + NOISE, 1.0).grows


def test_growth_below_the_tolerance_is_accepted():
    assert not slope("memory", TIMES_S, 100 + TIMES_S / 7200, 1.0).grows


def test_in_a_run_shorter_than_an_hour_the_tolerance_is_what_may_grow_within_it():
    assert not slope("memory", TIMES_S / 60, 100 + 0.9 * TIMES_S / 3600, 1.0).grows
    assert slope("memory", TIMES_S / 60, 100 + 1.1 * TIMES_S / 3600, 1.0).grows


def test_too_few_samples_are_an_error():
    with pytest.raises(ValueError, match="expected at least 36 samples, got 10"):
        slope("memory", TIMES_S[:10], NOISE[:10], 1.0)


def test_a_short_run_ends_with_a_report_and_without_a_problem(tmp_path):
    command = [sys.executable, "-m", "soak", "--minutes", "0.1", "--output", str(tmp_path)]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    assert "No problems." in (tmp_path / "report.md").read_text(), run.stdout + run.stderr
    assert (tmp_path / "soak.png").stat().st_size > 10_000


def test_recordings_of_some_failures_reproduce_them():
    command = [sys.executable, "-m", "soak.recordings", "--count", "2"]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    assert run.stdout.endswith("2 of 2 recordings reproduce their error\n"), run.stdout + run.stderr
