# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo from packing the networks to the summary: what `make demo` runs."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory

from .contention import PICTURE_FILE as PRIORITY_PICTURE
from .contention import Contention
from .measurements import MEASUREMENTS_FILE
from .networks import (
    ALPHABET_FILE,
    MODEL_FILE,
    PARAMETER_FILE,
    NetworkError,
    pack_arguments,
    read_alphabet,
    write_alphabet,
)
from .parameter_change import set_parameter
from .pictures import PictureError, open_pictures, picture_count
from .process_group import ProcessGroup
from .progress import DemoError, failure, say

_START_LIMIT_S = 60.0
_END_LIMIT_S = 20.0
_PROGRESS_PERIOD_S = 3.0
# Share of the frames before the priority changes: early, for discovery on a busy machine takes its time.
_PRIORITY_CHANGE_AT = 0.2
# Below this share of results the demo has failed: frames went missing.
_LEAST_RESULTS = 0.95


class Demo:
    """One run of the demo. Everything it writes goes to one folder.

    Raises:
        PictureError: there is nothing to look at.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        # Before anything is started: a wrong name is told at once.
        open_pictures(options.input, 64, 36, 1)
        self._options = options
        self._folder: Path = options.output.absolute()
        self._models = self._folder / "models"
        self._log = self._folder / "log.txt"
        self._frames = math.ceil(options.seconds * options.rate)
        pictures = picture_count(options.input)
        # Every still picture is shown once, as long as any other.
        self._frames_per_picture = max(1, math.ceil(self._frames / pictures))
        self._priority_changes: list[dict[str, Any]] = []

    def run(self) -> dict[str, Any]:
        """Run it and return the summary.

        Raises:
            DemoError, NetworkError: what failed.
        """
        self._models.mkdir(parents=True, exist_ok=True)
        for name in ("overlay.png", "summary.json", PRIORITY_PICTURE, MEASUREMENTS_FILE):
            (self._folder / name).unlink(missing_ok=True)
        self._pack()
        started_s = time.monotonic()
        with ProcessGroup(self._launch_command(), self._log, _environment()) as nodes:
            self._watch(nodes)
        measured = self._read_measurements()
        (self._folder / MEASUREMENTS_FILE).unlink()
        say(_progress(measured, self._frames))
        summary = self._summarise(measured, time.monotonic() - started_s)
        self._write(summary)
        self._check(summary)
        summary["contention"] = Contention(self._folder, self._models, _environment()).run()
        self._write(summary)
        return summary

    def _pack(self) -> None:
        say("packing PP-OCRv4: text detector and text recogniser, NV12 inputs, one file")
        packing = subprocess.run(
            [sys.executable, "-m", "hbm_runtime_core.cli", *pack_arguments(self._models / MODEL_FILE)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if packing.returncode:
            raise DemoError(f"hbm pack failed:\n{packing.stdout.rstrip()}")
        write_alphabet(read_alphabet(), self._models / ALPHABET_FILE)
        config = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
        shutil.copyfile(config / PARAMETER_FILE, self._models / PARAMETER_FILE)

    def _launch_command(self) -> list[str]:
        options = self._options
        return [
            "ros2", "launch", "--noninteractive", "hbm_runtime_ros", "demo.launch.py",
            f"model_dir:={self._models}",
            f"output_dir:={self._folder}",
            f"input:={Path(options.input).expanduser().absolute() if options.input else ''}",
            f"rate_hz:={options.rate}",
            f"frames:={self._frames}",
            f"frames_per_picture:={self._frames_per_picture}",
            f"backend:={options.backend}",
        ]  # fmt: skip

    def _watch(self, nodes: ProcessGroup) -> None:
        say("starting the camera, the inference node and the viewer")
        deadline_s = time.monotonic() + _START_LIMIT_S
        told_s = 0.0
        has_begun = False
        while True:
            measured = self._read_measurements()
            frames_sent = measured.get("models", {}).get("detector", {}).get("frames_sent", 0)
            if measured.get("finished"):
                # The launch ends by itself once the viewer has gone.
                nodes.wait(_END_LIMIT_S)
                return
            if nodes.exit_code is not None:
                raise failure("a node ended before the demo was over", self._log)
            if frames_sent and not has_begun:
                has_begun = True
                deadline_s = time.monotonic() + self._options.seconds + _END_LIMIT_S
                say(_device(measured))
                self._say_models(measured)
            if time.monotonic() > deadline_s:
                raise failure(
                    f"no end after {frames_sent} of {self._frames} frames"
                    if has_begun
                    else f"no frame was sent within {_START_LIMIT_S:.0f} s: the nodes did not find each other",
                    self._log,
                )
            if has_begun and time.monotonic() - told_s >= _PROGRESS_PERIOD_S:
                told_s = time.monotonic()
                say(_progress(measured, self._frames))
            if not self._priority_changes and frames_sent >= _PRIORITY_CHANGE_AT * self._frames:
                self._change_priority()
            time.sleep(0.2)

    def _say_models(self, measured: dict[str, Any]) -> None:
        for name, model in measured["models"].items():
            cores = ", ".join(map(str, model.get("bpu_cores", ())))
            say(f"  {name}: {model.get('model_name')} on BPU core {cores}, priority {model.get('priority')}")

    def _change_priority(self) -> None:
        say("while it runs: the recogniser's priority, with ros2 param")
        for value, is_wanted in ((200, True), (300, False)):
            change = set_parameter("recogniser.priority", value)
            say(f"    {change.answer}")
            self._priority_changes.append(change._asdict())
            # A refusal tells the bound; a node that is not found does not.
            if not (change.accepted if is_wanted else "255" in change.answer and not change.accepted):
                wanted = "accepted" if is_wanted else "refused"
                raise failure(f"`{change.command}` should be {wanted}, got: {change.answer}", self._log)

    def _summarise(self, measured: dict[str, Any], elapsed_s: float) -> dict[str, Any]:
        models = measured["models"]
        detector = models["detector"]
        return {
            "backend": measured["backend"],
            "soc": measured["soc"],
            "bpu_core_count": measured["bpu_core_count"],
            "frames_sent": detector["frames_sent"],
            "results": detector["results"],
            "dropped": detector["dropped"],
            "fps": detector["fps"],
            "latency_ms": {name: model["latency_ms"] for name, model in models.items()},
            "models": models,
            "boxes": {name: picture["boxes"] for name, picture in measured["pictures"].items()},
            "texts": {name: picture["texts"] for name, picture in measured["pictures"].items()},
            "priority_changes": self._priority_changes,
            "seconds": round(elapsed_s, 1),
        }

    def _write(self, summary: dict[str, Any]) -> None:
        (self._folder / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n")

    def _check(self, summary: dict[str, Any]) -> None:
        for name, model in summary["models"].items():
            sent, results = model["frames_sent"], model["results"]
            if sent == 0 or results < _LEAST_RESULTS * sent:
                raise failure(
                    f"the {name} gave {results} results for {sent} pictures, expected at least {_LEAST_RESULTS:.0%}; "
                    "is the machine busy? A lower --rate helps",
                    self._log,
                )
        if not (self._folder / "overlay.png").is_file():
            raise failure("the viewer drew no overlay.png", self._log)

    def _read_measurements(self) -> dict[str, Any]:
        try:
            measured: dict[str, Any] = json.loads((self._folder / MEASUREMENTS_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return measured


def _environment() -> dict[str, str]:
    """The environment of the nodes. On the simulator, a camera's rate counts for more than the last digits."""
    return {"HBM_SIM_PRECISION": "fast", **os.environ}


def _device(measured: dict[str, Any]) -> str:
    device = "the simulator" if measured["backend"] == "sim" else "the board's accelerator"
    return f"backend {measured['backend']}: {device}, {measured['soc']} with {measured['bpu_core_count']} BPU cores"


def _progress(measured: dict[str, Any], frames: int) -> str:
    models = measured["models"]
    parts = [
        f"{name} {model['results']} of {model['frames_sent']}, {model['fps']:.1f} fps" for name, model in models.items()
    ]
    boxes = sum(picture["boxes"] for picture in measured["pictures"].values())
    return f"frame {models['detector']['frames_sent']:4} of {frames}: {'; '.join(parts)}; {boxes} text boxes so far"


def _shown(path: Path) -> str:
    """A path as its reader would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="demo", description="Finds and reads text in pictures that travel over ROS 2 as NV12."
    )
    parser.add_argument(
        "--input", default="", metavar="PATH", help="a picture, a folder or a video (default: pictures of scikit-image)"
    )
    parser.add_argument("--output", type=Path, default=Path("out/demo"), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--seconds", type=_positive, default=25.0, help="how long pictures are sent (%(default)s)")
    parser.add_argument("--rate", type=_positive, default=10.5, metavar="HZ", help="pictures a second (%(default)s)")
    parser.add_argument("--backend", choices=("auto", "bpu", "sim"), default="auto", help="what runs the networks")
    return parser.parse_args(arguments)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 where it did all it should."""
    options = parse(arguments)
    # An interrupted demo ends its nodes like any other.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        summary = Demo(options).run()
    except (DemoError, NetworkError, PictureError, subprocess.TimeoutExpired) as error:
        print(f"demo: failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return 130
    for name, texts in summary["texts"].items():
        for text in texts:
            say(f"  read in {name}: {text}")
    files = ("overlay.png", PRIORITY_PICTURE, "summary.json")
    say(f"done: {', '.join(_shown(options.output / file) for file in files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
