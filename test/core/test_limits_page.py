# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""docs/reference/limits.md has every limit of the code, with its value, and tests on both sides of it that exist."""

import json
import math
import re
from pathlib import Path
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs/reference/limits.md").read_text(encoding="utf-8")

CPP = re.compile(r"constexpr [\w:]+ (k(?:Max|Most|Largest|Longest|Kept|Free)[A-Z]\w*) = (.+?);")
PYTHON = re.compile(
    r"^(_?(?:(?:MAX|MOST|LARGEST|LONGEST|KEPT)_\w+|\w+_(?:LIMIT|LIMIT_BYTES|RATIO|FREE\w*))|_FREE\w+) = ([^\n#]+)", re.M
)

# What is called like a limit, and does not bound what comes from outside.
NOT_LIMITS = {
    "kLargestAlignment": "which padding of rows is usual",
    "kLargestHalf": "the largest number of a type",
    "_LARGEST_S32_FLOAT": "the largest number of a type",
    "kLongestEndNs": "a time at the end of the process",
    "kMostListed": "how many names an error shows",
    "kLongestCompared": "which names an error suggests",
    "_MOST_NAMES": "how many names a warning shows",
    "kMostCompanions": "libraries on the way to a symbol",
    "kMostThreads": "range of an environment variable",
    "kMostTasks": "range of an environment variable",
    "kMostVotes": "how soon a measurement is believed",
    "kMostIdleInClass": "a part of the limit kMostIdleBytes",
    "kMostTimes": "how many times of arrival are known",
    "kLongestTimeoutS": "from there on, a program waits without limit",
    "MOST_HZ": "range of a parameter",
    "MOST_RECORDED_S": "range of a parameter",
    "_MOST_FPS": "the largest number of a field",
    "_LARGEST_FRAME_BYTES": "the largest number that the C library takes",
    "_MOST_LOG_LINES": "how many lines a recording has",
    "_LONGEST_DELAY_MS": "from there on, a clock is doubted",
}


def value_of(expression):
    """The number that a constant has in C++ or Python."""
    text = re.sub(r"std::u?int\w*_t\{(\w+)\}|std::size_t\{(\w+)\}", lambda match: match[1] or match[2], expression)
    text = re.sub(r"std::numeric_limits<std::int32_t>::max\(\)|INT32_MAX", str(2**31 - 1), text)
    text = text.replace("HB_DNN_TENSOR_MAX_DIMENSIONS", "10").replace("'", "")
    assert re.fullmatch(r"[\d\s<>()*+\-.exa-f_]+", text), f"{expression} is no number"
    return eval(text)


def constants():
    """Path, name and expression of what is called like a limit."""
    for folder in ("hbm_runtime_core", "hbm_runtime_ros"):
        for path in sorted((CHECKOUT / folder).rglob("*.[chp]*")):
            pattern = {".cpp": CPP, ".hpp": CPP, ".py": PYTHON}.get(path.suffix)
            for name, expression in pattern.findall(path.read_text(encoding="utf-8")) if pattern else ():
                yield str(path.relative_to(CHECKOUT)), name, expression


LIMITS = {(path, name): value_of(text) for path, name, text in constants() if name not in NOT_LIMITS}


class Row(NamedTuple):
    """A limit of the page: its value, where it is in the code, and its tests."""

    value: int
    places: list[str]
    below: list[str]
    above: list[str]


def rows():
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith(("| ---", "| limit", "| memory")):
            *_, places, below, above = (cell.strip() for cell in line.strip("|").split(" | "))
            value = next(int(cell) for cell in line.split(" | ") if re.fullmatch(r"\s*\d+\s*", cell))
            names = [re.findall(r"`([^`]+)`", cell) for cell in (places, below, below if above == "the same" else above)]
            yield Row(value, *names)


@pytest.mark.parametrize(("place", "value"), LIMITS.items(), ids=lambda each: str(each))
def test_a_limit_of_the_code_is_on_the_page_with_its_value(place, value):
    path, name = place
    stated = [row.value for row in rows() for each in row.places if f"{path}: {name}".endswith(f"/{each}")]
    assert stated, f"docs/reference/limits.md has no row for {name} of {path}; is it a limit?"
    assert len(stated) == 1 and math.isclose(stated[0], value), f"{name} of {path} is {value}"


def test_every_row_names_a_constant_that_exists():
    known = [f"{path}: {name}" for path, name in LIMITS]
    for row in rows():
        assert row.places
        for place in row.places:
            assert sum(each.endswith(f"/{place}") for each in known) == 1, place


def names_of_tests():
    cases = json.loads((CHECKOUT / "test/core/manifests/cases.json").read_text(encoding="utf-8"))
    for kind in ("good", "bad"):
        yield from (f"cases.json: {case['name']}" for case in cases[kind])
    for path in sorted((CHECKOUT / "test").rglob("*.[cp][py]*")):
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"^def (test_\w+)\(", text, re.M)
        yield from (f"{suite}.{test}" for suite, test in re.findall(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", text, re.M))


def test_every_row_names_tests_on_both_sides_that_exist():
    known = set(names_of_tests())
    for row in rows():
        assert row.below and row.above, f"{row.places}: a test just below the limit and one just above it"
        assert not [test for test in (*row.below, *row.above) if test not in known], row.places


def test_a_limit_of_two_languages_has_tests_in_both():
    for row in rows():
        if len({Path(place.split(":")[0]).suffix == ".py" for place in row.places}) == 2:
            for side in (row.below, row.above):
                # The cases of manifests are read by both.
                kinds = {"both" if test.startswith("cases.json") else test.startswith("test_") for test in side}
                assert "both" in kinds or len(kinds) == 2, row.places


def test_what_is_no_limit_is_in_the_code():
    assert not NOT_LIMITS.keys() - {name for _, name, _ in constants()}
