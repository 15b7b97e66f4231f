# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/get_model_info."""

from __future__ import annotations

from typing import Any

from ..hosted_models import HostedModels
from .answers import Handler


def get_model_info(models: HostedModels) -> Handler:
    """Return what tells one model."""

    def handle(request: Any, response: Any) -> None:
        response.info = models[request.name].info()

    return handle
