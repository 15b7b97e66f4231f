# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Watches over the whole node: first log lines, silent inputs, clocks, and the diagnostics."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rclpy.clock import Clock, ClockType, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.node import Node

from hbm_runtime_core import HB_HBMRuntime

from .complaints import Complaints
from .diagnostics import Diagnostics

if TYPE_CHECKING:
    from ..hosted_model import HostedModel

_PERIOD_S = 1.0
# Until nodes that were there before have been discovered.
_DISCOVERY_TICKS = 3
# A clock that is set in steps advances by less than that.
_JUMP_S = 10
_NS_PER_S = 1e9


class NodeMonitor:
    """What a node tells by itself, in a steady rhythm that no clock of the graph stops.

    Args:
        node: owns timers and topics.
        models: of the node, whether loaded or not; may change.
    """

    def __init__(self, node: Node, models: Collection[HostedModel]) -> None:
        self._node = node
        self._models = models
        self._complaints = Complaints(node.get_logger().warning)
        self._device = ""
        self._ticks = 0
        self._diagnostics = Diagnostics(node, models)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_PERIOD_S, self._tick, clock=self._steady)
        self._jumps = node.get_clock().create_jump_callback(
            JumpThreshold(
                min_forward=Duration(seconds=_JUMP_S), min_backward=Duration(nanoseconds=-1), on_clock_change=False
            ),
            post_callback=self._on_jump,
        )

    def describe_device(self, runtime: HB_HBMRuntime) -> None:
        """Take over what runs the models."""
        self._device = f"backend {runtime.backend}, SoC {runtime.soc}, BPU cores {runtime.bpu_core_count}"
        self._diagnostics.describe_device(runtime)

    def tell_flow(self) -> None:
        """Log what runs, and where frames come from and results go to, as one block."""
        lines = [f"{self._device}, models {', '.join(model.group for model in self._models)}"]
        for model in self._models:
            lines += model.describe_flow()
        self._node.get_logger().info("\n  ".join(lines))

    def _tick(self) -> None:
        self._ticks += 1
        self._diagnostics.follow_models()
        for model in self._models:
            model.tell_silence()
        if self._ticks == _DISCOVERY_TICKS:
            self._look_for_twin()

    def _look_for_twin(self) -> None:
        own = (self._node.get_name(), self._node.get_namespace())
        if self._node.get_node_names_and_namespaces().count(own) > 1:
            self._complaints.tell(
                "twin",
                f"another node is named {self._node.get_fully_qualified_name()}, too: both take the same frames and answer "
                f"the same services. Stop one, or start it with `--ros-args -r __node:=NAME` or `-r __ns:=/NAMESPACE`",
            )

    def _on_jump(self, jump: TimeJump) -> None:
        seconds = jump.delta.nanoseconds / _NS_PER_S
        began = self._node.get_clock().now().nanoseconds == jump.delta.nanoseconds
        if began:  # a simulated clock stands at 0 until /clock is published
            return
        what = "back" if seconds < 0 else "forward"
        self._complaints.tell(
            f"clock jump {what}",
            f"the clock has jumped {what} by {abs(seconds):.3f} s; the models go on, frames that were stamped before it "
            f"count as {'from the future' if seconds < 0 else 'old'} where max_age_ms is set",
        )
