# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The page about the Python API is true."""

import builtins
import re
from pathlib import Path

import pytest

import hbm_runtime_core
from hbm_runtime_core import errors

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "python-api.md").read_text()


@pytest.mark.parametrize("row", re.findall(r"^\| `(Hbm\w+)` \| (.*?) \|", PAGE, re.M))
def test_its_error_classes_are_what_it_says(row):
    name, bases = row
    error = getattr(hbm_runtime_core, name)
    for base in re.findall(r"`(\w+)`", bases):
        assert issubclass(error, getattr(errors, base, None) or getattr(builtins, base)), base


def test_it_names_every_public_error():
    named = set(re.findall(r"^\| `(Hbm\w+)`", PAGE, re.M))
    assert named == {name for name in hbm_runtime_core.__all__ if name.endswith("Error")}
