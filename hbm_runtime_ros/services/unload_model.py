# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/unload_model."""

from __future__ import annotations

from typing import Any

from ..hosted_models import HostedModels
from .answers import Handler
from .timeouts import seconds

_DRAIN_S = 5.0


def unload_model(models: HostedModels) -> Handler:
    """Return what takes a model out of the node."""

    def handle(request: Any, response: Any) -> None:
        models.unload_one(request.name, request.drain, seconds(request.timeout_s, _DRAIN_S))

    return handle
