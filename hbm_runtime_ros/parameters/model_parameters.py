# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of each model, below its name."""

from __future__ import annotations

from collections.abc import Sequence

from .dequantize import check_dequantize
from .spec import Kind, ParameterSpec

PRIORITY_BOUNDS = (0, 255)
CUSTOM_ID_BOUNDS = (-(2**63), 2**63 - 1)
# An hour; what is meant to be longer is meant to be off.
MILLISECONDS_BOUNDS = (0, 3_600_000)
# The device interface numbers accelerators in a signed 32-bit integer.
DEVICE_ID_BOUNDS = (0, 2**31 - 1)
SCHEDULER_CHOOSES = (-1,)


def check_bpu_cores(cores: Sequence[int]) -> str | None:
    """Return what is wrong with a list of core indices on any device, or None."""
    if len(cores) == 0:
        return "an empty list names no core; [-1] lets the scheduler choose"
    if tuple(cores) == SCHEDULER_CHOOSES:
        return None
    for core in cores:
        if core < 0:
            return f"{core} is no core index; indices start at 0, and [-1] alone lets the scheduler choose"
    if len(set(cores)) != len(cores):
        return f"{list(cores)} names a core twice"
    return None


MODEL_PARAMETERS = (
    ParameterSpec(
        "file",
        Kind.STRING,
        "",
        "Model file (.hbm): an absolute path, package://<package>/<path in its share folder>, or a path relative to "
        "the parameter file.",
        read_only=True,
    ),
    ParameterSpec(
        "model_name",
        Kind.STRING,
        "",
        "Name of the model inside the file; empty = the only one that the file holds.",
        read_only=True,
    ),
    ParameterSpec(
        "result_topic",
        Kind.STRING,
        "",
        "Topic for the results (hbm_runtime_ros/InferenceResult); empty = ~/<name>/result.",
        read_only=True,
    ),
    ParameterSpec(
        "reliability",
        Kind.STRING,
        "best_effort",
        "Delivery of the input topic: best_effort takes pictures from every publisher and loses some on a bad network, "
        "reliable asks for repeats and hears reliable publishers only.",
        choices=("best_effort", "reliable"),
        read_only=True,
    ),
    ParameterSpec(
        "depth",
        Kind.INTEGER,
        1,
        "Frames of the input topic that wait while the model is busy. 1 = only the newest: results are never older "
        "than they must be.",
        bounds=(1, 1000),
        read_only=True,
    ),
    ParameterSpec(
        "lazy",
        Kind.BOOLEAN,
        False,
        "True subscribes to the input only while somebody subscribes to the result: an unused model costs nothing.",
        read_only=True,
    ),
    ParameterSpec(
        "dequantize",
        Kind.STRING,
        "none",
        "What the results carry: none (the model's own numbers, with their scales and zero points), float32 or float16 "
        "(real values of all outputs that are quantised or floats; other integers stay as they are), or that for some "
        "outputs, like boxes=float32, scores=float16.",
        read_only=True,
        check=check_dequantize,
    ),
    ParameterSpec(
        "priority",
        Kind.INTEGER,
        0,
        "Priority on the BPU. Higher runs first; 254 and 255 also interrupt a running model between two steps of it. "
        "Holds from the next frame.",
        bounds=PRIORITY_BOUNDS,
    ),
    ParameterSpec(
        "bpu_cores",
        Kind.INTEGER_ARRAY,
        list(SCHEDULER_CHOOSES),
        "Indices of the BPU cores that may run the model; [-1] = the scheduler chooses. A model compiled for several "
        "cores needs as many indices. Holds from the next frame.",
        check=check_bpu_cores,
        constraint="indices from 0, or [-1]",
    ),
    ParameterSpec(
        "custom_id",
        Kind.INTEGER,
        0,
        "Order among equal priorities: the smaller runs first. Holds from the next frame.",
        bounds=CUSTOM_ID_BOUNDS,
    ),
    ParameterSpec(
        "custom_id_mode",
        Kind.STRING,
        "fixed",
        "What a frame has as custom_id: fixed (the parameter custom_id), sequence (the number of the frame), stamp (the "
        "frame's time in ns: of models with equal priority, the older frame runs first). Holds from the next frame.",
        choices=("fixed", "sequence", "stamp"),
    ),
    ParameterSpec(
        "device_id",
        Kind.INTEGER,
        0,
        "Index of the accelerator. Holds from the next frame.",
        bounds=DEVICE_ID_BOUNDS,
    ),
    ParameterSpec(
        "enabled",
        Kind.BOOLEAN,
        True,
        "False drops every frame and runs nothing, until it is true again. Holds from the next frame.",
    ),
    ParameterSpec(
        "max_age_ms",
        Kind.INTEGER,
        0,
        "Greatest age of a frame by its stamp, in ms, when its turn comes; older ones are dropped. 0 = any age. Holds from "
        "the next frame.",
        bounds=MILLISECONDS_BOUNDS,
    ),
    ParameterSpec(
        "timeout_ms",
        Kind.INTEGER,
        0,
        "Longest wait for the device, in ms; then the frame is dropped with a warning, and the model goes on when the "
        "device has answered. 0 = waits for ever. Holds from the next frame.",
        bounds=MILLISECONDS_BOUNDS,
    ),
)
