# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/load_model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rcl_interfaces.msg import Parameter as ParameterMessage
from rclpy.node import Node
from rclpy.parameter import Parameter

from ..errors import ConfigurationError
from ..hosted_models import HostedModels
from ..parameters.declaration import plain
from ..parameters.node_parameters import check_model_names
from .answers import Handler


def load_model(node: Node, models: HostedModels) -> Handler:
    """Return what adds a model to those that run."""

    def handle(request: Any, response: Any) -> None:
        reason = check_model_names([request.name]) if request.name else "the field `name` is empty; give the model a name"
        if reason is not None:
            raise ConfigurationError(reason)
        given = _values(request.name, request.parameters)
        given.update({field: getattr(request, field) for field in ("file", "model_name") if getattr(request, field)})
        model = models.load_one(request.name, given)
        node.get_logger().info("\n".join(model.describe_flow()))
        response.info = model.info()

    return handle


def _values(model: str, parameters: Iterable[ParameterMessage]) -> dict[str, Any]:
    return {
        message.name.removeprefix(f"{model}."): plain(Parameter.from_parameter_msg(message)) for message in parameters
    }
