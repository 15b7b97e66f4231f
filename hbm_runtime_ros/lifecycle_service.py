# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the lifecycle services of rclpy lack: an answer to a request that the state does not allow, and answers in time."""

from __future__ import annotations

from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNodeMixin


def answer_every_request(node: LifecycleNodeMixin, slow: CallbackGroup) -> None:
    """Let `~/change_state` of `node` refuse what is not possible, and run it in the group `slow`.

    rclpy raises inside the service instead, and the client waits for ever. The other services of the lifecycle stay in
    the node's default group: `ros2 lifecycle get` answers while a model loads.
    """
    service = node._service_change_state
    machine = node._state_machine
    change_state = service.callback

    def answer(request: Any, response: Any) -> Any:
        wanted = request.transition
        possible = {label: number for number, label, *_ in machine.available_transitions}
        if wanted.label in possible or (not wanted.label and wanted.id in possible.values()):
            return change_state(request, response)
        names = {number: label for number, label, *_ in machine.transition_graph}
        node.get_logger().warning(
            f"cannot {wanted.label or names.get(wanted.id, f'make transition {wanted.id}')} while "
            f"{machine.current_state[1]}; possible from here: {', '.join(possible) or 'nothing'}"
        )
        response.success = False
        return response

    service.callback = answer
    slow.add_entity(service)
    service.callback_group = slow
