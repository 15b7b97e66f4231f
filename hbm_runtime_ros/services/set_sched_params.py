# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/set_sched_params."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.parameter import Parameter

from ..errors import ConfigurationError
from ..hosted_models import HostedModels
from ..msg import SchedParams
from .answers import Handler

_FIELDS = tuple(SchedParams.get_fields_and_field_types())


def set_sched_params(node: Node, models: HostedModels) -> Handler:
    """Return what changes fields of a model's scheduling together, by the way that `ros2 param set` takes for one."""

    def handle(request: Any, response: Any) -> None:
        model = models[request.model]
        for field in request.fields:
            if field not in _FIELDS:
                raise ConfigurationError(f"fields: '{field}' is not one of {', '.join(_FIELDS)}")
        parameters = [_parameter(model.group, field, request.sched) for field in request.fields or _FIELDS]
        result = node.set_parameters_atomically(parameters)
        if not result.successful:
            raise ConfigurationError(result.reason)

    return handle


def _parameter(group: str, field: str, sched: SchedParams) -> Parameter:
    value = getattr(sched, field)
    if field == "bpu_cores":
        return Parameter(f"{group}.{field}", Parameter.Type.INTEGER_ARRAY, list(value))
    return Parameter(f"{group}.{field}", Parameter.Type.INTEGER, value)
