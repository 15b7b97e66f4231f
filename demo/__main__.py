# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs all acts: what `make demo` and `scripts/demo` start in the environment of env.sh."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hbm_runtime_core.whole_file import write_whole_text

from .processes import DemoError, Interrupted, notice_interrupts, run, say

SUMMARY_FILE = "summary.json"
TEXT_FILE = "ppocr_v4.hbm"
# Of networks.MODEL_FILES.
MODEL_FILES = (TEXT_FILE, "page_layout.hbm", "faces_centerface.hbm")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="demo", description="Finds and reads text in pictures that travel over ROS 2 as NV12."
    )
    parser.add_argument(
        "--input", default="", metavar="PATH", help="a picture, a folder or a video (default: pictures of scikit-image)"
    )
    parser.add_argument("--output", type=Path, default=Path("out/demo"), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument(
        "--seconds", type=_positive, default=25.0,
        help="how long pictures are sent, at least; a slow PC takes longer to read them (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--rate", type=_positive, metavar="HZ", help="pictures per second (default: as many as this PC has time for)"
    )
    parser.add_argument("--backend", choices=("auto", "bpu", "sim"), default="auto", help="what runs the networks")
    return parser.parse_args(arguments)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
    return value


def perform(options: argparse.Namespace) -> dict[str, Any]:
    """Run all acts and return the summary, which is also written to a file.

    Raises:
        DemoError: what failed.
        Interrupted: the user has interrupted it.
    """
    # Imported late: an interrupt is noticed from the first moment on.
    from hbm_runtime_ros.image_source import PictureError, open_pictures, picture_files

    from . import assets, contention, finding, measurements, pace, reading

    # Before anything is started: a wrong name is reported at once.
    if options.input:
        try:
            open_pictures(options.input, 64, 36, 1)
        except PictureError as error:
            raise DemoError(str(error)) from None
    folder = options.output.absolute()
    models = folder / "models"
    models.mkdir(parents=True, exist_ok=True)
    pictures_made = (reading.OVERLAY_FILE, finding.PICTURE_FILE, contention.PICTURE_FILE)
    for name in (*pictures_made, SUMMARY_FILE, measurements.MEASUREMENTS_FILE):
        (folder / name).unlink(missing_ok=True)
    pictures = Path(options.input).expanduser().absolute() if options.input else assets.write_pictures(folder / "pictures")
    # On the simulator, a camera's rate counts for more than the last digits.
    environment = {"HBM_SIM_PRECISION": "fast", **os.environ, "PYTHONPATH": _python_path()}

    _pack(models, environment)
    measured = pace.measure(models / TEXT_FILE, options.backend, environment)
    rate_hz = pace.choose_rate(measured, options.rate)
    plan = pace.schedule(rate_hz, options.seconds, len(picture_files(pictures)))
    act = reading.Reading(folder, models, pictures, options.backend, environment)
    summary = act.run(measured, plan)
    _write(folder / SUMMARY_FILE, summary)
    summary["found"] = finding.Finding(folder, models, options.backend, environment, measured).run()
    _write(folder / SUMMARY_FILE, summary)
    summary["contention"] = contention.Contention(folder, models, environment, measured).run()
    _write(folder / SUMMARY_FILE, summary)
    return summary


def _python_path() -> str:
    """The nodes of the demo are modules of this checkout. Appended, so that installed packages are preferred."""
    checkout = str(Path(__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), checkout)))


def _pack(models: Path, environment: dict[str, str]) -> None:
    from . import networks, reading

    for name in MODEL_FILES:
        say(f"packing {', '.join(network.model for network in networks.MODEL_FILES[name])}: NV12 inputs, {name}")
        command = [sys.executable, "-m", "hbm_runtime_core.cli", *networks.pack_arguments(models / name)]
        code, output = run(command, environment, limit_s=600)
        if code:
            raise DemoError(f"hbm pack failed with exit code {code}:\n{output.rstrip()}")
    shutil.copyfile(Path(__file__).parent / "config" / reading.PARAMETER_FILE, models / reading.PARAMETER_FILE)


def _write(file: Path, summary: dict[str, Any]) -> None:
    write_whole_text(file, json.dumps(summary, indent=1, ensure_ascii=False) + "\n")


def _shown(path: Path) -> str:
    """A path as its reader would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 where all acts ran, 130 where the user has interrupted them."""
    notice_interrupts()
    options = parse(arguments)
    try:
        summary = perform(options)
    except DemoError as error:
        print(f"demo: failed: {error}", file=sys.stderr)
        return 1
    except Interrupted:
        print("demo: interrupted", file=sys.stderr)
        return 130
    for name, texts in summary["texts"].items():
        for text in texts:
            say(f"  read in {name}: {text}")
    files = ("overlay.png", "detections.png", "priority.png", SUMMARY_FILE)
    say(f"done: {', '.join(_shown(options.output / file) for file in files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
