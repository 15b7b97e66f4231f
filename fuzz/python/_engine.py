# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a target for some seconds, or for some examples that are the same each time."""

from __future__ import annotations

import importlib
import io
import random
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings

_BATCH = 100


def executions_of(target: str, seconds: float) -> Iterator[tuple[int, str]]:
    """Yield after every batch how many inputs were tried so far, and what was found in it, "" for nothing."""
    counted = _Counted(_property(target, derandomize=False))
    count = 0
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        batch = seed(random.getrandbits(64))(counted.execute)
        finding = ""
        try:
            with redirect_stdout(io.StringIO()):
                batch()
        except Exception:
            finding = f"{Path('.workspace/fuzz') / target}.log"
            Path(finding).write_text(traceback.format_exc())
        count = counted.executions
        yield count, finding
        if finding:
            return


def replay(target: str, examples: int) -> None:
    """Try some inputs, the same ones each time; raises what the target raises."""
    _property(target, derandomize=True, examples=examples)()


class _Counted:
    """A property that counts its executions."""

    def __init__(self, execute: Any) -> None:
        self.executions = 0
        self.execute = execute
        inner: Callable[..., None] = execute.hypothesis.inner_test

        def count(*args: Any, **kwargs: Any) -> None:
            self.executions += 1
            inner(*args, **kwargs)

        execute.hypothesis.inner_test = count


def _property(target: str, derandomize: bool, examples: int = _BATCH) -> Any:
    execute = importlib.import_module(f"fuzz.python.{target}").execute
    options = settings(
        max_examples=examples,
        derandomize=derandomize,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    return options(execute)
