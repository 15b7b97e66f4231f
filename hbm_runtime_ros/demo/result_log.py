# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Listens to an inference node: when each model's results came, and when which priorities came into force."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy

from hbm_runtime_ros.msg import InferenceResult, ModelList
from hbm_runtime_ros.spinning import Spinning

_LATCHED = QoSProfile(depth=10, reliability=QoSReliabilityPolicy.RELIABLE, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)


class Priorities(NamedTuple):
    """Priorities by model, and since when they hold; seconds since the epoch."""

    since_s: float
    of: Mapping[str, int]


class ResultLog:
    """A node that listens in a thread of its own. Use it as a context manager. All times are seconds since the epoch.

    Args:
        node: full name of the inference node.
        models: names of the models.
    """

    def __init__(self, node: str, models: Sequence[str]) -> None:
        self.arrivals_s: dict[str, list[float]] = {model: [] for model in models}
        self.priorities: list[Priorities] = []
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self._node = rclpy.create_node("result_log", context=self._context)
        for model, arrivals_s in self.arrivals_s.items():
            self._node.create_subscription(
                InferenceResult, f"{node}/{model}/result", _recorder(arrivals_s), QoSProfile(depth=50), raw=True
            )
        self._node.create_subscription(ModelList, f"{node}/models", self._on_models, _LATCHED)
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self._node)
        self._spinning = Spinning(executor)

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
