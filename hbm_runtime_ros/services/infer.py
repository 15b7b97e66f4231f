# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/infer."""

from __future__ import annotations

import time
from typing import Any

from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message

from .. import _wire
from ..frame_timing import FrameTiming
from ..hosted_models import HostedModels
from ..inputs.message_kinds import KINDS, Message
from ..inputs.tensor_input import TensorInput
from ..msg import InferenceResult, TensorList
from ..scheduling_parameters import SchedulingParameters
from .answers import Handler
from .single_run import run_once

_TENSORS = KINDS["hbm_runtime_ros/msg/TensorList"]


def infer(node: Node, models: HostedModels, scheduling: SchedulingParameters) -> Handler:
    """Return what runs a model once on given tensors."""

    def handle(request: Any, response: Any) -> None:
        timing = FrameTiming(received_ns=node.get_clock().now().nanoseconds, started_ns=time.perf_counter_ns())
        hosted = models[request.model]
        model = hosted.ready()
        # The way of tensors from a topic, with the same checks.
        message = Message(_TENSORS, serialize_message(TensorList(tensors=request.inputs)))
        tensors = TensorInput(model, model.input_names)
        inference = model.runtime.create_request(model.name, dict(tensors.shapes(message)) or None)
        tensors.fill(message, inference.inputs)
        timing.prepare_ns = time.perf_counter_ns() - timing.started_ns
        outputs = run_once(inference, scheduling[request.model], request.timeout_s)
        timing.take(inference.timing)
        result = hosted.results().serialize(_wire.FrameHeader(0, 0, ""), 0, [], timing, outputs)
        response.result = deserialize_message(bytes(result), InferenceResult)

    return handle
