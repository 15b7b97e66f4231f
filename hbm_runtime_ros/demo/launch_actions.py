# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's launch files have in common."""

from __future__ import annotations

from typing import Any

from launch.actions import EmitEvent, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch_ros.actions import Node


def ends_all(node: Node, *, only_failure: bool = False) -> RegisterEventHandler:
    """Return the action that ends a launch with `node`: any way it ends, or with an exit code other than 0 alone."""

    def on_exit(event: Any, _context: Any) -> list[EmitEvent]:
        if only_failure and event.returncode == 0:
            return []
        return [EmitEvent(event=Shutdown(reason=f"{event.process_name} ended with exit code {event.returncode}"))]

    return RegisterEventHandler(OnProcessExit(target_action=node, on_exit=on_exit))
