# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every parameter of the node. Declaration, validation and the documentation are made from these dataclasses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hbm_runtime_core import SchedParam

from .spec import is_group_name, parameter, specs

DEFAULT_NODE_NAME = "hbm_inference"

# ROS has no empty arrays in parameter files, so -1 alone stands for all.
SCHEDULER_CHOOSES = (-1,)
WHOLE_IMAGE = (-1,)

_CUSTOM_ID_BOUNDS = (-(2**63), 2**63 - 1)
# An hour; a longer limit is meant to be none.
_MILLISECONDS_BOUNDS = (0, 3_600_000)

# What an output's elements become: the bits of a float, 0 where they stay as they are.
_REAL_BITS = {"none": 0, "float32": 32, "float16": 16}


def check_model_names(names: Sequence[str]) -> str | None:
    """Return what is wrong with the names of models, or None. Empty names are ignored."""
    return _check_group_names(names, "model name", "the name inside the model file is `<name>.model_name`")


def _check_input_names(names: Sequence[str]) -> str | None:
    for name in names:
        if name in _RESERVED:
            return f"'{name}' is the name of a parameter; choose another one"
    return _check_group_names(names, "input name", "names of the model's own inputs belong to `tensors`")


def _check_group_names(names: Sequence[str], what: str, hint: str) -> str | None:
    for name in names:
        if name and not is_group_name(name):
            return (
                f"invalid {what} '{name}': must match [A-Za-z][A-Za-z0-9_]*, because it becomes part of parameter names "
                f"({hint})"
            )
    return _check_duplicates(names, what)


def _check_tensor_names(names: Sequence[str]) -> str | None:
    return _check_duplicates(names, "tensor name")


def _check_duplicates(names: Sequence[str], what: str) -> str | None:
    duplicate = next((name for index, name in enumerate(names) if name in names[:index]), None)
    return None if duplicate is None else f"duplicate {what} '{duplicate}'"


def check_bpu_cores(cores: Sequence[int]) -> str | None:
    """Return what is wrong with a list of core indices on any device, or None."""
    if len(cores) == 0:
        return "must not be empty; use [-1] to let the scheduler choose"
    if tuple(cores) == SCHEDULER_CHOOSES:
        return None
    for index, core in enumerate(cores):
        if core < 0:
            return f"invalid core index {core}: indices start at 0, and [-1] alone lets the scheduler choose"
        if core in cores[:index]:
            return f"duplicate core index {core} in {list(cores)}"
    return None


def parse_dequantize(text: str) -> tuple[int, dict[str, int]]:
    """Read the parameter `dequantize`: one word for every output, or `output=word` for some.

    Returns:
        The bits of the floats for outputs that `text` does not name, and those of the outputs that it names; 0 = none.

    Raises:
        ValueError: `text` is neither.
    """
    text = text.strip()
    if "=" not in text:
        return _real_bits(text), {}
    named: dict[str, int] = {}
    for part in text.split(","):
        # An output's name may contain '=', the word behind it cannot.
        name, equals, word = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name:
            raise ValueError(f"'{part.strip()}' is not of the form output=word; separate several with commas")
        if name in named:
            raise ValueError(f"duplicate output '{name}'")
        named[name] = _real_bits(word)
    return 0, named


def check_dequantize(text: str) -> str | None:
    """Return what is wrong with the value for any model, or None."""
    try:
        parse_dequantize(text)
    except ValueError as error:
        return str(error)
    return None


def _real_bits(word: str) -> int:
    if word not in _REAL_BITS:
        raise ValueError(f"'{word}' is not one of {', '.join(_REAL_BITS)}, nor a list like boxes=float32, scores=float16")
    return _REAL_BITS[word]


def _check_region(region: Sequence[int]) -> str | None:
    if tuple(region) == WHOLE_IMAGE:
        return None
    if len(region) != 4:
        return f"expected [x, y, width, height], or [-1] for the whole picture, got {list(region)}"
    x, y, width, height = region
    if x < 0 or y < 0 or width < 1 or height < 1:
        return f"expected x and y from 0, width and height from 1, got {list(region)}"
    return None


def _check_channels(values: Sequence[float]) -> str | None:
    if len(values) not in (1, 3):
        return f"expected one value, or one for each of three channels, got {list(values)}"
    if not all(math.isfinite(value) for value in values):
        return f"expected finite numbers, got {list(values)}"
    return None


def _check_scale(values: Sequence[float]) -> str | None:
    if any(value == 0 for value in values):
        return f"must not be 0, which makes every picture the same, got {list(values)}"
    return _check_channels(values)


@dataclass(frozen=True)
class NodeParameters:
    """Parameters of the node itself."""

    models: tuple[str, ...] = parameter(
        (), "Names of the models to run. Each has a group of parameters `<name>.*`.", check=check_model_names
    )
    backend: str = parameter(
        "",
        "What runs the models: 'bpu' = the board's accelerator, 'sim' = the simulator, 'auto' = the accelerator where its "
        "libraries are installed, else the simulator. Empty = the value of HBM_RUNTIME_BACKEND, auto where it is unset.",
        choices=("", "auto", "bpu", "sim"),
    )
    model_dir: str = parameter(
        "", "Folder that relative model files start from. Empty = the folder of the parameter file that names them."
    )
    autostart: bool = parameter(
        True, "Configure and activate at the start. False waits for lifecycle transitions from outside."
    )
    trace_file: str = parameter(
        "",
        "File for a Chrome trace of each frame (Perfetto opens it); %p becomes the process id. With the same name as "
        "HBM_SIM_TRACE, one file contains the trace of node and simulator. Empty = none.",
    )


@dataclass(frozen=True)
class Scheduling:
    """Parameters that can be set while the model runs. A frame uses one set of values from admission to submission."""

    priority: int = parameter(
        0,
        "Priority on the BPU. Higher runs first; 254 and 255 also interrupt a running model between two of its steps. "
        "In effect from the next frame.",
        bounds=SchedParam.PRIORITY_RANGE,
        read_only=False,
    )
    bpu_cores: tuple[int, ...] = parameter(
        SCHEDULER_CHOOSES,
        "Indices of the BPU cores that may run the model; [-1] = the scheduler chooses. A model compiled for several "
        "cores needs as many indices. In effect from the next frame.",
        check=check_bpu_cores,
        constraint="indices from 0, or [-1]",
        read_only=False,
    )
    custom_id: int = parameter(
        0,
        "Order among equal priorities: the smaller runs first. In effect from the next frame.",
        bounds=_CUSTOM_ID_BOUNDS,
        read_only=False,
    )
    custom_id_mode: str = parameter(
        "fixed",
        "The custom_id of a frame: fixed (the parameter custom_id), sequence (the number of the frame), stamp (the "
        "frame's time in ns: of models with equal priority, the older frame runs first). In effect from the next frame.",
        choices=("fixed", "sequence", "stamp"),
        read_only=False,
    )
    device_id: int = parameter(
        0, "Index of the accelerator. In effect from the next frame.", bounds=SchedParam.DEVICE_ID_RANGE, read_only=False
    )
    enabled: bool = parameter(
        True, "False drops every frame until it is true again. In effect from the next frame.", read_only=False
    )
    max_age_ms: int = parameter(
        0,
        "Largest age of a frame by its stamp, in ms, when it is prepared; older ones are dropped. 0 = any age. In effect "
        "from the next frame.",
        bounds=_MILLISECONDS_BOUNDS,
        read_only=False,
    )
    timeout_ms: int = parameter(
        0,
        "Longest wait for the device, in ms; then the frame is dropped with a warning, and the model continues when the "
        "device has answered. 0 = no limit. In effect from the next frame.",
        bounds=_MILLISECONDS_BOUNDS,
        read_only=False,
    )


@dataclass(frozen=True)
class ModelParameters:
    """Parameters of one model that are set at the start, below its name."""

    file: str = parameter(
        "",
        "Model file (.hbm): an absolute path, package://<package>/<path in its share folder>, or a path relative to "
        "the parameter file that names it.",
    )
    model_name: str = parameter("", "Name of the model inside the file; empty = the only one in the file.")
    result_topic: str = parameter("", "Topic for the results (hbm_runtime_ros/InferenceResult); empty = ~/<name>/result.")
    reliability: str = parameter(
        "best_effort",
        "Reliability of the input subscription: best_effort matches every publisher and loses pictures on a bad network, "
        "reliable has lost ones repeated and only matches reliable publishers.",
        choices=("best_effort", "reliable"),
    )
    depth: int = parameter(
        1,
        "Frames of the input topic that are kept while the model is busy. 1 = only the newest, so that results are never "
        "older than necessary.",
        bounds=(1, 1000),
    )
    lazy: bool = parameter(
        False,
        "True subscribes to the input only while somebody subscribes to the result: an unused model costs nothing.",
    )
    dequantize: str = parameter(
        "none",
        "What the results carry: none (the model's own numbers, with their scales and zero points), float32 or float16 "
        "(real values of all outputs that are quantized or floats; other integers stay as they are), or that for some "
        "outputs, like boxes=float32, scores=float16.",
        check=check_dequantize,
    )


@dataclass(frozen=True)
class InputParameters:
    """Parameters of an input topic: below the model's name or, for several topics, below `<model>.<input>`."""

    input_topic: str = parameter(
        "image", "Topic with the pictures or tensors. Below an input of several, the default is the input's name."
    )
    transport: str = parameter(
        "auto",
        "Type of the topic: raw (sensor_msgs/Image), compressed (sensor_msgs/CompressedImage), hbmem (hbm_img_msgs, shared "
        "memory of the boards), tensors (hbm_runtime_ros/TensorList), or auto (the type that its publishers have; raw until "
        "there is one, compressed where the name ends in /compressed).",
        choices=("auto", "raw", "compressed", "hbmem", "tensors"),
    )
    tensors: tuple[str, ...] = parameter(
        (),
        "Names of the model's inputs that the topic fills. Default: all; below an input of several, the model's input of "
        "that name, or its planes <input>_y and <input>_uv.",
        check=_check_tensor_names,
    )
    frame_id: str = parameter("", "Coordinate frame in the results of pictures that name none.")
    resize: str = parameter(
        "letterbox",
        "How a picture of another size is fitted to the model: stretch (aspect ratio is lost), letterbox (centered, "
        "borders filled), letterbox_top_left (the same, in the corner), center_crop (the largest centered part of the "
        "right shape), none (another size is an error).",
        choices=("stretch", "letterbox", "letterbox_top_left", "center_crop", "none"),
    )
    interpolation: str = parameter(
        "bilinear",
        "How pixels are interpolated: nearest, bilinear (as most networks were trained), box (the mean of all that are "
        "merged into one).",
        choices=("nearest", "bilinear", "box"),
    )
    region: tuple[int, ...] = parameter(
        WHOLE_IMAGE,
        "Part of the picture that counts as the whole: [x, y, width, height] in its pixels; [-1] = all of it.",
        check=_check_region,
        constraint="[x, y, width, height], or [-1]",
    )
    pad_value: int = parameter(
        114,
        "Brightness of letterbox borders: 0 is black, 255 is white.",
        bounds=(0, 255),
    )
    color: str = parameter(
        "rgb",
        "Order of the channels in an input of three channels. Ignored by an NV12 input, and refused there.",
        choices=("rgb", "bgr"),
        old_name="colour",
    )
    mean: tuple[float, ...] = parameter(
        (0.0,),
        "Subtracted from pixels of 0 to 255, for all channels or for each: input = (pixel - mean) * scale. An NV12 input "
        "has it inside the model.",
        check=_check_channels,
        constraint="1 or 3 values",
    )
    scale: tuple[float, ...] = parameter(
        (1.0,),
        "Factor after that, for all channels or for each; 1/255 is 0.00392157.",
        check=_check_scale,
        constraint="1 or 3 values",
    )
    picture_range: str = parameter(
        "limited",
        "Numbers of pictures whose encoding is YUV: limited (luma 16 to 235, as cameras send) or full (0 to 255). JPEG is "
        "always full.",
        choices=("limited", "full"),
    )
    model_range: str = parameter(
        "auto",
        "Numbers that an NV12 input of the model was made for: limited, full, or auto (what the model file says, limited "
        "where it does not).",
        choices=("auto", "limited", "full"),
    )


@dataclass(frozen=True)
class SyncParameters:
    """Parameters of a model that takes several topics."""

    inputs: tuple[str, ...] = parameter(
        (),
        "Names of the inputs of a model that takes several topics. Each has a group of parameters `<name>.<input>.*`, whose "
        "defaults are the model's own. None = one topic.",
        check=_check_input_names,
    )
    sync: str = parameter(
        "latest",
        "How messages of several topics become a frame: latest (each of the first input with the newest of the others), "
        "exact (equal stamps), approximate (stamps that differ by at most slop_ms).",
        choices=("latest", "exact", "approximate"),
    )
    slop_ms: int = parameter(
        20,
        "Largest difference of the stamps in a frame with sync approximate, in ms. Less than half the time between two "
        "frames.",
        bounds=(1, 60_000),
    )
    sync_queue: int = parameter(
        5,
        "Messages of each topic that are kept for their partners with sync exact or approximate.",
        bounds=(1, 100),
    )


NODE_PARAMETERS = specs(NodeParameters)
MODEL_PARAMETERS = (*specs(ModelParameters), *specs(Scheduling))
INPUT_PARAMETERS = specs(InputParameters)
SYNC_PARAMETERS = specs(SyncParameters)

# A parameter and a group of parameters with one name cannot be in one YAML file.
_RESERVED = frozenset(spec.name for spec in (*MODEL_PARAMETERS, *INPUT_PARAMETERS, *SYNC_PARAMETERS))
