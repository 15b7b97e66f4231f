# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm doctor`: what is installed, which backend is used, and what is wrong."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from .arguments import add_json
from .console import print_json
from .diagnosis import FAILED, diagnose

_MARKS = {"ok": "ok     ", "note": "-      ", "warning": "WARNING", "failed": "FAILED "}


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor",
        help="check the installation: backend, libraries, ROS, this machine",
        description="Check everything that running a model and the node need. The exit code is 1 where no model can run.",
    )
    parser.set_defaults(run=run)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    checks = list(diagnose())
    failed = [check for check in checks if check.status == FAILED]
    if options.json:
        print_json({"usable": not failed, "checks": [asdict(check) for check in checks]})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            print(f"{_MARKS[check.status]}  {check.name.ljust(width)}  {check.detail}")
            if check.remedy:
                print(f"{'':{len(_MARKS['ok']) + width + 4}}-> {check.remedy}")
        print("no model can run; see above" if failed else "models can run")
    return 1 if failed else 0
