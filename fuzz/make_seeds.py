# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes valid small inputs into fuzz/corpus/TARGET/seed-NAME: `python -m fuzz.make_seeds`. Equal versions give equal bytes."""

from __future__ import annotations

import copy
import io
import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "test/core"))

from jpeg_writer import ADOBE, jpeg_of, ycc_of

_HEADER = struct.pack("<iI", 5, 6) + struct.pack("<I", 4) + b"cam\0"


def jpegs() -> Iterator[tuple[str, bytes]]:
    """One of each kind of coding, colors and sampling."""
    picture = np.random.default_rng(1).integers(0, 256, (20, 26, 3), np.uint8)
    for name, options in {
        "baseline": [],
        "progressive": [cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
        "restarts": [cv2.IMWRITE_JPEG_RST_INTERVAL, 1],
        "444": [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444],
        "422": [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422],
        "411": [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411],
    }.items():
        yield name, bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40, *options])[1])
    yield "gray", bytes(cv2.imencode(".jpg", picture[:, :, 0])[1])
    planes = ycc_of(picture)
    yield "uncommon", jpeg_of(planes, [(2, 2), (1, 2), (2, 1)])
    yield "rgb", jpeg_of(planes, [(1, 1)] * 3, ids=b"RGB")
    yield "inks", jpeg_of([*planes, planes[0]], [(1, 1)] * 4, adobe=ADOBE["ycck"])


def manifests() -> Iterator[tuple[str, bytes]]:
    """The example of the tests that both readers of manifests pass, and one model of every kind of output."""
    base = json.loads((FOLDER.parent / "test/core/manifests/cases.json").read_text())["base"]
    yield "base", json.dumps(base, separators=(",", ":")).encode()
    yield "fills", json.dumps(_fills(), separators=(",", ":")).encode()


def _fills() -> dict:
    tensor = {"dtype": "S16", "shape": [2, 3]}
    fills = [
        {"kind": "zeros"},
        {"kind": "noise", "seed": 3},
        {"kind": "constant", "value": -2},
        {"kind": "copy", "input": "x"},
    ]
    outputs = [{"name": f"y{i}", **tensor, "fill": fill} for i, fill in enumerate(fills)]
    scale = {"type": "scale", "scale": [0.5, 1, 2], "zero_point": [1, 0, -1], "axis": 1}
    model = {"name": "m", "engine": "timed", "inputs": [{"name": "x", **tensor, "quantization": scale}], "outputs": outputs}
    return {"format": "hbm-sim", "version": 1, "models": [model]}


def model_files() -> Iterator[tuple[str, bytes]]:
    """Archives with a recording and with the members of a network."""
    recorded = copy.deepcopy(_fills())
    recorded["models"][0]["outputs"][0]["fill"] = {"kind": "file", "data": "y.bin", "runs": 2}
    network = copy.deepcopy(_fills())
    network["models"][0] |= {
        "engine": "openvino",
        "program": {"xml": "n.xml", "bin": "n.bin"},
        "outputs": [{"name": "y", "dtype": "S16", "shape": [2, 3]}],
    }
    for name, method in {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}.items():
        yield f"recording-{name}", _zip(method, manifest=recorded, members={"y.bin": bytes(range(24))})
        yield f"network-{name}", _zip(method, manifest=network, members={"n.xml": b"<net/>", "n.bin": b""})


def stored_model_file(manifest: bytes) -> bytes:
    """Make a model file of a manifest as it is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("manifest.json"), manifest)
    return stream.getvalue()


def _zip(method: int, manifest: dict, members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in {"manifest.json": json.dumps(manifest, separators=(",", ":")).encode(), **members}.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            archive.writestr(entry, data)
    return stream.getvalue()


def messages() -> Iterator[tuple[str, bytes]]:
    """The first byte says which reader gets the rest."""
    little = b"\0\1\0\0"
    # Numbers are aligned to their size: the byte is_bigendian follows the text of six bytes, then one of padding.
    image = _HEADER + struct.pack("<II", 2, 4) + _text("mono8") + b"\0\0" + struct.pack("<I", 4) + struct.pack("<I", 8)
    yield "image", b"\0" + little + image + bytes(range(8))
    jpeg = dict(jpegs())["gray"]
    yield "compressed", b"\1" + little + _HEADER + _text("jpeg") + b"\0\0\0" + struct.pack("<I", len(jpeg)) + jpeg
    yield "tensors", b"\2" + little + _HEADER + struct.pack("<I", 1) + _tensor()
    hbmem = struct.pack("<iiIIIII", 1, 5, 6, 4, 8, 48, 8) + b"nv12".ljust(12, b"\0") + bytes(96)
    yield "hbmem", b"\4" + little + hbmem
    yield "hbmem-loan", b"\3" + hbmem


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text) + 1) + text.encode() + b"\0"


def _tensor() -> bytes:
    """From byte 20 of the message on, so that numbers of eight bytes are aligned as they are here."""
    parts = bytearray(_text("x"))
    start = 20

    def align(size: int) -> None:
        parts.extend(bytes(-(start + len(parts)) % size))

    def put(form: str, *values: float) -> None:
        align(struct.calcsize(form[-1]))
        parts.extend(struct.pack(f"<{form}", *values))

    put("B", 0)
    put("B", 8)
    put("H", 1)
    for shape in ((2, 3), (3, 1)):
        put("I", len(shape))
        put("2q", *shape)
    put("Q", 0)
    put("B", 1)
    put("I", 1)
    put("f", 0.5)
    put("I", 1)
    put("i", -1)
    put("i", 0)
    put("I", 6)
    return bytes(parts) + bytes(range(6))


SEEDS = {"jpeg": jpegs, "manifest": manifests, "model_file": model_files, "messages": messages}


def main() -> None:
    for target, make in SEEDS.items():
        folder = FOLDER / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in make():
            (folder / f"seed-{name}").write_bytes(data)


if __name__ == "__main__":
    main()
