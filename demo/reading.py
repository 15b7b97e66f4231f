# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's first act: a camera, the inference node with two networks, and a viewer that reads the text in the pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from .measurements import MEASUREMENTS_FILE
from .pace import Pace, Schedule
from .processes import LAUNCH, ProcessGroup, say, set_parameter

OVERLAY_FILE = "overlay.png"
PARAMETER_FILE = "reading.yaml"
# On a usual PC: until the nodes have found each other, until a picture or a result comes, and for one command.
_START_LIMIT_S, _SILENCE_LIMIT_S, _COMMAND_LIMIT_S = 60.0, 20.0, 30.0
# Pictures and results come at least once in so many periods of the camera.
_SILENT_PERIODS = 20
_PROGRESS_PERIOD_S = 3.0
# Share of the frames before the priority changes: early, for discovery on a busy machine takes its time.
_PRIORITY_CHANGE_AT = 0.2
# Below this share of results the user is warned.
_USUAL_RESULTS = 0.95


class Reading:
    """One run of the act.

    Args:
        folder: for the picture, the measurements and the nodes' output.
        models: folder of the model files and their parameters.
        pictures: what the camera shows.
        backend: as of inference.launch.py.
        environment: of the nodes.
    """

    def __init__(self, folder: Path, models: Path, pictures: Path, backend: str, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._models = models
        self._pictures = pictures
        self._backend = backend
        self._environment = environment
        self._priority_changes: list[dict[str, Any]] = []

    def run(self, pace: Pace, schedule: Schedule) -> dict[str, Any]:
        """Run it and return the summary.

        Raises:
            DemoError: what failed.
            Interrupted: the user has interrupted it.
        """
        began_s = time.monotonic()
        with ProcessGroup(self._launch_command(pace, schedule), self._folder / "log.txt", self._environment) as nodes:
            self._watch(nodes, pace, schedule)
            measured = self._read_measurements()
            say(_progress(measured, schedule))
            self._check(nodes, measured["models"])
        (self._folder / MEASUREMENTS_FILE).unlink()
        return {**self._summarise(measured), "seconds": round(time.monotonic() - began_s, 1)}

    def _launch_command(self, pace: Pace, schedule: Schedule) -> list[str]:
        return [
            *LAUNCH, "act:=reading",
            f"model_dir:={self._models}",
            f"output_dir:={self._folder}",
            f"input:={self._pictures}",
            f"rate_hz:={schedule.rate_hz:.3f}",
            f"frames:={schedule.frames}",
            f"frames_per_picture:={schedule.frames_per_picture}",
            f"frames_per_line:={schedule.frames_per_line}",
            f"patience_s:={max(pace.limit_s(2.0), _SILENT_PERIODS / 4 / schedule.rate_hz):.1f}",
            f"backend:={self._backend}",
        ]  # fmt: skip

    def _watch(self, nodes: ProcessGroup, pace: Pace, schedule: Schedule) -> None:
        say("starting the camera, the inference node and the viewer")
        nodes.wait_until(
            lambda: _pictures_sent(self._read_measurements()) > 0,
            pace.limit_s(_START_LIMIT_S),
            "the nodes did not find each other: no picture was sent",
        )
        measured = self._read_measurements()
        self._say_models(measured)
        silence_limit_s = max(pace.limit_s(_SILENCE_LIMIT_S), _SILENT_PERIODS / schedule.rate_hz)
        told_s = 0.0
        while not measured.get("finished"):
            if time.monotonic() - told_s >= _PROGRESS_PERIOD_S:
                told_s = time.monotonic()
                say(_progress(measured, schedule))
            if not self._priority_changes and _pictures_sent(measured) >= _PRIORITY_CHANGE_AT * schedule.frames:
                self._change_priority(nodes, pace)
            nodes.wait_until(
                partial(self._is_news, _counts(measured)),
                silence_limit_s,
                f"neither a picture nor a result came after {_pictures_sent(measured)} of {schedule.frames} pictures",
            )
            measured = self._read_measurements()

    def _is_news(self, before: tuple[int, int]) -> bool:
        measured = self._read_measurements()
        return bool(measured.get("finished")) or _counts(measured) != before

    def _say_models(self, measured: dict[str, Any]) -> None:
        device = "the simulator" if measured["backend"] == "sim" else "the board's accelerator"
        say(f"backend {measured['backend']}: {device}, {measured['soc']} with {measured['bpu_core_count']} BPU cores")
        for name, model in measured["models"].items():
            cores = ", ".join(map(str, model.get("bpu_cores", ())))
            say(f"  {name}: {model.get('model_name')} on BPU core {cores}, priority {model.get('priority')}")

    def _change_priority(self, nodes: ProcessGroup, pace: Pace) -> None:
        say("while it runs: the recogniser's priority, with ros2 param")
        for value, is_wanted in ((200, True), (300, False)):
            change = set_parameter("recogniser.priority", value, pace.limit_s(_COMMAND_LIMIT_S))
            say(f"    {change.answer}")
            self._priority_changes.append(change._asdict())
            # A refusal names the bound; a node that is not found does not.
            if not (change.accepted if is_wanted else "255" in change.answer and not change.accepted):
                wanted = "accepted" if is_wanted else "refused"
                raise nodes.failure(f"`{change.command}` should be {wanted}, got: {change.answer}")

    def _check(self, nodes: ProcessGroup, models: dict[str, Any]) -> None:
        for name, model in models.items():
            sent, results = model["frames_sent"], model["results"]
            if sent and not results:
                raise nodes.failure(f"the {name} gave no result for {sent} pictures")
            if results < _USUAL_RESULTS * sent:
                say(
                    f"warning: the {name} gave {results} results for {sent} pictures: the PC was busier than when the "
                    "networks were measured; the other pictures were replaced by newer ones, as on a robot"
                )
        if not (self._folder / OVERLAY_FILE).is_file():
            raise nodes.failure(f"the viewer drew no {OVERLAY_FILE}")

    def _summarise(self, measured: dict[str, Any]) -> dict[str, Any]:
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
        }

    def _read_measurements(self) -> dict[str, Any]:
        try:
            measured: dict[str, Any] = json.loads((self._folder / MEASUREMENTS_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return measured


def _pictures_sent(measured: dict[str, Any]) -> int:
    sent: int = measured["models"]["detector"]["frames_sent"] if measured else 0
    return sent


def _counts(measured: dict[str, Any]) -> tuple[int, int]:
    """Pictures and lines that were sent so far, and results of both models."""
    models = measured.get("models", {}).values()
    return sum(model["frames_sent"] for model in models), sum(model["results"] for model in models)


def _progress(measured: dict[str, Any], schedule: Schedule) -> str:
    models = measured["models"]
    parts = [
        f"{name} {model['results']} of {model['frames_sent']}, {model['fps']:.1f} fps" for name, model in models.items()
    ]
    boxes = sum(picture["boxes"] for picture in measured["pictures"].values())
    return f"picture {_pictures_sent(measured):4} of {schedule.frames}: {'; '.join(parts)}; {boxes} text boxes so far"
