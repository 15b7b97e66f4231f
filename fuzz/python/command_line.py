# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command `hbm` with any words as its arguments: it ends with an exit code and one line, never with a traceback."""

from __future__ import annotations

import argparse
import io
import os
import re
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from pathlib import Path

os.environ["HBM_RUNTIME_BACKEND"] = "sim"

from hypothesis import given
from hypothesis import strategies as st

from fuzz.make_seeds import model_files
from hbm_runtime_core.cli import main
from hbm_runtime_core.cli.main import COMMANDS, build_parser

# What `hbm` raises itself, and shows as one line; whatever else is a fault that has no text of its own.
_FAULTS = re.compile(
    r"hbm: error: (\w*(Key|Index|Attribute|Assertion|Unbound|Recursion|Zero|Unicode|Overflow)\w*Error|'\w+'|list index)"
)


@lru_cache(maxsize=1)
def _options() -> tuple[str, ...]:
    words = set()
    for action in build_parser()._subparsers._group_actions:  # type: ignore[union-attr]
        for parser in (action.choices or {}).values():  # type: ignore[union-attr]
            assert isinstance(parser, argparse.ArgumentParser)
            words.update(parser._option_string_actions)
    # They run for as long as they are asked to.
    return tuple(sorted(words - {"--duration", "--runs", "--warmup", "--watch"}))


@lru_cache(maxsize=1)
def _files() -> tuple[str, ...]:
    folder = Path(tempfile.mkdtemp(prefix="hbm-fuzz-"))
    for name, data in (*model_files(), ("empty", b""), ("text", b"{}"), ("elf", b"\x7fELF"), ("junk", bytes(range(256)))):
        (folder / f"{name}.hbm").write_bytes(data)
    (folder / "spec.json").write_text('{"models": [{"name": "m", "inputs": [], "outputs": []}]}')
    return tuple(sorted(str(path) for path in folder.iterdir()))


_COMMANDS = tuple(command.__name__.rpartition(".")[2].replace("_", "-") for command in COMMANDS)
_WORDS = st.one_of(
    st.deferred(lambda: st.sampled_from(_options())),
    st.deferred(lambda: st.sampled_from(_files())),
    st.sampled_from(
        [
            "0",
            "-1",
            "1e999",
            "nan",
            "1,2,3",
            "x=y",
            "x=1",
            "int8:scale=0.05",
            "int8:scale=",
            "/dev/null",
            "/",
            "NHWC",
            "all",
            "--",
        ]
    ),
    st.text(max_size=5).filter(lambda text: "\0" not in text),
)


@given(
    st.one_of(st.just(("info",)), st.sampled_from(_COMMANDS).map(lambda name: (name,)), st.just(())),
    st.lists(_WORDS, max_size=6),
)
def execute(command: tuple[str, ...], words: list[str]) -> None:
    """Run the command in this process."""
    errors = io.StringIO()
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # what it writes, it writes here
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(errors):
                code = main([*command, *words])
        finally:
            os.chdir(before)
    text = errors.getvalue()
    assert code in (0, 1, 2), code
    assert code != 2 or text, "wrong usage without a message"
    assert "Traceback" not in text and not _FAULTS.search(text), text
