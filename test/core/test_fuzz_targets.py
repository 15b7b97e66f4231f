# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets in Python, with inputs that are the same each time. Those in C++: fuzz_corpus_test."""

import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
sys.path.append(str(CHECKOUT))

from fuzz.python import _engine  # noqa: E402

TARGETS = sorted(path.stem for path in (CHECKOUT / "fuzz/python").glob("[!_]*.py"))


@pytest.mark.parametrize("target", TARGETS)
def test_a_few_hostile_inputs_cause_nothing_but_errors(target):
    _engine.replay(target, examples=30)
