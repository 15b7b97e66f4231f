# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The runtime in a Python program: many calls, many threads, many models, many loads; and what grows with them."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psutil

from bench.harness import pack, timed_model
from hbm_runtime_core import HB_HBMRuntime
from reliability.rows import Progress, Row, all_succeed, at_most

_MODELS = 32
_THREADS = 64
_ELEMENTS = 16
# The first part only warms up: pools and the allocator's arenas fill.
_WARM_UP = 0.1
# Where a release or a wait takes long, as on a busy machine, the runtime starts another thread for it and keeps that.
_SPARE_THREADS = 4
_GROWTH_MIB = 1.0


@dataclass(frozen=True)
class _Usage:
    memory_mib: float
    descriptors: int
    threads: int

    @classmethod
    def now(cls) -> _Usage:
        process = psutil.Process()
        return cls(process.memory_full_info().uss / 2**20, process.num_fds(), process.num_threads())

    def rows(self, before: _Usage, what: str, amount: str) -> list[Row]:
        return [
            at_most(f"memory that {what} cost", amount, self.memory_mib - before.memory_mib, _GROWTH_MIB, "MiB"),
            at_most(f"files that {what} leave open", amount, self.descriptors - before.descriptors, 0, ""),
            at_most(f"threads that {what} leave", amount, self.threads - before.threads, _SPARE_THREADS, ""),
        ]


def grow_with_calls(calls: int) -> list[Row]:
    """Call run() again and again, in one thread."""
    # In the calling thread: the calls are what is repeated, not the simulator's queue.
    os.environ["HBM_SIM_EXECUTION"] = "inline"
    runtime = HB_HBMRuntime(pack(timed_model("one", 0, _ELEMENTS)))
    array = np.arange(_ELEMENTS, dtype=np.float32).reshape(1, -1)
    before = _Usage.now()
    for call in _counted(calls, "calls"):
        outputs = runtime.run(array)
        if call == calls * _WARM_UP // 1:
            before = _Usage.now()
    assert np.array_equal(outputs["one"]["y"], array)
    return _Usage.now().rows(before, "calls of run()", f"{calls:,} calls")


def grow_with_loads(loads: int) -> list[Row]:
    """Load a file of models, run one of them and unload the file, again and again."""
    file = pack(*(timed_model(f"model_{index}", 0, _ELEMENTS) for index in range(4)))
    array = np.zeros((1, _ELEMENTS), np.float32)
    before = _Usage.now()
    for load in _counted(loads, "loads"):
        HB_HBMRuntime(file).run(array, model_name="model_0")
        if load == loads * _WARM_UP // 1:
            before = _Usage.now()
    return _Usage.now().rows(before, "loads of a model file", f"{loads:,} loads and unloads")


def call_from_threads(calls: int) -> list[Row]:
    """Call 32 models from 64 threads at once; each thread must get the results of its own inputs."""
    runtime = HB_HBMRuntime(pack(*(timed_model(f"model_{index}", 0, _ELEMENTS) for index in range(_MODELS))))
    names = list(runtime.model_names)
    progress = Progress("threads", calls)
    failures: list[str] = []
    done = 0
    lock = threading.Lock()

    def call(thread: int) -> None:
        nonlocal done
        try:
            for number in range(calls // _THREADS):
                name = names[(thread + number) % _MODELS]
                array = np.full((1, _ELEMENTS), thread * 1000 + number % 1000, np.float32)
                output = runtime.run(array, model_name=name, priority={name: number % 256})[name]["y"]
                if not np.array_equal(output, array):
                    raise AssertionError(f"model '{name}': expected {array[0, 0]}, got {output}")
                if number % 100 == 99:
                    with lock:
                        done += 100
                        progress.step(done)
        except Exception:
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=call, args=(index,)) for index in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = calls // _THREADS * _THREADS
    amount = f"{_MODELS} models, {_THREADS} threads"
    return [all_succeed("calls of run() that return the results of their own inputs", amount, total, failures)]


def _counted(total: int, name: str) -> Iterator[int]:
    progress = Progress(name, total)
    for index in range(total):
        yield index
        if index % 1000 == 999 or index == total - 1:
            progress.step(index + 1)
