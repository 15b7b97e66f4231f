# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every parameter of the node. Declaration, validation and the documentation are made from these dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hbm_runtime_core import SchedParam

from .spec import (
    MOST_HZ,
    SCHEDULER_CHOOSES,
    USUAL,
    WHOLE_IMAGE,
    check_bpu_cores,
    check_channels,
    check_dequantize,
    check_directory,
    check_fraction,
    check_group_names,
    check_interval,
    check_model_names,
    check_rate,
    check_recorded_seconds,
    check_region,
    check_scale,
    check_sha256,
    check_tensor_names,
    parameter,
    specs,
)

DEFAULT_NODE_NAME = "hbm_inference"

_CUSTOM_ID_BOUNDS = (-(2**63), 2**63 - 1)
# An hour; a longer limit is meant to be none.
_MILLISECONDS_BOUNDS = (0, 3_600_000)


def _check_input_names(names: Sequence[str]) -> str | None:
    for name in names:
        if name in _RESERVED:
            return f"'{name}' is the name of a parameter; choose another one"
    return check_group_names(names, "input name", "names of the model's own inputs belong to `tensors`")


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
    allowed_model_dirs: tuple[str, ...] = parameter(
        (),
        "Directories with the files that a service may name (model files, files of labels): absolute, package://<package> "
        "or relative to the parameter file. Symbolic links must end below them, too. None = `model_dir`, else the "
        "directories of the parameter files; without either, services may name no files.",
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
class RecorderParameters:
    """Parameters of the node's recorder, below `recorder`."""

    directory: str = parameter(
        "",
        "Folder for recordings of the last seconds of a model, written when one of its frames fails, and by the service "
        "~/record: an absolute path, or one that begins with ~/. Empty = none are made.",
        check=check_directory,
        constraint="absolute, or beginning with ~/",
    )
    seconds: float = parameter(
        5.0,
        "Age of the oldest frame in a recording, in s.",
        check=check_recorded_seconds,
        constraint="more than 0, at most 60",
    )
    megabytes: int = parameter(
        64, "Most memory for the messages that are kept of each model, in MB; so much is a file at most.", bounds=(1, 4096)
    )
    most_files: int = parameter(20, "Most recordings in the folder; the oldest are deleted.", bounds=(1, 1000))
    interval_s: float = parameter(
        10.0,
        "Least time between two recordings of one model for one reason, in s. Those of the service are not limited.",
        check=check_interval,
        constraint="from 0",
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
    sha256: str = parameter(
        "",
        "SHA-256 of the model file, 64 hexadecimal digits, as sha256sum and `hbm info` print it. A file with another one is "
        "not loaded. Empty = any.",
        check=check_sha256,
        constraint="64 hexadecimal digits, or empty",
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
        "True subscribes to the input only while somebody subscribes to a topic of the model: an unused one costs nothing.",
    )
    decoder: str = parameter(
        "",
        "How the outputs become boxes, masks, classes or text on topics of their own: empty = not at all; auto = as the "
        "model file says, or as types, shapes and order of the outputs show; or the name of a family, such as yolov8.",
    )
    dequantize: str = parameter(
        "none",
        "What the results carry: none (the model's own numbers, with their scales and zero points), float32 or float16 "
        "(real values of all outputs that are quantized or floats; other integers stay as they are), or that for some "
        "outputs, like boxes=float32, scores=float16.",
        check=check_dequantize,
    )


@dataclass(frozen=True)
class DecoderParameters:
    """Parameters of a model's decoder that are set at the start, below `<model>.decoder`."""

    labels: tuple[str, ...] | str = parameter(
        (),
        "Names of the model's classes in their order, or a text file with one in each line: an absolute path, "
        "package://<package>/<path in its share folder>, or a path relative to the parameter file that names it. None = "
        "those of the model file; without any, classes have numbers.",
    )
    classes: tuple[str, ...] | tuple[int, ...] = parameter(
        (), "Names or numbers of the classes to keep; none = all.", constraint="names of labels, or numbers from 0"
    )


@dataclass(frozen=True)
class DecoderThresholds:
    """Parameters of a model's decoder that can be set while it runs, below `<model>.decoder`."""

    confidence: float = parameter(
        USUAL,
        "Least score of a result, 0 to 1; -1 = what the model file says, else what is usual for the family. In effect from "
        "the next frame.",
        check=check_fraction,
        constraint="0 to 1, or -1",
        read_only=False,
    )
    iou: float = parameter(
        USUAL,
        "Greatest intersection over union of two boxes of one class that are both kept, 0 to 1; -1 = what the model file "
        "says, else what is usual for the family. In effect from the next frame.",
        check=check_fraction,
        constraint="0 to 1, or -1",
        read_only=False,
    )
    max_detections: int = parameter(
        0,
        "Most results of a frame, of which those with the highest scores are kept; 0 = as usual for the family. In effect "
        "from the next frame.",
        bounds=(0, 100_000),
        read_only=False,
    )


@dataclass(frozen=True)
class OverlayParameters:
    """Parameters of the picture with the results drawn into it, below `<model>.overlay`. They can be set at any time."""

    max_rate_hz: float = parameter(
        10.0,
        "Most pictures per second on the topic ~/<name>/overlay. Frames between them are not drawn.",
        check=check_rate,
        constraint=f"more than 0, at most {MOST_HZ}",
        read_only=False,
    )
    quality: int = parameter(85, "Quality of these pictures as JPEG.", bounds=(1, 100), read_only=False)


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
        check=check_tensor_names,
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
        check=check_region,
        constraint="[x, y, width, height], or [-1]",
    )
    pad_value: int = parameter(
        114,
        "Brightness of letterbox borders: 0 is black, 255 is white.",
        bounds=(0, 255),
    )
    color_order: str = parameter(
        "rgb",
        "Order of the channels in an input of three channels. An NV12 input has it inside the model.",
        choices=("rgb", "bgr"),
        old_name="color",
    )
    mean: tuple[float, ...] = parameter(
        (0.0,),
        "Subtracted from pixels of 0 to 255, for all channels or for each: input = (pixel - mean) * scale. An NV12 input "
        "has it inside the model.",
        check=check_channels,
        constraint="1 or 3 values",
    )
    scale: tuple[float, ...] = parameter(
        (1.0,),
        "Factor after that, for all channels or for each; 1/255 is 0.00392157.",
        check=check_scale,
        constraint="1 or 3 values",
    )
    std: tuple[float, ...] = parameter(
        (1.0,),
        "Divisor after that, for all channels or for each, instead of scale: input = (pixel - mean) / std.",
        check=check_scale,
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
        "Numbers that an NV12 input of the model was made for: limited, full, or auto (what the model file states, limited "
        "if it states nothing).",
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
RECORDER_PARAMETERS = specs(RecorderParameters)
MODEL_PARAMETERS = (*specs(ModelParameters), *specs(Scheduling))
DECODER_PARAMETERS = (*specs(DecoderThresholds), *specs(DecoderParameters))
OVERLAY_PARAMETERS = specs(OverlayParameters)
INPUT_PARAMETERS = specs(InputParameters)
SYNC_PARAMETERS = specs(SyncParameters)

# An input has a group of parameters of its name, which must be no other one's and no parameter.
_RESERVED = frozenset(("overlay", *(spec.name for spec in (*MODEL_PARAMETERS, *INPUT_PARAMETERS, *SYNC_PARAMETERS))))
