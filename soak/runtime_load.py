# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A Python program that uses the runtime in every way at once, until its standard input is closed.

Usage: runtime_load.py MODELS.hbm. Prints how many calls succeeded at the end, and every unexpected error.
"""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import traceback
from collections.abc import Callable

import numpy as np

from hbm_runtime_core import HB_HBMRuntime, HbmTimeoutError, HbmValueError

_ELEMENTS = 16
_PAUSE_S = 0.02


class Load:
    """Threads that call the runtime, each in its own way."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._runtime = HB_HBMRuntime(file)
        self._names = list(self._runtime.model_names)
        self._stopping = threading.Event()
        self._counting = threading.Lock()
        self._calls = 0
        self._problems = 0

    def run(self) -> int:
        """Call until the standard input ends; return the number of unexpected errors."""
        ways = [
            self._one_model,
            self._one_model,
            self._all_models,
            self._request,
            self._asynchronous,
            self._reload,
            self._wrong,
        ]
        threads = [threading.Thread(target=self._repeat, args=(way, index)) for index, way in enumerate(ways)]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        self._stopping.set()
        for thread in threads:
            thread.join()
        print(f"{self._calls} calls, {self._problems} unexpected errors", flush=True)
        return self._problems

    def _repeat(self, way: Callable[[random.Random], None], seed: int) -> None:
        chosen = random.Random(seed)
        while not self._stopping.wait(_PAUSE_S):
            try:
                way(chosen)
            except Exception:
                traceback.print_exc()
                with self._counting:
                    self._problems += 1
            with self._counting:
                self._calls += 1

    def _one_model(self, chosen: random.Random) -> None:
        name, array = chosen.choice(self._names), _array(chosen)
        outputs = self._runtime.run(array, model_name=name, priority={name: chosen.randrange(256)})
        _check(outputs[name]["y"], array)

    def _all_models(self, chosen: random.Random) -> None:
        arrays = {name: {"x": _array(chosen)} for name in self._names}
        for name, outputs in self._runtime.run(arrays).items():
            _check(outputs["y"], arrays[name]["x"])

    def _request(self, chosen: random.Random) -> None:
        request = self._runtime.create_request(chosen.choice(self._names))
        for _ in range(10):
            array = _array(chosen)
            request.inputs["x"][...] = array
            request.start(priority=chosen.randrange(256))
            _check(request.wait()["y"], array)

    def _asynchronous(self, chosen: random.Random) -> None:
        name = chosen.choice(self._names)
        arrays = [_array(chosen) for _ in range(4)]
        futures = [self._runtime.run_async(array, model_name=name) for array in arrays]
        for future, array in zip(futures, arrays):
            _check(future.result()[name]["y"], array)

    def _reload(self, chosen: random.Random) -> None:
        runtime = HB_HBMRuntime(self._file)
        array = _array(chosen)
        _check(runtime.run(array, model_name=self._names[0])[self._names[0]]["y"], array)

    def _wrong(self, chosen: random.Random) -> None:
        name = chosen.choice(self._names)
        try:
            self._runtime.run(np.zeros((1, 3), np.float32), model_name=name)
        except HbmValueError:
            pass
        else:
            raise AssertionError("a wrong shape was accepted")
        with contextlib.suppress(HbmTimeoutError):
            self._runtime.run(_array(chosen), model_name=name, timeout_ms=1)


def _array(chosen: random.Random) -> np.ndarray:
    return np.full((1, _ELEMENTS), chosen.random(), np.float32)


def _check(output: np.ndarray, expected: np.ndarray) -> None:
    if not np.array_equal(output, expected):
        raise AssertionError(f"expected {expected[0, 0]}, got {output[0]}")


if __name__ == "__main__":
    sys.exit(1 if Load(sys.argv[1]).run() else 0)
