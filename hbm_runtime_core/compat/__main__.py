# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`python3 -m hbm_runtime_core.compat PROGRAM.py [ARGUMENT ...]`: runs a program written for the vendor's module."""

from __future__ import annotations

import os
import runpy
import shlex
import sys
from collections.abc import Sequence

from . import directory

USAGE = f"""\
usage: python3 -m hbm_runtime_core.compat PROGRAM.py [ARGUMENT ...]

Runs PROGRAM.py; its `import hbm_runtime` finds hbm_runtime_core. The same for a whole shell:
    export PYTHONPATH={shlex.quote(directory())}${{PYTHONPATH:+:$PYTHONPATH}}
"""


def main(arguments: Sequence[str]) -> None:
    """Run the program as Python itself would: its folder first in the path, its name in sys.argv[0]."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, end="", file=sys.stdout if arguments else sys.stderr)
        sys.exit(0 if arguments else 2)
    program = arguments[0]
    if not os.path.isfile(program):
        print(f"hbm_runtime_core.compat: no such program: {program}", file=sys.stderr)
        sys.exit(2)
    sys.argv = list(arguments)
    # Python has put the folder in which it was started first.
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    sys.path.insert(1, directory())
    # So that Python processes which the program starts find it, too.
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([directory(), inherited] if inherited else [directory()])
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
