# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Collects which test checks which row of the API manual."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

HEADER = """\
# API conformance

Which test checks which row of the `hbm_runtime` API manual, on the simulator with the timed and the OpenVINO engine. Written by a
test run:

```sh
pytest test/core --conformance-table docs/api-conformance.md
```

| row of the manual | test | result |
| --- | --- | --- |
"""


class ConformanceTable:
    """A pytest plugin: gathers results by row, writes the table where --conformance-table asks for it."""

    def __init__(self) -> None:
        self._tests: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._rows: dict[str, tuple[str, ...]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            rows = [row for marker in item.iter_markers("manual") for row in marker.args]
            if rows:
                self._rows[item.nodeid] = tuple(rows)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        test = report.nodeid.split("/")[-1].split("[")[0]
        for row in self._rows.get(report.nodeid, ()):
            self._tests[row][test].add(report.outcome)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        path = session.config.getoption("--conformance-table")
        if path:
            Path(path).write_text(HEADER + "".join(self._lines()))

    def _lines(self) -> list[str]:
        lines = []
        for row, tests in self._tests.items():
            outcomes = set().union(*tests.values())
            result = "passed" if outcomes == {"passed"} else ", ".join(sorted(outcomes))
            lines.append(f"| {row} | {', '.join(f'`{test}`' for test in tests)} | {result} |\n")
        return lines
