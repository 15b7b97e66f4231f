# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The services of the node. Each answers with `success`, or with a `message` that says why not."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import wait
from typing import Any

import numpy as np
from rcl_interfaces.msg import Parameter as ParameterMessage
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.serialization import deserialize_message, serialize_message

from hbm_runtime_core import InferRequest
from hbm_runtime_core.names import unknown_name

from . import _wire
from .errors import ConfigurationError
from .group_threads import SlowCallbackGroup
from .inputs.message_types import MESSAGE_TYPES, Message
from .inputs.tensors import TensorListReader
from .model import Model
from .model_registry import ModelRegistry
from .monitoring.counters import FrameTimeline
from .msg import InferenceResult, SchedParams, TensorList
from .parameters import RECORDER
from .parameters.declaration import plain
from .parameters.spec import check_model_names
from .srv import GetModelInfo, Infer, ListModels, LoadModel, Record, SetSchedParams, UnloadModel, WarmUp

_SCHED_FIELDS = tuple(SchedParams.get_fields_and_field_types())
_TENSORS = MESSAGE_TYPES["hbm_runtime_ros/msg/TensorList"]

_INFERENCE_TIMEOUT_S = 10.0
_DRAIN_TIMEOUT_S = 5.0
# For a disk that does not answer.
_RECORDING_TIMEOUT_S = 60.0
# The slow services share one thread: no request may hold it for longer.
_LONGEST_TIMEOUT_S = 600.0
_MOST_WARM_UP_RUNS = 1000
_MS_PER_S = 1e3


class ModelServices:
    """Offers the services of `node` for its `models`. Those that may take seconds run in the group `slow`."""

    def __init__(self, node: Node, models: ModelRegistry, slow: SlowCallbackGroup) -> None:
        self._node = node
        self._models = models
        for kind, handler, group in (
            (ListModels, self.list_models, None),
            (GetModelInfo, self.get_model_info, None),
            (SetSchedParams, self.set_sched_params, None),
            (LoadModel, self.load_model, slow),
            (UnloadModel, self.unload_model, slow),
            (Infer, self.infer, slow),
            (WarmUp, self.warm_up, slow),
            (Record, self.record, slow),
        ):
            node.create_service(kind, f"~/{handler.__name__}", self._answering(handler), callback_group=group)

    def list_models(self, request: ListModels.Request, response: ListModels.Response) -> None:
        """Return all models."""
        response.models = [model.info() for model in self._models.values()]

    def get_model_info(self, request: GetModelInfo.Request, response: GetModelInfo.Response) -> None:
        """Return one model."""
        response.info = self._models.find(request.name).info()

    def set_sched_params(self, request: SetSchedParams.Request, response: SetSchedParams.Response) -> None:
        """Change several fields of a model's scheduling together, as parameters."""
        model = self._models.find(request.model)
        for field in request.fields:
            if field not in _SCHED_FIELDS:
                raise ConfigurationError(f"fields: {unknown_name('field', field, _SCHED_FIELDS)}")
        parameters = [_sched_parameter(model.name, field, request.sched) for field in request.fields or _SCHED_FIELDS]
        result = self._node.set_parameters_atomically(parameters)
        if not result.successful:
            raise ConfigurationError(result.reason)

    def load_model(self, request: LoadModel.Request, response: LoadModel.Response) -> None:
        """Add a model to those that run."""
        reason = check_model_names([request.name]) if request.name else "the field `name` is empty; give the model a name"
        if reason is not None:
            raise ConfigurationError(reason)
        given = _values(request.name, request.parameters)
        given.update({field: getattr(request, field) for field in ("file", "model_name") if getattr(request, field)})
        response.info = self._models.load_model(request.name, given).info()

    def unload_model(self, request: UnloadModel.Request, response: UnloadModel.Response) -> None:
        """Remove a model."""
        self._models.unload_model(request.name, request.drain, _timeout_s(request.timeout_s, _DRAIN_TIMEOUT_S))

    def infer(self, request: Infer.Request, response: Infer.Response) -> None:
        """Run a model once on given tensors, which are read and checked as those of a topic."""
        model = self._models.find(request.model)
        handle = model.loaded()
        now_ns = time.perf_counter_ns()
        timeline = FrameTimeline(0, 0, self._node.get_clock().now().nanoseconds, arrived=now_ns, taken=now_ns)
        message = Message(_TENSORS, serialize_message(TensorList(tensors=request.inputs)))
        reader = TensorListReader(handle, handle.input_names)
        inference = handle.create_request(reader.shapes(message))
        reader.fill(message, inference.inputs)
        timeline.prepared = time.perf_counter_ns()
        outputs = _run(inference, model, request.timeout_s)
        timeline.record_inference(inference.timing)
        result = model.serializer().serialize(_wire.FrameHeader(0, 0, ""), [], timeline, outputs)
        response.result = deserialize_message(bytes(result), InferenceResult)

    def warm_up(self, request: WarmUp.Request, response: WarmUp.Response) -> None:
        """Run a model on zeros."""
        if not 1 <= request.runs <= _MOST_WARM_UP_RUNS:
            raise ConfigurationError(f"runs: {request.runs} is not in [1, {_MOST_WARM_UP_RUNS}]")
        model = self._models.find(request.model)
        handle = model.loaded()
        # An axis of any length is as short as it can be.
        shapes = {name: tuple(max(1, length) for length in shape) for name, shape in handle.dynamic_shapes.items()}
        inference = handle.create_request(shapes)
        for values in inference.inputs.values():
            values[...] = 0
        for _ in range(request.runs):
            started_s = time.perf_counter()
            _run(inference, model, request.timeout_s)
            response.times_ms.append((time.perf_counter() - started_s) * _MS_PER_S)

    def record(self, request: Record.Request, response: Record.Response) -> None:
        """Write the last seconds of a model into a file."""
        recorder = self._models.find(request.model).recorder
        if recorder is None:
            raise ConfigurationError(f"the recorder is off; set the parameter '{RECORDER}.directory' at the start")
        writing = recorder.record()
        if not wait([writing], _RECORDING_TIMEOUT_S).done:
            raise TimeoutError(f"the disk has not taken the recording within {_RECORDING_TIMEOUT_S:g} s")
        response.file = str(writing.result())

    def _answering(self, handler: Callable[[Any, Any], None]) -> Callable[[Any, Any], Any]:
        """Return the callback of a service: `handler` fills the response, or raises what the caller gets as message."""

        def answer(request: Any, response: Any) -> Any:
            try:
                handler(request, response)
                response.success = True
            except (RuntimeError, ValueError, OSError, TimeoutError) as error:
                response.message = str(error)
            except Exception:  # without an answer the caller would wait for ever
                response.message = f"unexpected error, please report it:\n{traceback.format_exc()}"
                self._node.get_logger().error(f"service {handler.__name__}: {response.message}")
            return response

        return answer


def _run(request: InferRequest, model: Model, timeout_s: float) -> dict[str, np.ndarray[Any, Any]]:
    """Run `request` with the scheduling of `model`."""
    scheduling = model.scheduling.current
    return request.run(
        priority=scheduling.priority,
        bpu_cores=scheduling.bpu_cores,
        custom_id=scheduling.custom_id,
        device_id=scheduling.device_id,
        timeout_ms=_timeout_s(timeout_s, _INFERENCE_TIMEOUT_S) * _MS_PER_S,
    )


def _timeout_s(requested_s: float, default_s: float) -> float:
    """Return the timeout that a request asks for; 0 = the default."""
    if not 0.0 <= requested_s <= _LONGEST_TIMEOUT_S:
        raise ConfigurationError(f"timeout_s: {requested_s} is not in [0, {_LONGEST_TIMEOUT_S:g}]; 0 = {default_s:g} s")
    return requested_s or default_s


def _sched_parameter(model: str, field: str, sched: SchedParams) -> Parameter:
    value = getattr(sched, field)
    if field == "bpu_cores":
        return Parameter(f"{model}.{field}", Parameter.Type.INTEGER_ARRAY, list(value))
    return Parameter(f"{model}.{field}", Parameter.Type.INTEGER, value)


def _values(model: str, parameters: Iterable[ParameterMessage]) -> dict[str, Any]:
    return {message.name.removeprefix(f"{model}."): plain(Parameter.from_parameter_msg(message)) for message in parameters}
