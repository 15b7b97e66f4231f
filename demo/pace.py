# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How fast this PC is, measured before anything is shown: the camera's rate and every limit of time follow from it."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .processes import DemoError, run, say

# More than this looks no better.
_FASTEST_HZ = 10.5
# Share of the processors' time that the networks may take; the rest is for the camera, the node, the viewer and bursts.
_NETWORK_SHARE = 0.6
# How long a usual PC takes to load a network. One that takes longer gets as much more time for all else.
_USUAL_LOADING_S = 1.5
_WARM_UP_RUNS, _MEASURED_RUNS = 1, 4
# Nothing that works takes so long.
_LIMIT_S = 600.0
# The shortest time in which a recogniser can read a page of text, line by line, and the most frames for one line.
_LEAST_FRAMES_PER_PICTURE = 9
_MOST_FRAMES_PER_LINE = 3


@dataclass(frozen=True)
class Pace:
    """What was measured.

    Attributes:
        detector_ms: one inference of the text detector.
        recogniser_ms: one inference of the text recogniser.
        slowness: how many times longer this PC takes than a usual one, at least 1. Limits of time grow with it.
    """

    detector_ms: float
    recogniser_ms: float
    slowness: float

    def limit_s(self, usual_s: float) -> float:
        """How long something may take on this PC that never takes longer than `usual_s` on a usual one."""
        return usual_s * self.slowness

    def rate_hz(self) -> float:
        """Pictures per second that this PC has time for."""
        frame_ms = self.detector_ms + self.recogniser_ms / _MOST_FRAMES_PER_LINE
        return min(_FASTEST_HZ, float(f"{_NETWORK_SHARE * 1000 / frame_ms:.2g}"))


@dataclass(frozen=True)
class Schedule:
    """How many pictures are shown at which rate.

    Attributes:
        frames_per_picture: how many frames each still picture is shown for.
        frames_per_line: the recogniser gets a line of text with every so many frames.
    """

    rate_hz: float
    frames: int
    frames_per_picture: int
    frames_per_line: int


def schedule(rate_hz: float, seconds: float, pictures: int) -> Schedule:
    """Show each of `pictures` equally long, for `seconds` in all, or longer where that is too short to read them."""
    wanted = math.ceil(seconds * rate_hz / pictures)
    frames_per_picture = max(_LEAST_FRAMES_PER_PICTURE, wanted)
    frames_per_line = min(_MOST_FRAMES_PER_LINE, frames_per_picture // (_LEAST_FRAMES_PER_PICTURE - 1))
    return Schedule(rate_hz, frames_per_picture * pictures, frames_per_picture, frames_per_line)


def measure(model_file: Path, backend: str, environment: Mapping[str, str]) -> Pace:
    """Run each network of the first act a few times, as the node will.

    Raises:
        DemoError: a network does not run.
    """
    began_s = time.monotonic()
    times_ms = {}
    for model in ("text_detector", "text_recogniser"):
        command = [
            sys.executable, "-m", "hbm_runtime_core.cli", "perf", str(model_file), "--model", model, "--json",
            "--warm-up", str(_WARM_UP_RUNS), "--frames", str(_MEASURED_RUNS),
        ]  # fmt: skip
        code, output = run(command, {**environment, "HBM_RUNTIME_BACKEND": backend}, _LIMIT_S)
        if code:
            raise DemoError(f"`{' '.join(command)}` failed with exit code {code}:\n{output.rstrip()}")
        times_ms[model] = json.loads(output[output.index("{") :])["latency_us"]["mean"] / 1000
    runs = _WARM_UP_RUNS + _MEASURED_RUNS
    loading_s = (time.monotonic() - began_s - runs * sum(times_ms.values()) / 1000) / len(times_ms)
    return Pace(times_ms["text_detector"], times_ms["text_recogniser"], max(1.0, loading_s / _USUAL_LOADING_S))


def choose_rate(pace: Pace, wanted_hz: float | None) -> float:
    """Return the rate that the user wants, or one that this PC has time for; say which and why."""
    possible_hz = pace.rate_hz()
    times = f"on this PC the detector takes {pace.detector_ms:.0f} ms and the recogniser {pace.recogniser_ms:.0f} ms"
    if wanted_hz is None:
        why = "as many as look smooth" if possible_hz == _FASTEST_HZ else f"which takes {_NETWORK_SHARE:.0%} of its time"
        say(f"{times}: {possible_hz:g} pictures per second, {why}")
        return possible_hz
    say(f"{times}: it has time for {possible_hz:g} pictures per second, and {wanted_hz:g} are wanted")
    if wanted_hz > possible_hz:
        say("warning: pictures may go without a result; a lower RATE (--rate) helps")
    return wanted_hz
