# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of a model's input topics: below the model's name, or, for several topics, below `<model>.<input>`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .spec import Kind, ParameterSpec, is_group_name

# ROS has no empty arrays in parameter files; -1 stands for all, as with BPU cores.
WHOLE_PICTURE = (-1,)


def check_region(region: Sequence[int]) -> str | None:
    """Return what is wrong with a region of any picture, or None."""
    if tuple(region) == WHOLE_PICTURE:
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
        return f"expected numbers, got {list(values)}"
    return None


def _check_scale(values: Sequence[float]) -> str | None:
    if any(value == 0 for value in values):
        return f"a scale of 0 makes every picture the same, got {list(values)}"
    return _check_channels(values)


def _check_names(names: Sequence[str]) -> str | None:
    if len(set(names)) != len(names):
        return f"{list(names)} holds a name twice"
    return None


def _check_inputs(names: Sequence[str]) -> str | None:
    for name in names:
        if name and not is_group_name(name):
            return (
                f"'{name}' is no name of an input; it becomes part of parameter names: a letter, then letters, digits and "
                f"underscores (names of the model's own inputs go to `tensors`)"
            )
        if name in _RESERVED:
            return f"'{name}' is the name of a parameter; choose another one"
    return _check_names(names)


INPUT_PARAMETERS = (
    ParameterSpec(
        "input_topic",
        Kind.STRING,
        "image",
        "Topic with the pictures or tensors. Below an input of several, the default is the input's name.",
        read_only=True,
    ),
    ParameterSpec(
        "transport",
        Kind.STRING,
        "auto",
        "Type of the topic: raw (sensor_msgs/Image), compressed (sensor_msgs/CompressedImage), hbmem (hbm_img_msgs, shared "
        "memory of the boards), tensors (hbm_runtime_ros/TensorList), or auto (what its publishers send; raw until there is "
        "one, compressed where the name ends in /compressed).",
        choices=("auto", "raw", "compressed", "hbmem", "tensors"),
        read_only=True,
    ),
    ParameterSpec(
        "tensors",
        Kind.STRING_ARRAY,
        [""],
        "Names of the model's inputs that the topic fills. Default: all; below an input of several, the model's input of "
        "that name, or its planes <input>_y and <input>_uv.",
        read_only=True,
        check=_check_names,
    ),
    ParameterSpec(
        "frame_id",
        Kind.STRING,
        "",
        "Coordinate frame in the results of pictures that name none.",
        read_only=True,
    ),
    ParameterSpec(
        "resize",
        Kind.STRING,
        "letterbox",
        "How a picture of another size is fitted to the model: stretch (aspect ratio is lost), letterbox (centred, "
        "borders filled), letterbox_top_left (the same, in the corner), center_crop (the largest centred part of the "
        "right shape), none (another size is an error).",
        choices=("stretch", "letterbox", "letterbox_top_left", "center_crop", "none"),
        read_only=True,
    ),
    ParameterSpec(
        "interpolation",
        Kind.STRING,
        "bilinear",
        "How pixels are found between pixels: nearest, bilinear (as most networks were trained), box (the mean of all that "
        "are merged into one).",
        choices=("nearest", "bilinear", "box"),
        read_only=True,
    ),
    ParameterSpec(
        "region",
        Kind.INTEGER_ARRAY,
        list(WHOLE_PICTURE),
        "Part of the picture that counts as the whole: [x, y, width, height] in its pixels; [-1] = all of it.",
        read_only=True,
        check=check_region,
        constraint="[x, y, width, height], or [-1]",
    ),
    ParameterSpec(
        "pad_value",
        Kind.INTEGER,
        114,
        "Brightness of letterbox borders: 0 is black, 255 is white.",
        bounds=(0, 255),
        read_only=True,
    ),
    ParameterSpec(
        "colour",
        Kind.STRING,
        "rgb",
        "Order of the channels in an input of three channels. An NV12 input has none.",
        choices=("rgb", "bgr"),
        read_only=True,
    ),
    ParameterSpec(
        "mean",
        Kind.DOUBLE_ARRAY,
        [0.0],
        "Subtracted from pixels of 0 to 255, for all channels or for each: input = (pixel - mean) * scale. An NV12 input "
        "has it inside the model.",
        read_only=True,
        check=_check_channels,
        constraint="1 or 3 values",
    ),
    ParameterSpec(
        "scale",
        Kind.DOUBLE_ARRAY,
        [1.0],
        "Factor after that, for all channels or for each; 1/255 is 0.00392157.",
        read_only=True,
        check=_check_scale,
        constraint="1 or 3 values",
    ),
    ParameterSpec(
        "picture_range",
        Kind.STRING,
        "limited",
        "Numbers of pictures whose encoding is YUV: limited (luma 16 to 235, as cameras send) or full (0 to 255). JPEG is "
        "always full.",
        choices=("limited", "full"),
        read_only=True,
    ),
    ParameterSpec(
        "model_range",
        Kind.STRING,
        "limited",
        "Numbers that an NV12 input of the model was made for: limited or full.",
        choices=("limited", "full"),
        read_only=True,
    ),
)

SYNC_PARAMETERS = (
    ParameterSpec(
        "inputs",
        Kind.STRING_ARRAY,
        [""],
        "Names of the inputs of a model that takes several topics. Each has a group of parameters `<name>.<input>.*`, whose "
        "defaults are the model's own. None = one topic.",
        read_only=True,
        check=_check_inputs,
    ),
    ParameterSpec(
        "sync",
        Kind.STRING,
        "latest",
        "How messages of several topics become a frame: latest (each of the first input with the newest of the others), "
        "exact (equal stamps), approximate (stamps that differ by at most slop_ms).",
        choices=("latest", "exact", "approximate"),
        read_only=True,
    ),
    ParameterSpec(
        "slop_ms",
        Kind.INTEGER,
        20,
        "Greatest difference of the stamps in a frame with sync approximate, in ms. Less than half the time between two "
        "frames.",
        bounds=(1, 60_000),
        read_only=True,
    ),
    ParameterSpec(
        "sync_queue",
        Kind.INTEGER,
        5,
        "Messages of each topic that wait for their partners with sync exact or approximate.",
        bounds=(1, 100),
        read_only=True,
    ),
)

# A parameter and a group of parameters with one name cannot stand in one YAML file; names of other rows are checked when
# they are declared.
_RESERVED = frozenset(spec.name for spec in (*INPUT_PARAMETERS, *SYNC_PARAMETERS))
