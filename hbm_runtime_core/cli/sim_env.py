# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm sim-env`: how to compile, link and run C and C++ programs on the simulator."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path
from typing import Any

from .. import _native
from ..environment import VARIABLES
from ..whole_file import write_whole_text
from .arguments import add_json
from .console import print_json
from .errors import InputError, UsageError

# Next to the compiled module, not next to this file: Python may have found the sources of a checkout first.
_PACKAGE = Path(_native.__file__).parent

LIBRARIES = ("libdnn.so", "libhbucp.so")
_SOC = VARIABLES["HBM_SIM_SOC"]

_EPILOG = """\
examples:
  cc $(hbm sim-env --cflags) main.c $(hbm sim-env --libs) -o main
  eval "$(hbm sim-env --env)" && ./main
  hbm sim-env --soc s100 --cmake sim.cmake && cmake -S . -B build -DCMAKE_PROJECT_INCLUDE=$PWD/sim.cmake
"""


class SimulatorNotInstalled(RuntimeError):
    """This installation has no simulator."""


def include_dir() -> Path:
    """The folder that holds `hobot/dnn/hb_dnn.h`."""
    return _PACKAGE / "include"


def library_dir() -> Path:
    """The folder that holds the simulator's libdnn.so and libhbucp.so."""
    return _PACKAGE / "simulator" / "lib"


def include_dirs() -> list[Path]:
    """Where programs look for the headers: as `hobot/dnn/hb_dnn.h`, as `dnn/hb_dnn.h`, and as `hb_dnn.h`."""
    include = include_dir()
    return [include, include / "hobot", include / "hobot" / "dnn"]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "sim-env",
        help="print the flags to compile, link and run C programs on the simulator",
        description="Print what a C or C++ program written for the board needs to run on the simulator.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("--cflags", action="store_true", help="compile flags")
    parser.add_argument("--libs", action="store_true", help="link flags")
    parser.add_argument("--env", action="store_true", help="shell lines that let a program find the libraries")
    parser.add_argument("--cmake", metavar="FILE", help="write a file for -DCMAKE_PROJECT_INCLUDE=FILE (full path)")
    parser.add_argument("--soc", choices=_SOC.choices, help="with --cmake, --env: the board (default: HBM_SIM_SOC, or s600)")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    include, libraries = include_dir(), library_dir()
    for path in (include / "hobot" / "dnn" / "hb_dnn.h", *(libraries / name for name in LIBRARIES)):
        if not path.is_file():
            raise SimulatorNotInstalled(
                f"this installation of hbm_runtime_core has no simulator: {path} is missing; "
                "install it on the PC (pip install hbm_runtime_core)"
            )
    selected = [name for name in ("cflags", "libs", "env", "cmake") if getattr(options, name)]
    if options.json and selected:
        raise UsageError(f"--{selected[0]} cannot be combined with --json, which prints everything")
    if options.soc and not {"env", "cmake"} & set(selected):
        raise UsageError("--soc is ignored without --cmake or --env; remove it")
    cflags = " ".join(f"-I{shlex.quote(str(folder))}" for folder in include_dirs())
    libs = f"-L{shlex.quote(str(libraries))} -ldnn -lhbucp"
    env = f"export LD_LIBRARY_PATH={shlex.quote(str(libraries))}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
    if options.soc:
        env += f"\nexport HBM_SIM_SOC={options.soc}"
    if options.json:
        print_json({"cflags": cflags, "libs": libs, "env": env, "library_dir": str(libraries)})
        return 0
    if options.cmake:
        _write_cmake(Path(options.cmake), options.soc or _soc_of_environment())
    flags = [text for name, text in (("cflags", cflags), ("libs", libs)) if name in selected]
    if flags:
        print(" ".join(flags))
    if options.env:
        print(env)
    if not selected:
        print(f"compile: {cflags}\nlink:    {libs}\nrun:     {env}")
    return 0


def _soc_of_environment() -> str:
    value = os.environ.get(_SOC.name, "")
    problem = _SOC.problem(value)
    if problem:
        raise UsageError(problem)
    return value or _SOC.default


def _write_cmake(path: Path, soc: str) -> None:
    template = Path(__file__).with_name("simulator.cmake").read_text(encoding="utf-8")
    text = (
        template.replace("@INCLUDE_DIRS@", " ".join(f"[==[{folder}]==]" for folder in include_dirs()))
        .replace("@LIBRARY_DIR@", f"[==[{library_dir()}]==]")
        .replace("@SOC@", soc)
    )
    try:
        write_whole_text(path, text)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
