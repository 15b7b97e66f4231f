# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm sim-env`: how to compile, link and run C programs on the simulator."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from .. import _native
from .arguments import add_json
from .console import print_json

# Beside the compiled module, and not beside this file: Python may have found the sources of a checkout first.
_PACKAGE = Path(_native.__file__).parent


class SimulatorNotInstalled(RuntimeError):
    """This installation has no simulator."""


def include_dir() -> Path:
    """The folder that holds `hobot/dnn/hb_dnn.h`."""
    return _PACKAGE / "include"


def library_dir() -> Path:
    """The folder that holds the simulator's libdnn.so and libhbucp.so."""
    return _PACKAGE / "simulator" / "lib"


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "sim-env",
        help="print the flags to compile, link and run C programs on the simulator",
        description="Print what a C or C++ program written for the board needs to run on the simulator.",
        epilog="example: cc $(hbm sim-env --cflags) main.c $(hbm sim-env --libs) -o main && "
        'eval "$(hbm sim-env --env)" && ./main',
    )
    parser.set_defaults(run=run)
    parser.add_argument("--cflags", action="store_true", help="compile flags")
    parser.add_argument("--libs", action="store_true", help="link flags")
    parser.add_argument("--env", action="store_true", help="shell line that lets a program find the libraries")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    include, libraries = include_dir(), library_dir()
    for path in (include / "hobot" / "dnn" / "hb_dnn.h", libraries / "libdnn.so", libraries / "libhbucp.so"):
        if not path.is_file():
            raise SimulatorNotInstalled(
                f"this installation of hbm_runtime_core has no simulator: {path} is missing; "
                "install it on the PC (pip install hbm_runtime_core), or build with -DHBM_BUILD_SIMULATOR=ON"
            )
    cflags = f"-I{shlex.quote(str(include))}"
    libs = f"-L{shlex.quote(str(libraries))} -ldnn -lhbucp"
    env = f"export LD_LIBRARY_PATH={shlex.quote(str(libraries))}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
    if options.json:
        print_json({"cflags": cflags, "libs": libs, "env": env, "library_dir": str(libraries)})
    elif options.cflags or options.libs or options.env:
        flags = [text for wanted, text in ((options.cflags, cflags), (options.libs, libs)) if wanted]
        if flags:
            print(" ".join(flags))
        if options.env:
            print(env)
    else:
        print(f"compile: {cflags}\nlink:    {libs}\nrun:     {env}")
    return 0
