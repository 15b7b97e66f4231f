# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's second act: text, page layout and faces in one picture, drawn from the boxes that the node publishes."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from hbm_runtime_core import overlay
from hbm_runtime_ros.group_threads import SpinThread

from .assets import PAGE_SIZE, nv12_to_bgr, write_page
from .detections import detections_of
from .pace import Pace
from .processes import LAUNCH, NODE, ProcessGroup, run, say

PICTURE_FILE = "detections.png"
PARAMETER_FILE = "finding.yaml"
# In the order in which they are drawn.
MODELS = ("layout", "text", "faces")
# Lines of text are many and small: a name at each would hide them.
_UNNAMED = "text"
_CONFIG = Path(__file__).parent / "config"
_RATE_HZ = 1.0
# On a usual PC: until all models have found something, and for one command.
_START_LIMIT_S, _COMMAND_LIMIT_S = 60.0, 30.0
_SHOWN_LINES = 40


class Finds:
    """Listens to the camera and the inference node until every model has looked at one picture.

    It listens in a thread of its own. Use it as a context manager.
    """

    def __init__(self) -> None:
        self._pictures: dict[int, Image] = {}
        self._found: dict[int, dict[str, Detection2DArray]] = defaultdict(dict)
        self._complete: int | None = None
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self._node = rclpy.create_node("finds", context=self._context)
        for model in MODELS:
            self._node.create_subscription(
                Detection2DArray, f"{NODE}/{model}/detections", partial(self._add, model), QoSProfile(depth=5)
            )
        self._node.create_subscription(Image, "/image", self._add_picture, QoSProfile(depth=5))
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self._node)
        self._spinning = SpinThread(executor)

    def __enter__(self) -> Finds:
        self._spinning.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._spinning.stop()
        self._node.destroy_node()
        self._context.try_shutdown()

    @property
    def is_complete(self) -> bool:
        """Whether every model has looked at one picture."""
        return self._complete is not None

    def result(self) -> tuple[Image, dict[str, Detection2DArray]]:
        """The picture that every model has looked at, and what each has found in it."""
        assert self._complete is not None
        return self._pictures[self._complete], self._found[self._complete]

    def _add_picture(self, picture: Image) -> None:
        self._pictures[_nanoseconds(picture)] = picture

    def _add(self, model: str, found: Detection2DArray) -> None:
        stamp = _nanoseconds(found)
        self._found[stamp][model] = found
        if self._complete is None and stamp in self._pictures and len(self._found[stamp]) == len(MODELS):
            self._complete = stamp


def _nanoseconds(message: Any) -> int:
    stamp: int = message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec
    return stamp


class Finding:
    """One run of the act.

    Args:
        folder: for the picture and the nodes' output.
        models: folder of the model files.
        backend: what runs the networks.
        environment: of the nodes.
        pace: how fast this PC is.
    """

    def __init__(self, folder: Path, models: Path, backend: str, environment: Mapping[str, str], pace: Pace) -> None:
        self._folder = folder
        self._models = models
        self._backend = backend
        self._environment = environment
        self._pace = pace

    def run(self) -> dict[str, Any]:
        """Run it, draw the picture and return its summary.

        Raises:
            DemoError: what failed.
            Interrupted: the user has interrupted it.
        """
        say("text, page layout and faces: three networks in one node, on the pictures of one camera")
        shutil.copyfile(_CONFIG / PARAMETER_FILE, self._models / PARAMETER_FILE)
        page = write_page(self._folder / "pictures_of_finding" / "page.png")
        command = [
            *LAUNCH, "act:=finding", f"model_dir:={self._models}", f"input:={page}", f"backend:={self._backend}",
            f"width:={PAGE_SIZE[0]}", f"height:={PAGE_SIZE[1]}", f"rate_hz:={_RATE_HZ / self._pace.slowness:.3f}",
        ]  # fmt: skip
        with (
            Finds() as finds,
            ProcessGroup(command, self._folder / "finding_log.txt", self._environment) as nodes,
        ):
            limit_s = self._pace.limit_s(_START_LIMIT_S)
            nodes.wait_until(lambda: finds.is_complete, limit_s, "not every model found something in one picture")
            picture, found = finds.result()
            self._echo(nodes)
        bgr = nv12_to_bgr(np.frombuffer(picture.data, np.uint8), picture.width, picture.height)
        cv2.imwrite(str(self._folder / PICTURE_FILE), draw(bgr, found))
        names = {
            model: [detection.results[0].hypothesis.class_id for detection in found[model].detections] for model in MODELS
        }
        for model, of in names.items():
            say(f"  found by {model}: {', '.join(f'{of.count(name)} x {name}' for name in dict.fromkeys(of)) or 'nothing'}")
        return names

    def _echo(self, nodes: ProcessGroup) -> None:
        topic = f"{NODE}/faces/detections"
        # Without the daemon, which would outlive the demo.
        command = ["ros2", "topic", "echo", "--once", "--no-daemon", topic, "vision_msgs/msg/Detection2DArray"]
        say(f"  $ {' '.join(command)}")
        code, output = run(command, os.environ, self._pace.limit_s(_COMMAND_LIMIT_S))
        lines = output.rstrip().splitlines()
        if code or "detections:" not in lines:
            raise nodes.failure(f"`{' '.join(command)}` showed no detections, but: {output.rstrip()}")
        # Covariances are zeros, and there are many.
        for line in [line for line in lines if line.strip() != "- 0.0"][:_SHOWN_LINES]:
            say(f"    {line}")


def draw(bgr: npt.NDArray[np.uint8], found: Mapping[str, Detection2DArray]) -> npt.NDArray[np.uint8]:
    """Return a copy of a picture with what each model has found in it."""
    height, width = bgr.shape[:2]
    # One list for all models: each class has a color of its own.
    labels = list(
        dict.fromkeys(detection.results[0].hypothesis.class_id for model in MODELS for detection in found[model].detections)
    )
    drawn = bgr
    for model in MODELS:
        detections = detections_of(found[model], labels, width, height)
        captions = [""] * len(detections) if model == _UNNAMED else []
        drawn = overlay.draw(drawn, detections, captions=captions)
    return drawn
