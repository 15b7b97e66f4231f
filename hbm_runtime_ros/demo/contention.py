# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's second act: two models want all of one BPU core, and `ros2 param set` says who gets it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .contention_models import LATENCY_MS, pack_models
from .contention_plot import draw
from .parameter_change import NODE, set_parameter
from .process_group import ProcessGroup
from .progress import failure, say
from .result_log import ResultLog

PICTURE_FILE = "priority.png"
MODELS = ("detector", "classifier")
_LOG_FILE = "contention_log.txt"
# One command each. 255 interrupts the other model where a function call of it ends. Priorities below 254 only order the
# tasks that wait for the core, and here none waits long: it holds three, and each model has two in flight.
_CHANGES = (("detector.priority", 255), ("detector.priority", 0), ("classifier.priority", 255))
_START_LIMIT_S = 40.0
# From the first results on, until the machine is busy with nothing else.
_WARM_UP_S = 1.0
_CHANGE_LIMIT_S = 5.0
# For how long a change is watched before the next command starts, which takes seconds by itself; and the last one.
_WATCH_S, _LAST_WATCH_S = 1.2, 4.0
# After a change, until the device has done the frames that it had taken before.
_SETTLE_S = 0.3


@dataclass(frozen=True)
class Phase:
    """A time without a change. Seconds since the first phase began."""

    change: str
    """What began it, as `ros2 param set` takes it: NAME VALUE. Empty for the first one."""
    begin_s: float
    end_s: float
    priority: dict[str, int]
    """In force, by model."""
    fps: dict[str, float]
    """Results a second, by model."""
    share: dict[str, float]
    """Of the results of all models, by model."""


class Contention:
    """One run of the act.

    Args:
        folder: for the picture and the nodes' output.
        models: folder for the model file.
        environment: of the nodes.
    """

    def __init__(self, folder: Path, models: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._models = models
        self._log = folder / _LOG_FILE
        self._environment = environment

    def run(self) -> dict[str, Any]:
        """Run it, draw the picture and return what the summary says about it.

        Raises:
            DemoError: what failed.
        """
        say(f"two models of {LATENCY_MS} ms on one BPU core, with more pictures than it can take")
        pack_models(self._models)
        command = ["ros2", "launch", "--noninteractive", "hbm_runtime_ros", "contention.launch.py"]
        with (
            ResultLog(NODE, MODELS) as results,
            ProcessGroup([*command, f"model_dir:={self._models}"], self._log, self._environment) as nodes,
        ):
            start_s, phases = self._watch(results, nodes)
        arrivals_s = {model: [at_s - start_s for at_s in of_model] for model, of_model in results.arrivals_s.items()}
        draw(self._folder / PICTURE_FILE, arrivals_s, phases, LATENCY_MS)
        return {"latency_ms": LATENCY_MS, "phases": [asdict(phase) for phase in phases]}

    def _watch(self, results: ResultLog, nodes: ProcessGroup) -> tuple[float, list[Phase]]:
        """Go through all phases. Return when the first began, seconds since the epoch, and what came of each."""
        self._wait(lambda: all(results.arrivals_s.values()), nodes, _START_LIMIT_S, "no result of both models")
        time.sleep(_WARM_UP_S)
        start_s = begin_s = time.time()
        phases = []
        change = ""
        for name, value in (*_CHANGES, ("", 0)):
            time.sleep(_WATCH_S if name else _LAST_WATCH_S)
            next_begin_s = self._change(results, nodes, name, value) if name else time.time()
            phases.append(_phase(results, change, start_s, begin_s, next_begin_s))
            rates = ", ".join(f"{model} {fps:.0f}" for model, fps in phases[-1].fps.items())
            say(f"    {change or 'equal priorities'}: {rates} results a second")
            change, begin_s = f"{name} {value}", next_begin_s
        return start_s, phases

    def _change(self, results: ResultLog, nodes: ProcessGroup, name: str, value: int) -> float:
        """Set a parameter. Return since when it holds, seconds since the epoch."""
        model = name.partition(".")[0]
        change = set_parameter(name, value)
        if not change.accepted:
            raise failure(f"`{change.command}` should be accepted, got: {change.answer}", self._log)
        self._wait(
            lambda: results.priorities[-1].of[model] == value,
            nodes,
            _CHANGE_LIMIT_S,
            f"the node did not tell its new {name}",
        )
        return results.priorities[-1].since_s

    def _wait(self, condition: Callable[[], bool], nodes: ProcessGroup, limit_s: float, otherwise: str) -> None:
        deadline_s = time.monotonic() + limit_s
        while not condition():
            if nodes.exit_code is not None:
                raise failure("a node ended before the second act was over", self._log)
            if time.monotonic() > deadline_s:
                raise failure(f"{otherwise} within {limit_s:.0f} s", self._log)
            time.sleep(0.05)


def _phase(results: ResultLog, change: str, start_s: float, begin_s: float, end_s: float) -> Phase:
    watched_s = end_s - begin_s - _SETTLE_S
    counts = {model: results.count(model, begin_s + _SETTLE_S, end_s) for model in MODELS}
    total = max(1, sum(counts.values()))
    priority = next(told.of for told in reversed(results.priorities) if told.since_s <= begin_s)
    return Phase(
        change,
        round(begin_s - start_s, 3),
        round(end_s - start_s, 3),
        dict(priority),
        {model: round(count / watched_s, 1) for model, count in counts.items()},
        {model: round(count / total, 3) for model, count in counts.items()},
    )
