# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/warm_up."""

from __future__ import annotations

import time
from typing import Any

from ..errors import ConfigurationError
from ..hosted_models import HostedModels
from ..scheduling_parameters import SchedulingParameters
from .answers import Handler
from .single_run import run_once

_MOST_RUNS = 1000
_MS_PER_S = 1e3


def warm_up(models: HostedModels, scheduling: SchedulingParameters) -> Handler:
    """Return what runs a model on zeros."""

    def handle(request: Any, response: Any) -> None:
        if not 1 <= request.runs <= _MOST_RUNS:
            raise ConfigurationError(f"runs: {request.runs} is not in [1, {_MOST_RUNS}]")
        model = models[request.model].ready()
        # An axis of any length is as short as it can be.
        shapes = {
            name: [length if length > 0 else 1 for length in shape]
            for name, shape in model.input_shapes.items()
            if min(shape, default=1) < 1
        }
        inference = model.runtime.create_request(model.name, shapes or None)
        for values in inference.inputs.values():
            values[...] = 0
        for _ in range(request.runs):
            started_s = time.perf_counter()
            run_once(inference, scheduling[request.model], request.timeout_s)
            response.times_ms.append((time.perf_counter() - started_s) * _MS_PER_S)

    return handle
