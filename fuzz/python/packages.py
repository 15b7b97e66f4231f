# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files as `hbm info` and `hbm pack` read them: archives with changed bytes, manifests of any JSON."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile

from hypothesis import example, given
from hypothesis import strategies as st

from fuzz.make_seeds import manifests, model_files
from hbm_runtime_core.packer import PackError, read_package

_SEEDS = [data for _, data in model_files()]
_MANIFESTS = [json.loads(data) for _, data in manifests()]
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from([2**31, 2**63, -1, 0, "F32"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=5,
)


def _archive(manifest: object) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("y.bin", bytes(24))
    return stream.getvalue()


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(_SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        value = draw(st.one_of(st.binary(min_size=1, max_size=4), st.just(b"\xff\xff\xff\xff")))
        data[at : at + len(value)] = value
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 5)) == 0 else data)


@st.composite
def _described(draw: st.DrawFn) -> bytes:
    """A manifest with one value replaced."""
    root = json.loads(json.dumps(draw(st.sampled_from(_MANIFESTS))))
    node = root
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or draw(st.integers(0, 3)) == 0:
            node[key] = draw(_VALUES)
            break
        node = node[key]
    return _archive(root)


@given(st.one_of(_damaged(), _described()))
@example(b"")
@example(_archive("[" * 3))
def execute(content: bytes) -> None:
    """Read a model file, with and without its programs."""
    for programs in (False, True):
        with tempfile.NamedTemporaryFile(suffix=".hbm") as file:
            file.write(content)
            file.flush()
            try:
                package = read_package(file.name, programs=programs)
                assert package.models
            except PackError:
                pass
