# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's third act: two models want all of one BPU core, and `ros2 param set` decides which one gets it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import rclpy
from hbm_runtime_ros.msg import InferenceResult, ModelList
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy

from hbm_runtime_core.packer import read_description, write_package
from hbm_runtime_ros.group_threads import SpinThread

from .contention_plot import draw
from .pace import Pace
from .processes import LAUNCH, NODE, ProcessGroup, pause, say, set_parameter

PICTURE_FILE = "priority.png"
MODEL_FILE, PARAMETER_FILE = "contention.hbm", "contention.yaml"
MODELS = ("detector", "classifier")
_CONFIG = Path(__file__).parent / "config"
# One command each. 255 interrupts the other model where a function call of it ends. Priorities below 254 only order the
# tasks that wait for the core, and here none waits long: it holds three, and each model has two in flight.
_CHANGES = (("detector.priority", 255), ("detector.priority", 0), ("classifier.priority", 255))
# One inference on a usual PC. A slower one gets models that are as much slower, for it has to feed the core.
_USUAL_LATENCY_MS = 20
# Pictures per inference that the core has time for.
_OVERLOAD = 1.5
# Share of the core's time that has to be used; where it is less, the PC is too slow for models of this latency.
_LEAST_USE = 0.85
_MOST_LATENCY_MS = 640
# On a usual PC: until results come, until a change is in force, and for one command.
_START_LIMIT_S, _CHANGE_LIMIT_S, _COMMAND_LIMIT_S = 40.0, 5.0, 30.0
# In inferences: from the first results until the machine is busy with nothing else; how long a change is watched before
# the next command starts, which takes seconds by itself; the last change; and after a change, until the device has done
# the frames that it had taken before.
_WARM_UP, _WATCH, _LAST_WATCH, _SETTLE = 50, 60, 200, 15


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
    """Results per second, by model."""
    share: dict[str, float]
    """Of the results of all models, by model."""


class Priorities(NamedTuple):
    """Priorities by model, and since when they hold; seconds since the epoch."""

    since_s: float
    of: Mapping[str, int]


class ResultLog:
    """Listens to the inference node: when results came, and when which priorities came into force.

    It listens in a thread of its own. Use it as a context manager. All times are seconds since the epoch.
    """

    def __init__(self) -> None:
        self.arrivals_s: dict[str, list[float]] = {model: [] for model in MODELS}
        self.priorities: list[Priorities] = []
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self._node = rclpy.create_node("result_log", context=self._context)
        for model, arrivals_s in self.arrivals_s.items():
            self._node.create_subscription(
                InferenceResult, f"{NODE}/{model}/result", _recorder(arrivals_s), QoSProfile(depth=50), raw=True
            )
        latched = QoSProfile(
            depth=10, reliability=QoSReliabilityPolicy.RELIABLE, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL
        )
        self._node.create_subscription(ModelList, f"{NODE}/models", self._on_models, latched)
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self._node)
        self._spinning = SpinThread(executor)

    def __enter__(self) -> ResultLog:
        self._spinning.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._spinning.stop()
        self._node.destroy_node()
        self._context.try_shutdown()

    def count(self, model: str, begin_s: float, end_s: float) -> int:
        """Return how many results of `model` came between two moments."""
        return sum(begin_s <= arrival_s < end_s for arrival_s in list(self.arrivals_s[model]))

    def _on_models(self, message: ModelList) -> None:
        since_s = message.stamp.sec + message.stamp.nanosec * 1e-9
        self.priorities.append(Priorities(since_s, {model.name: model.sched.priority for model in message.models}))


def _recorder(arrivals_s: list[float]) -> Callable[[Any], None]:
    return lambda _: arrivals_s.append(time.time())


class Contention:
    """One run of the act.

    Args:
        folder: for the picture and the nodes' output.
        models: folder for the model file.
        environment: of the nodes.
        pace: how fast this PC is.
    """

    def __init__(self, folder: Path, models: Path, environment: Mapping[str, str], pace: Pace) -> None:
        self._folder = folder
        self._models = models
        self._environment = environment
        self._pace = pace
        self._latency_ms = _USUAL_LATENCY_MS * round(pace.slowness)

    def run(self) -> dict[str, Any]:
        """Run it, draw the picture and return its summary.

        Raises:
            DemoError: what failed.
            Interrupted: the user has interrupted it.
        """
        shutil.copyfile(_CONFIG / PARAMETER_FILE, self._models / PARAMETER_FILE)
        while True:
            say(f"two models of {self._latency_ms} ms on one BPU core, with more pictures than it can take")
            self._pack()
            command = [
                *LAUNCH, "act:=contention",
                f"model_dir:={self._models}", f"rate_hz:={_OVERLOAD * 1000 / self._latency_ms:.2f}",
            ]  # fmt: skip
            with (
                ResultLog() as results,
                ProcessGroup(command, self._folder / "contention_log.txt", self._environment) as nodes,
            ):
                if not self._has_time_for_it(results, nodes):
                    self._latency_ms *= 2
                    continue
                start_s, phases = self._watch(results, nodes)
            break
        arrivals_s = {model: [at_s - start_s for at_s in of_model] for model, of_model in results.arrivals_s.items()}
        draw(self._folder / PICTURE_FILE, arrivals_s, phases, self._latency_ms)
        return {"latency_ms": self._latency_ms, "phases": [asdict(phase) for phase in phases]}

    def _pack(self) -> None:
        description = (_CONFIG / "contention_timing.yaml").read_text(encoding="utf-8")
        file = self._models / "contention_timing.yaml"
        file.write_text(description.replace("latency_us: 20000", f"latency_us: {1000 * self._latency_ms}"), encoding="utf-8")
        write_package(self._models / MODEL_FILE, read_description(file).pack())

    def _inferences_s(self, number: int) -> float:
        """How long the core takes for so many inferences."""
        return number * self._latency_ms / 1000

    def _has_time_for_it(self, results: ResultLog, nodes: ProcessGroup) -> bool:
        """Whether this PC keeps the core busy. Tried with slower models otherwise, until they are slow beyond doubt."""
        nodes.wait_until(
            lambda: all(results.arrivals_s.values()), self._pace.limit_s(_START_LIMIT_S), "no result of both models came"
        )
        pause(self._inferences_s(_WARM_UP))
        end_s = time.time()
        begin_s = end_s - self._inferences_s(_WARM_UP // 2)
        use = sum(results.count(model, begin_s, end_s) for model in MODELS) / (_WARM_UP // 2)
        if use >= _LEAST_USE:
            return True
        if self._latency_ms >= _MOST_LATENCY_MS:
            raise nodes.failure(f"the core is busy for {use:.0%} of the time only, with models of {self._latency_ms} ms")
        say(f"    this PC keeps the core busy for {use:.0%} of the time only: trying slower models")
        return False

    def _watch(self, results: ResultLog, nodes: ProcessGroup) -> tuple[float, list[Phase]]:
        """Go through all phases. Return when the first began, seconds since the epoch, and what came of each."""
        start_s = begin_s = time.time()
        phases = []
        change = ""
        for name, value in (*_CHANGES, ("", 0)):
            pause(self._inferences_s(_WATCH if name else _LAST_WATCH))
            next_begin_s = self._change(results, nodes, name, value) if name else time.time()
            phases.append(_phase(results, change, start_s, begin_s, next_begin_s, self._inferences_s(_SETTLE)))
            rates = ", ".join(f"{model} {fps:.2g}" for model, fps in phases[-1].fps.items())
            say(f"    {change or 'equal priorities'}: {rates} results per second")
            change, begin_s = f"{name} {value}", next_begin_s
        return start_s, phases

    def _change(self, results: ResultLog, nodes: ProcessGroup, name: str, value: int) -> float:
        """Set a parameter. Return since when it holds, seconds since the epoch."""
        model = name.partition(".")[0]
        change = set_parameter(name, value, self._pace.limit_s(_COMMAND_LIMIT_S))
        if not change.accepted:
            raise nodes.failure(f"`{change.command}` should be accepted, got: {change.answer}")
        nodes.wait_until(
            lambda: results.priorities[-1].of[model] == value,
            self._pace.limit_s(_CHANGE_LIMIT_S),
            f"the node did not publish its new {name}",
        )
        return results.priorities[-1].since_s


def _phase(results: ResultLog, change: str, start_s: float, begin_s: float, end_s: float, settle_s: float) -> Phase:
    counts = {model: results.count(model, begin_s + settle_s, end_s) for model in MODELS}
    total = max(1, sum(counts.values()))
    priority = next(entry.of for entry in reversed(results.priorities) if entry.since_s <= begin_s)
    return Phase(
        change,
        round(begin_s - start_s, 3),
        round(end_s - start_s, 3),
        dict(priority),
        {model: round(count / (end_s - begin_s - settle_s), 1) for model, count in counts.items()},
        {model: round(count / total, 3) for model, count in counts.items()},
    )
