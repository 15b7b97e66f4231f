# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm replay`: repeats what the node has recorded, on the simulator."""

from __future__ import annotations

import argparse
from typing import Any

from .arguments import add_json, integer
from .console import print_json, warn
from .errors import InputError

_EPILOG = """\
examples:
  hbm replay recording_20260131T120000.000000_detector_timeout.mcap
  hbm replay recording.mcap --model-file detector.hbm --frame 1234
"""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "replay",
        help="repeat the frames of a recording of the node: the same bytes, or the same error",
        description="Repeat the frames of a recording of the ROS node on the simulator, and compare their outputs, or their "
        "errors. The exit code is 0 if all ended as they did on the robot.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("file", metavar="RECORDING.mcap")
    parser.add_argument("--model-file", metavar="MODEL.hbm", help="the model (default: the file that the recording names)")
    parser.add_argument("--frame", type=integer(0), metavar="N", help="only the frame of this number")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    try:
        import mcap  # noqa: F401
    except ImportError:
        raise InputError("mcap is not installed; install it with: pip install mcap") from None
    try:
        from hbm_runtime_ros.replay import Replay
    except ImportError as error:
        raise InputError(
            f"hbm_runtime_ros is not installed; install it with colcon, and source the setup file of its workspace ({error})"
        ) from None
    replay = Replay(options.file, options.model_file, warn)
    description = replay.recording.description
    repeated = []
    for frame in replay.frames(options.frame):
        repeated.append(frame)
        if not options.json:
            print(f"frame {frame.sequence}: {frame.text}", flush=True)
    different = [frame for frame in repeated if frame.reproduced is False]
    compared = [frame for frame in repeated if frame.reproduced is not None]
    reproduced = bool(compared) and not different
    if options.json:
        frames = [{"sequence": each.sequence, "reproduced": each.reproduced, "text": each.text} for each in repeated]
        facts = {key: description[key] for key in ("name", "reason", "node", "file", "versions")}
        print_json({**facts, "reproduced": reproduced, "frames": frames})
    elif compared:
        print(
            f"model '{description['name']}', recorded because of '{description['reason']}': "
            + (f"{len(compared)} frames reproduced" if reproduced else f"{len(different)} of {len(compared)} frames differ")
        )
    else:
        print(f"model '{description['name']}': none of the {len(repeated)} frames can be repeated")
    return 0 if reproduced else 1
