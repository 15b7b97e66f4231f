# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/list_models."""

from __future__ import annotations

from typing import Any

from ..hosted_models import HostedModels
from .answers import Handler


def list_models(models: HostedModels) -> Handler:
    """Return what tells every model."""

    def handle(request: Any, response: Any) -> None:
        response.models = [model.info() for model in models]

    return handle
