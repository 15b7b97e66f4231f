# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Selects the command, and reports every failure as one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from . import doctor, info, pack, perf, replay, run, sim_env
from .arguments import Parser, join_lists
from .console import fail
from .errors import UsageError

COMMANDS = (info, run, perf, pack, replay, sim_env, doctor)

EXIT_FAILED = 1
EXIT_USAGE = 2
_EXIT_INTERRUPTED = 130


def build_parser() -> Parser:
    parser = Parser(
        prog="hbm",
        description="Models for D-Robotics BPUs: inspect, run, measure, and pack them for the simulator.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage. HBM_TRACEBACK=1 shows the traceback of a failure.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hbm` with these arguments; returns the exit code."""
    code = _run(argv)
    try:
        sys.stdout.flush()
    except OSError as error:
        # Keep Python from reporting it at exit. A reader that has closed the pipe (`hbm info ... | head`) is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if code == 0 and not isinstance(error, BrokenPipeError):
            fail(f"cannot write the output: {error.strerror}")
        return EXIT_FAILED
    return code


def _run(argv: Sequence[str] | None) -> int:
    arguments = join_lists(sys.argv[1:] if argv is None else argv, "--bpu-cores")
    parser = build_parser()
    try:
        if arguments[:1] == ["pack"]:
            options = pack.parse(parser, arguments)
        else:
            options = parser.parse_args(arguments)
        return options.run(options)
    except SystemExit as leaving:  # argparse: --help, or wrong usage
        return leaving.code if isinstance(leaving.code, int) else EXIT_FAILED
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_FAILED
    except (argparse.ArgumentTypeError, UsageError) as error:
        fail(str(error))
        return EXIT_USAGE
    except Exception as error:
        if os.environ.get("HBM_TRACEBACK") == "1":
            raise
        # Errors of files name them.
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            fail(f"cannot write the output: {error.strerror}")
        else:
            fail(str(error) or type(error).__name__)
        return EXIT_FAILED
