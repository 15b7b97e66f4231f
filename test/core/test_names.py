# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What errors say about names that are not known."""

import pytest

from hbm_runtime_core.names import did_you_mean, unknown_name


def test_an_unknown_name_comes_with_the_most_similar_one_and_all_there_are():
    assert unknown_name("input", "dat", ["mask", "data"]) == "unknown input 'dat'; did you mean 'data'? (known: mask, data)"


@pytest.mark.parametrize("name", ["", "mask", "x"])
def test_nothing_is_suggested_where_nothing_is_similar(name):
    assert did_you_mean(name, ["priority"]) == ""


def test_no_known_name_is_reported_as_none():
    assert unknown_name("model", "a", []) == "unknown model 'a' (known: none)"
