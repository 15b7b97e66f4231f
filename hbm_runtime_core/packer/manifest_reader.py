# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads tensors and models from JSON: manifests, and the descriptions that people write."""

from __future__ import annotations

from ..dtypes import DTYPES, DType
from .document import Node
from .errors import PackError
from .manifest import (
    ENGINES,
    FILL_KINDS,
    FORMAT,
    FORMAT_VERSION,
    SOCS,
    Fill,
    Manifest,
    Model,
    Tensor,
    check_models,
    make_tensor,
)
from .options import parse_dtype
from .quantization import Quantization

TENSOR_FIELDS = ("name", "description", "dtype", "shape", "strides", "aligned_bytes", "quantization")


def read_dtype(node: Node, *, by_hand: bool = False) -> DType:
    """A type as the C API names it; in what people write (`by_hand`) also as numpy does."""
    if not by_hand:
        return DTYPES[node.choice(DTYPES)]
    try:
        return parse_dtype(node.text())
    except PackError as error:
        raise PackError(f"{node.where}: {error}") from None


def read_shape(node: Node) -> tuple[int, ...]:
    return tuple(item.integer(-1, 2**31 - 1) for item in node.items(at_least=1))


def read_quantization(node: Node, *, by_hand: bool = False) -> Quantization | None:
    """The object `quantization`: none, or scales with zero points.

    In descriptions (`by_hand`), the type may be left out, single numbers are lists of one, and a negative axis counts
    from the end.
    """
    kind = "scale" if by_hand else ""
    if isinstance(node.value, dict) and "type" in node.value:
        kind = Node(node.value["type"], node.source, f"{node.path}.type").choice(("none", "scale"))
    if kind == "none":
        node.members(("type",))
        return None
    members = node.members(("type", "scale", "zero_point", "axis"), required=("scale",) if by_hand else ("type", "scale"))
    if not by_hand:
        for name in ("scale", "zero_point"):
            if name in members:
                members[name].items()
    return Quantization(
        members["scale"].numbers(),
        members["zero_point"].integers() if "zero_point" in members else (),
        members["axis"].integer(None if by_hand else 0) if "axis" in members else 0,
    )


def read_fill(node: Node) -> Fill:
    kind = node.members(required=("kind",))["kind"].choice(FILL_KINDS)
    fields: dict[str, tuple[str, ...]] = {
        "noise": ("seed",),
        "constant": ("value",),
        "copy": ("input",),
        "file": ("data", "runs"),
    }
    own = fields.get(kind, ())
    members = node.members(("kind", *own), required=() if kind == "noise" else own)
    return Fill(
        kind,
        seed=members["seed"].integer(0, 2**63 - 1) if "seed" in members else 0,
        value=members["value"].number() if "value" in members else 0,
        input=members["input"].text(empty=False) if "input" in members else "",
        data=members["data"].text(empty=False) if "data" in members else "",
        runs=members["runs"].integer(1, 2**31 - 1) if "runs" in members else 1,
    )


def read_tensor(node: Node, *, output: bool, by_hand: bool = False) -> Tensor:
    """A tensor of a manifest, or of a timed model's description (`by_hand`)."""
    known = (*TENSOR_FIELDS, *(("stride_align_bytes",) if by_hand else ()), *(("fill",) if output else ()))
    members = node.members(known, required=("name", "dtype", "shape"))
    if "strides" in members and "stride_align_bytes" in members:
        raise PackError(f"{node.where}: give 'strides' or 'stride_align_bytes', not both")
    return make_tensor(
        members["name"].text(empty=False),
        read_dtype(members["dtype"], by_hand=by_hand),
        read_shape(members["shape"]),
        where=node.where,
        strides=[item.integer() for item in members["strides"].items()] if "strides" in members else None,
        stride_align_bytes=members["stride_align_bytes"].integer(1) if "stride_align_bytes" in members else 1,
        aligned_bytes=members["aligned_bytes"].integer(-1) if "aligned_bytes" in members else None,
        description=members["description"].text() if "description" in members else "",
        quantization=read_quantization(members["quantization"], by_hand=by_hand) if "quantization" in members else None,
        fill=read_fill(members["fill"]) if "fill" in members else None,
    )


def read_timing(node: Node) -> tuple[int, int]:
    """(latency_us, max_time_per_fc_us), 0 where not given."""
    members = node.members(("latency_us", "max_time_per_fc_us"))
    return (
        members["latency_us"].integer(0, 3_600_000_000) if "latency_us" in members else 0,
        members["max_time_per_fc_us"].integer(0, 3_600_000_000) if "max_time_per_fc_us" in members else 0,
    )


def read_model(node: Node) -> Model:
    """A model of a manifest."""
    members = node.members(
        ("name", "description", "bpu_cores", "engine", "program", "timing", "inputs", "outputs"),
        required=("name", "engine", "inputs", "outputs"),
    )
    engine = members["engine"].choice(ENGINES)
    program = {}
    if engine == "openvino":
        if "program" not in members:
            raise PackError(f"{node.where}: the engine 'openvino' needs the field 'program'")
        files = members["program"].members(("xml", "bin"), required=("xml", "bin"))
        program = {name: file.text(empty=False) for name, file in files.items()}
    elif "program" in members:
        raise PackError(f"{members['program'].where}: belongs to the engine 'openvino', but the engine is '{engine}'")
    latency_us, max_time_per_fc_us = read_timing(members["timing"]) if "timing" in members else (0, 0)
    return Model(
        name=members["name"].text(empty=False),
        engine=engine,
        inputs=tuple(read_tensor(item, output=False) for item in members["inputs"].items(at_least=1)),
        outputs=tuple(read_tensor(item, output=True) for item in members["outputs"].items(at_least=1)),
        description=members["description"].text() if "description" in members else "",
        bpu_cores=members["bpu_cores"].integer(1) if "bpu_cores" in members else 1,
        latency_us=latency_us,
        max_time_per_fc_us=max_time_per_fc_us,
        program=program,
    )


def manifest_from_json(document: Node) -> Manifest:
    """The manifest of a file.

    Raises:
        PackError: names the file, the field, what was expected and what came.
    """
    members = document.members(
        ("format", "version", "description", "soc", "created_by", "models"), required=("format", "version", "models")
    )
    members["format"].choice((FORMAT,))
    version = members["version"].integer(1)
    if version != FORMAT_VERSION:
        raise PackError(
            f"{members['version'].where}: this hbm_runtime_core reads version {FORMAT_VERSION}, the file has "
            f"{version}; update hbm_runtime_core"
        )
    soc = members["soc"].choice(SOCS) if "soc" in members else "any"
    models = tuple(read_model(item) for item in members["models"].items())
    check_models(models, soc, document.source)
    return Manifest(
        models,
        members["description"].text() if "description" in members else "",
        soc,
        members["created_by"].text() if "created_by" in members else "",
    )
