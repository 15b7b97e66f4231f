# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated model file: a zip of a manifest, programs and recordings. Equal input gives equal bytes."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HbmValueError
from ..whole_file import whole_file
from .document import Node, parse_json
from .errors import PackError, PackFileError
from .layout import dense_bytes
from .manifest import Manifest, Model, Tensor, check_models
from .manifest_reader import manifest_from_json

if TYPE_CHECKING:
    from ..decode.stored import StoredDecoder

MANIFEST = "manifest.json"
PROVENANCE = "provenance.json"

# The earliest time that a zip can contain, for every member, so that the bytes depend only on the content.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
# The simulator reads files with the same limits. A zip bomb exceeds them, text and weights stay far below.
_MANIFEST_LIMIT_BYTES = 64 << 20
_EXPANSION_LIMIT = 256
_FREE_EXPANSION_BYTES = 1 << 20
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 1  # the bit of a member's flags
# Larger files would need ZIP64, which the simulator does not read.
_PACKAGE_LIMIT_BYTES = (1 << 32) - (1 << 20)


@dataclass(frozen=True)
class Program:
    """An OpenVINO IR."""

    xml: bytes
    weights: bytes


@dataclass(frozen=True)
class PackedModel:
    """A model and its program; the timed engine needs none.

    Attributes:
        recordings: by the name of an output with the fill "file": its elements as `read_recording` returns them.
        provenance: which network it was made from, and how its inputs were changed; shown by `hbm info`.
    """

    model: Model
    program: Program | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    recordings: dict[str, bytes] = field(default_factory=dict)


def with_decoder(packed: PackedModel, decoder: StoredDecoder | None, where: str) -> PackedModel:
    """The model with a decoder in its description.

    Raises:
        PackError: `where`, and why the decoder does not fit the model.
    """
    if decoder is None:
        return packed
    from ..decode.stored import attach

    try:
        return attach(packed, decoder)
    except HbmValueError as error:
        raise PackError(f"{where}: {error}") from None


@dataclass(frozen=True)
class Package:
    """A whole model file in memory."""

    models: tuple[PackedModel, ...]
    description: str = ""
    soc: str = "any"
    created_by: str = ""

    @property
    def manifest(self) -> Manifest:
        return Manifest(tuple(packed.model for packed in self.models), self.description, self.soc, self.created_by)


def creator() -> str:
    """The name of this package, with its version where it is installed with metadata."""
    try:
        return f"hbm_runtime_core {metadata.version('hbm_runtime_core')}"
    except metadata.PackageNotFoundError:
        return "hbm_runtime_core"


def write_package(
    path: str | os.PathLike[str],
    models: Sequence[PackedModel],
    *,
    description: str = "",
    soc: str = "any",
    created_by: str | None = None,
) -> Package:
    """Write a model file. A program that reads `path` meanwhile sees the old file or the new one, never a part.

    Raises:
        PackError: the models do not fit together, or the file cannot be written.
    """
    path = Path(path)
    placed = tuple(replace(packed, model=packed.model.at_index(index)) for index, packed in enumerate(models))
    package = Package(placed, description, soc, creator() if created_by is None else created_by)
    check_models(package.manifest.models, soc, str(path))
    members: list[tuple[str, bytes, int]] = [(MANIFEST, _json_bytes(package.manifest.to_json()), zipfile.ZIP_DEFLATED)]
    provenance = {packed.model.name: packed.provenance for packed in placed if packed.provenance}
    if provenance:
        members.append((PROVENANCE, _json_bytes(provenance), zipfile.ZIP_DEFLATED))
    for packed in placed:
        if packed.program:
            members.append((packed.model.program["xml"], packed.program.xml, zipfile.ZIP_DEFLATED))
            # Weights do not compress, and a stored member is read without a copy.
            members.append((packed.model.program["bin"], packed.program.weights, zipfile.ZIP_STORED))
        members += [(name, data, zipfile.ZIP_STORED) for name, data in _recorded_members(packed, str(path))]
    total = sum(len(data) for _, data, _ in members)
    if total > _PACKAGE_LIMIT_BYTES:
        raise PackError(
            f"{path}: the models take {total} bytes, more than the {_PACKAGE_LIMIT_BYTES} of one file; "
            "put them into several files"
        )
    _write(path, members)
    return package


def _recorded_members(packed: PackedModel, source: str) -> list[tuple[str, bytes]]:
    """The members that hold recordings, by their names in the manifest."""
    members = []
    for output in packed.model.outputs:
        if output.fill and output.fill.kind == "file":
            where = f"{source}: model '{packed.model.name}', output '{output.name}'"
            data = packed.recordings.get(output.name)
            if data is None:
                raise PackError(f"{where}: the recording is missing")
            _check_recorded_bytes(output, len(data), where)
            members.append((output.fill.data, data))
    return members


def _check_recorded_bytes(output: Tensor, size: int, where: str) -> None:
    assert output.fill is not None
    run_bytes = dense_bytes(output.shape, output.dtype)
    if size != run_bytes * output.fill.runs:
        raise PackError(f"{where}: expected a recording of {output.fill.runs} runs of {run_bytes} bytes, got {size} bytes")


def _json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _write(path: Path, members: Sequence[tuple[str, bytes, int]]) -> None:
    try:
        with whole_file(path) as stream, zipfile.ZipFile(stream, "w") as archive:
            for name, data, method in members:
                entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
                entry.compress_type = method
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, data, compresslevel=6)
    except OSError as error:
        raise PackError(f"cannot write {path}: {error.strerror or error}") from error


def read_package(path: str | os.PathLike[str], *, programs: bool = True) -> Package:
    """Read a simulated model file back.

    Args:
        programs: whether to read networks, weights and recordings as well; the manifest alone is quick.

    Raises:
        PackFileError: there is no such file.
        PackError: it is no simulated model file, or a damaged one.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_archive(archive, str(path), programs)
    except FileNotFoundError:
        raise PackFileError(f"no such model file: {path}") from None
    except PackError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise PackError(_foreign_file(path, error)) from None
    except OSError as error:
        raise PackError(f"cannot read {path}: {error.strerror or error}") from None


def _read_archive(archive: zipfile.ZipFile, source: str, programs: bool) -> Package:
    if MANIFEST not in archive.namelist():
        raise PackError(f"{source}: a zip without {MANIFEST}: not a simulated model file")
    manifest = manifest_from_json(_document(archive, MANIFEST, source))
    provenance: dict[str, Any] = {}
    if PROVENANCE in archive.namelist():
        document = _document(archive, PROVENANCE, source)
        provenance = {name: node.value for name, node in document.members().items()}
    models = []
    for model in manifest.models:
        program = None
        if programs and model.program:
            program = Program(_member(archive, model.program["xml"], source), _member(archive, model.program["bin"], source))
        recordings = {}
        for output in model.outputs if programs else ():
            if output.fill and output.fill.kind == "file":
                recordings[output.name] = _member(archive, output.fill.data, source)
                where = f"{source}: model '{model.name}', output '{output.name}'"
                _check_recorded_bytes(output, len(recordings[output.name]), where)
        models.append(PackedModel(model, program, provenance.get(model.name, {}), recordings))
    return Package(tuple(models), manifest.description, manifest.soc, manifest.created_by)


def _document(archive: zipfile.ZipFile, name: str, source: str) -> Node:
    try:
        text = _member(archive, name, source).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(f"{source}: {name}: not JSON: {error}") from None
    return parse_json(text, f"{source}: {name}")


def _member(archive: zipfile.ZipFile, name: str, source: str) -> bytes:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise PackError(f"{source}: the member {name} is missing") from None
    if name.endswith(".json") and entry.file_size > _MANIFEST_LIMIT_BYTES:
        raise PackError(f"{source}: {name} claims {entry.file_size} bytes, more than {_MANIFEST_LIMIT_BYTES}")
    if entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
        raise PackError(f"{source}: the member {name} must be stored or deflated, and not encrypted")
    if entry.file_size > _FREE_EXPANSION_BYTES and entry.file_size // _EXPANSION_LIMIT > entry.compress_size:
        raise PackError(
            f"{source}: the member {name} claims to expand from {entry.compress_size} to {entry.file_size} bytes, more than "
            f"{_EXPANSION_LIMIT} times"
        )
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise PackError(f"{source}: the member {name} is damaged: {error}") from None


def _foreign_file(path: Path, error: Exception) -> str:
    with open(path, "rb") as stream:
        start = stream.read(4)
    if start == b"\x7fELF":
        return (
            f"{path}: compiled for a BPU, not a simulated model file. It runs on a board; "
            "for the simulator pack the network it was compiled from: hbm pack NETWORK.onnx -o MODEL.hbm"
        )
    if start[:2] == b"PK":
        return f"{path}: a truncated or damaged model file ({error}); pack or copy it again"
    return f"{path}: not a model file: it starts with {start!r}, neither a simulated one (zip) nor a BPU's (ELF)"
