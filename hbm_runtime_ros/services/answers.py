# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the answers of all services have in common: success, or a message that says why not."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

Handler = Callable[[Any, Any], None]


def answering(node: Node, name: str, handler: Handler) -> Callable[[Any, Any], Any]:
    """Return the callback of the service `name`: `handler` fills the response, or raises what the caller is told."""

    def answer(request: Any, response: Any) -> Any:
        try:
            handler(request, response)
            response.success = True
        except (RuntimeError, ValueError, OSError, TimeoutError) as error:
            response.message = str(error)
        except Exception:  # without an answer the caller would wait for ever
            response.message = f"unexpected error, please report it:\n{traceback.format_exc()}"
            node.get_logger().error(f"service {name}: {response.message}")
        return response

    return answer
