# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm info`: what is inside model files."""

from __future__ import annotations

import argparse
from typing import Any

from ..packer import read_package
from .arguments import add_json
from .console import print_json
from .file_kind import is_simulated_file, refuse_foreign_file
from .model_table import describe_package, package_json
from .runtime_facts import describe_runtime, runtime_json


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "info",
        help="show the models of a file: names, shapes, types, strides, quantization",
        description="Show what is inside model files. A simulated file is read without any library;\n"
        "one that was compiled for a BPU is read through the board's libraries.",
        epilog="examples:\n  hbm info det.hbm\n  hbm info det.hbm net.hbm --json\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("files", nargs="+", metavar="MODEL.hbm")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    facts: list[Any] = []
    for path in options.files:
        if is_simulated_file(path):
            package = read_package(path, programs=False)
            facts.append(package_json(package, path) if options.json else describe_package(package, path))
        else:
            refuse_foreign_file(path)
            facts.append(runtime_json(path) if options.json else describe_runtime(path))
    if options.json:
        print_json(facts[0] if len(facts) == 1 else facts)
    else:
        print("\n\n".join(facts))
    return 0
