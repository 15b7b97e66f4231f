# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm info`: what is inside model files."""

from __future__ import annotations

import argparse
import os
from typing import Any

from ..packer import PackFileError, read_package
from .arguments import add_json
from .console import print_json
from .model_table import describe_package, package_json
from .runtime_facts import describe_runtime, runtime_json

_ELF_MAGIC = b"\x7fELF"


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "info",
        help="show the models of a file: names, shapes, types, strides, quantisation",
        description="Show what is inside model files. A simulated file is read without any library; "
        "one that was compiled for a BPU is read through the board's libraries.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("files", nargs="+", metavar="MODEL.hbm")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    facts: list[Any] = []
    for path in options.files:
        if _is_compiled_for_a_bpu(path):
            facts.append(runtime_json(path) if options.json else describe_runtime(path))
        else:
            package = read_package(path, programs=False)
            facts.append(package_json(package, path) if options.json else describe_package(package, path))
    if options.json:
        print_json(facts[0] if len(facts) == 1 else facts)
    else:
        print("\n\n".join(facts))
    return 0


def _is_compiled_for_a_bpu(path: str | os.PathLike[str]) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(len(_ELF_MAGIC)) == _ELF_MAGIC
    except FileNotFoundError:
        raise PackFileError(f"no such model file: {path}") from None
