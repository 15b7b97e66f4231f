# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameter files of the node: YAML of any content, read without a ROS graph."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from hbm_runtime_ros.parameters.files import ParameterFiles

_WORDS = st.sampled_from(
    [
        "/**",
        "/*",
        "ros__parameters",
        "inference_node",
        "models",
        "a.b",
        "&x",
        "*x",
        "<<",
        "!!float",
        "!!binary",
        "2001-99-99",
        "0x",
        "1e999",
        "~",
        "null",
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "? ",
        "|",
        ">",
        "\n",
        "\n  ",
        "\n    ",
        ": ",
        ", ",
        '"',
        "'",
        "%",
        "#",
    ]
)
_TEXTS = st.lists(st.one_of(_WORDS, st.text(max_size=4)), max_size=60).map("".join)
_TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(["/**", "n", "ros__parameters"]), st.integers()), inner, max_size=3),
    ),
    max_leaves=12,
)


def _as_yaml(tree: object) -> bytes:
    import yaml

    return yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass")


@given(
    st.one_of(st.binary(max_size=80), _TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")), _TREES.map(_as_yaml))
)
@example(b"a: 2001-99-99")
@example(b"!!float")
@example(b"a: " + b"[" * 500)
@example(b"a: &x\n  ros__parameters: *x\n")
@example(b"a: &x\n  b: *x\n")
@example(b"a: " + b"9" * 5000)
@example(b"".join(b"a%d: &a%d {x: *a%d, y: *a%d}\n" % (i + 1, i + 1, i, i) if i else b"a1: &a1 {x: 1}\n" for i in range(40)))
def execute(content: bytes) -> None:
    """Ask all that the node asks of its parameter files."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(content)
        file.flush()
        files = ParameterFiles(["--params-file", file.name])
        source = files.source_of("models", "/inference_node")
        assert source is None or source == Path(file.name)
        assert isinstance(files.explain_missing_section("/inference_node"), str)
