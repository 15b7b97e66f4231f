# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's services, one a file."""

from __future__ import annotations

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node

from ..hosted_models import HostedModels
from ..scheduling_parameters import SchedulingParameters
from ..srv import GetModelInfo, Infer, ListModels, LoadModel, SetSchedParams, UnloadModel, WarmUp
from .answers import answering
from .get_model_info import get_model_info
from .infer import infer
from .list_models import list_models
from .load_model import load_model
from .set_sched_params import set_sched_params
from .unload_model import unload_model
from .warm_up import warm_up


def create_services(node: Node, models: HostedModels, scheduling: SchedulingParameters, slow: CallbackGroup) -> None:
    """Offer every service. Those that take time run in the group `slow`, the others answer meanwhile."""
    for kind, name, handler, group in (
        (ListModels, "list_models", list_models(models), None),
        (GetModelInfo, "get_model_info", get_model_info(models), None),
        (SetSchedParams, "set_sched_params", set_sched_params(node, models), None),
        (LoadModel, "load_model", load_model(node, models), slow),
        (UnloadModel, "unload_model", unload_model(models), slow),
        (Infer, "infer", infer(node, models, scheduling), slow),
        (WarmUp, "warm_up", warm_up(models, scheduling), slow),
    ):
        node.create_service(kind, f"~/{name}", answering(node, name, handler), callback_group=group)
