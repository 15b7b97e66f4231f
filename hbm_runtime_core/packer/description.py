# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a description of models: JSON or YAML for `hbm pack --spec`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HbmFileNotFoundError
from .container import PackedModel, with_decoder
from .document import Node, parse_json
from .errors import PackError, PackFileError
from .manifest import SOCS, Fill, Model, Tensor, nv12_tensors
from .manifest_reader import (
    read_dtype,
    read_quantization,
    read_shape,
    read_tensor,
    read_timing,
)
from .network import pack_network
from .options import (
    COLOR_ORDERS,
    COLOR_RANGES,
    LAYOUTS,
    InputOptions,
    NetworkOptions,
    Nv12,
    PortOptions,
    check_pixel_range,
    scale_of,
)
from .recording import read_recording

if TYPE_CHECKING:
    from ..decode.stored import StoredDecoder

_MODEL_FIELDS = ("name", "description", "bpu_cores", "timing", "inputs", "outputs", "decoder")
_NETWORK_FIELDS = (*_MODEL_FIELDS, "network", "drop_outputs")
_PORT_FIELDS = ("name", "rename", "description", "dtype", "quantization", "strides", "stride_align_bytes")


@dataclass(frozen=True)
class Description:
    """The content of a description.

    Attributes:
        models: timed models, and the options of networks that are still to be packed, in their order.
    """

    models: tuple[PackedModel | NetworkOptions, ...]
    description: str = ""
    soc: str = "any"

    def pack(self, progress: Callable[[str], None] = lambda _: None) -> list[PackedModel]:
        """The models, ready to be written. `progress` is called with the name of each before the work on it starts."""
        packed = []
        for model in self.models:
            if isinstance(model, NetworkOptions):
                progress(model.name)
                packed.append(pack_network(model))
            else:
                packed.append(model)
        return packed


def read_description(path: str | os.PathLike[str]) -> Description:
    """Read and check a description; networks in it are not read yet.

    Raises:
        PackFileError: there is no such file.
        PackError: names the file, the field, what was expected and what came.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PackFileError(f"no such description: {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"cannot read the description {path}: {error}") from None
    document = _parse_yaml(text, str(path)) if path.suffix in (".yaml", ".yml") else parse_json(text, str(path))
    members = document.members(("description", "soc", "models"), required=("models",))
    return Description(
        tuple(_read_model(node, path.parent) for node in members["models"].items(at_least=1)),
        members["description"].text() if "description" in members else "",
        members["soc"].choice(SOCS) if "soc" in members else "any",
    )


def _parse_yaml(text: str, source: str) -> Node:
    try:
        import yaml
    except ImportError:
        raise PackError(f"{source}: PyYAML is not installed; install it with: pip install pyyaml (or write JSON)") from None
    try:
        return Node(yaml.safe_load(text), source)
    except yaml.YAMLError as error:
        raise PackError(f"{source}: not YAML: {' '.join(str(error).split())}") from None


def _read_model(node: Node, folder: Path) -> PackedModel | NetworkOptions:
    is_network = isinstance(node.value, dict) and "network" in node.value
    if is_network:
        members = node.members(_NETWORK_FIELDS)
    else:
        members = node.members(_MODEL_FIELDS, required=("name", "inputs", "outputs"))
    timing = read_timing(members["timing"]) if "timing" in members else (0, 0)
    common: dict[str, Any] = {
        "name": members["name"].text(empty=False) if "name" in members else "",
        "description": members["description"].text() if "description" in members else "",
        "bpu_cores": members["bpu_cores"].integer(1) if "bpu_cores" in members else 1,
        "latency_us": timing[0],
        "max_time_per_fc_us": timing[1],
    }
    decoder = _decoder(members["decoder"], folder) if "decoder" in members else None
    if not is_network:
        recordings: dict[str, bytes] = {}
        model = Model(
            engine="timed",
            inputs=tuple(t for item in members["inputs"].items(at_least=1) for t in _timed_inputs(item)),
            outputs=tuple(_timed_output(item, folder, recordings) for item in members["outputs"].items(at_least=1)),
            **common,
        )
        return with_decoder(PackedModel(model, recordings=recordings), decoder, node.where)
    path = folder / members["network"].text(empty=False)
    if not common["name"]:
        common["name"] = path.stem
    return NetworkOptions(
        path,
        inputs=_by_name(members["inputs"], _network_input) if "inputs" in members else {},
        outputs=_by_name(members["outputs"], _network_output) if "outputs" in members else {},
        drop_outputs=tuple(item.text() for item in members["drop_outputs"].items()) if "drop_outputs" in members else (),
        decoder=decoder,
        **common,
    )


def _decoder(node: Node, folder: Path) -> StoredDecoder:
    from ..decode.stored import StoredDecoder, read_labels

    members = node.members(("family", "labels", "confidence", "iou"), required=("family",))
    labels: tuple[str, ...] = ()
    if "labels" in members:
        given = members["labels"]
        try:
            labels = read_labels(
                [item.text() for item in given.items()]
                if isinstance(given.value, list)
                else folder / given.text(empty=False)
            )
        except HbmFileNotFoundError as error:
            raise PackFileError(f"{given.where}: {error}") from None
    return StoredDecoder(
        members["family"].text(empty=False),
        labels,
        **{name: members[name].fraction() for name in ("confidence", "iou") if name in members},
    )


def _timed_inputs(node: Node) -> list[Tensor]:
    if not (isinstance(node.value, dict) and "nv12" in node.value):
        return [read_tensor(node, output=False, by_hand=True)]
    members = node.members(("name", "description", "nv12"), required=("name",))
    size = members["nv12"].members(("width", "height"), required=("width", "height"))
    return nv12_tensors(
        members["name"].text(empty=False),
        1,
        size["height"].integer(1),
        size["width"].integer(1),
        where=node.where,
        description=members["description"].text() if "description" in members else "",
    )


def _timed_output(node: Node, folder: Path, recordings: dict[str, bytes]) -> Tensor:
    """An output; its recording, if it has one, is put into `recordings`."""
    value = node.value
    if not isinstance(value, dict) or "fill" not in value:
        return replace(read_tensor(node, output=True, by_hand=True), fill=Fill())
    fill = node.members()["fill"]
    if not (isinstance(fill.value, dict) and fill.value.get("kind") == "file"):
        return read_tensor(node, output=True, by_hand=True)
    path = folder / fill.members(("kind", "path"), required=("path",))["path"].text(empty=False)
    without_fill = {name: member for name, member in value.items() if name != "fill"}
    tensor = read_tensor(Node(without_fill, node.source, node.path), output=True, by_hand=True)
    recordings[tensor.name], runs = read_recording(path, tensor, fill.where)
    return replace(tensor, fill=Fill("file", runs=runs))


def _by_name(node: Node, read: Callable[[Node], tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for item in node.items():
        name, options = read(item)
        if name in result:
            raise PackError(f"{item.where}: duplicate name '{name}'")
        result[name] = options
    return result


def _port(members: dict[str, Node]) -> dict[str, Any]:
    if "strides" in members and "stride_align_bytes" in members:
        raise PackError(f"{members['strides'].where}: give 'strides' or 'stride_align_bytes', not both")
    return {
        "rename": members["rename"].text(empty=False) if "rename" in members else "",
        "description": members["description"].text() if "description" in members else "",
        "dtype": read_dtype(members["dtype"], by_hand=True) if "dtype" in members else None,
        "quantization": read_quantization(members["quantization"], by_hand=True) if "quantization" in members else None,
        "strides": tuple(item.integer() for item in members["strides"].items()) if "strides" in members else None,
        "stride_align_bytes": members["stride_align_bytes"].integer(1) if "stride_align_bytes" in members else None,
    }


def _network_input(node: Node) -> tuple[str, InputOptions]:
    members = node.members((*_PORT_FIELDS, "shape", "nv12"), required=("name",))
    return members["name"].text(empty=False), InputOptions(
        **_port(members),
        shape=read_shape(members["shape"]) if "shape" in members else None,
        nv12=_nv12(members["nv12"]) if "nv12" in members else None,
    )


def _network_output(node: Node) -> tuple[str, PortOptions]:
    members = node.members(_PORT_FIELDS, required=("name",))
    return members["name"].text(empty=False), PortOptions(**_port(members))


def _nv12(node: Node) -> Nv12:
    members = node.members(("mean", "scale", "std", "color_order", "layout", "color_range"))
    if "scale" in members and "std" in members:
        raise PackError(f"{node.where}: give 'scale' (multiplied) or 'std' (divided by), not both")
    scale = members["scale"].numbers() if "scale" in members else (1.0,)
    if "std" in members:
        scale = scale_of(members["std"].numbers(), members["std"].where)
    mean = members["mean"].numbers() if "mean" in members else (0.0,)
    check_pixel_range(mean, scale, node.where, is_std="std" in members)
    return Nv12(
        mean=mean,
        scale=scale,
        color_order=members["color_order"].choice(COLOR_ORDERS) if "color_order" in members else "rgb",
        layout=members["layout"].choice(LAYOUTS) if "layout" in members else None,
        color_range=members["color_range"].choice(COLOR_RANGES) if "color_range" in members else "limited",
    )
