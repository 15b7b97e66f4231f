# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lets a device and a camera fail in many ways, and repeats each recording that the node makes of it.

Started by `make recordings`. The exit code is 0 if every recording reproduces its error.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from bench.harness import pack
from bench.ros_graph import Graph

_FUNCTIONS = ("hbDNNInferV2", "hbUCPSubmitTask", "hbUCPWaitTaskDone")
_CODES = (-100001, -200003, -400001)
_TIMEOUT_MS = 50
_WIDTH, _HEIGHT = 64, 48
_PATIENCE_S = 30.0
_PERIOD_S = 0.02
# Of the frames before an error, a few are enough.
_SECONDS = 0.3


def _good() -> Image:
    picture = Image(width=_WIDTH, height=_HEIGHT, encoding="nv12", step=_WIDTH)
    picture.data.frombytes(np.random.default_rng().integers(16, 235, _WIDTH * _HEIGHT * 3 // 2, np.uint8).tobytes())
    return picture


def _changed(**fields: Any) -> Callable[[], Image]:
    def make() -> Image:
        picture = _good()
        for name, value in fields.items():
            setattr(picture, name, value)
        return picture

    return make


# Name of a model, the rule of its faults, and the pictures that it gets.
_FAILURES: dict[str, tuple[str, Callable[[], Image]]] = {
    **{
        f"{function.lower()}_{-code}": (f"{function}:fail={code}:every=2", _good)
        for function in _FUNCTIONS
        for code in _CODES
    },
    "late": (f"hbUCPWaitTaskDone:delay_ms={3 * _TIMEOUT_MS}:every=2", _good),
    "encoding": ("", _changed(encoding="unknown")),
    "truncated": ("", _changed(height=2 * _HEIGHT)),
    "empty": ("", _changed(width=0)),
}


def main() -> int:
    """Return 0 if every recording reproduces its error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="recordings (default: 100)")
    arguments = parser.parse_args()
    with Graph() as graph:
        files = _record(graph, arguments.count)
        with ThreadPoolExecutor(2) as workers:
            results = list(workers.map(_replay, files))
    errors = Counter(error for error, _ in results)
    for error, count in sorted(errors.items()):
        print(f"{count:4} x {error}")
    problems = [problem for _, problem in results if problem]
    print("\n".join(problems))
    print(f"{len(files) - len(problems)} of {len(files)} recordings reproduce their error")
    return int(bool(problems) or len(files) < arguments.count)


def _record(graph: Graph, count: int) -> list[Path]:
    """Let a node fail until it has made `count` recordings, one after another."""
    folder = graph.folder / "recordings"
    file = pack(*(_model(name) for name in _FAILURES))
    models = {
        name: {"file": file, "model_name": name, "input_topic": f"/{name}/image", "reliability": "reliable", "depth": 10}
        for name in _FAILURES
    }
    models["late"]["timeout_ms"] = _TIMEOUT_MS
    recorder = {"directory": str(folder), "seconds": _SECONDS, "interval_s": 0.0, "most_files": 1000}
    rules = [f"{rule}:model={name}" for name, (rule, _) in _FAILURES.items() if rule]
    graph.inference_node({"HBM_SIM_FAULTS": ",".join(rules)}, **models, recorder=recorder)
    rclpy.init(args=[])
    node = rclpy.create_node("failing_cameras")
    try:
        cameras = {name: node.create_publisher(Image, f"/{name}/image", QoSProfile(depth=10)) for name in _FAILURES}
        found: list[Path] = []
        while len(found) < count:
            name = list(_FAILURES)[len(found) % len(_FAILURES)]
            found.append(_fail(node, cameras[name], _FAILURES[name][1], folder, name, set(found)))
        return found
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def _model(name: str) -> dict[str, Any]:
    """A timed model that gives its input back."""
    return {
        "name": name,
        "timing": {"latency_us": 500},
        "inputs": [{"name": "data", "nv12": {"width": _WIDTH, "height": _HEIGHT}}],
        "outputs": [
            {"name": "luma", "dtype": "U8", "shape": [1, _HEIGHT, _WIDTH, 1], "fill": {"kind": "copy", "input": "data_y"}}
        ],
    }


def _fail(node: Any, camera: Any, make: Callable[[], Image], folder: Path, model: str, known: set[Path]) -> Path:
    """Publish pictures until the model has a recording that is not `known`."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline_s:
        picture = make()
        picture.header.stamp = node.get_clock().now().to_msg()
        camera.publish(picture)
        time.sleep(_PERIOD_S)
        for file in sorted(folder.glob(f"recording_*_{model}_*.mcap")):
            if file not in known:
                return file
    raise TimeoutError(f"model '{model}' has not failed within {_PATIENCE_S:.0f} s")


def _replay(file: Path) -> tuple[str, str]:
    """Return the error of a recording, and why it is not reproduced, empty where it is."""
    done = subprocess.run(["hbm", "replay", "--json", str(file)], capture_output=True, text=True)
    if not done.stdout:
        return "", f"{file.name}: {done.stderr}"
    facts = json.loads(done.stdout)
    errors = [frame["text"] for frame in facts["frames"] if "the same error" in frame["text"]]
    text = errors[-1].partition(": ")[2] if errors else ""
    reproduced = done.returncode == 0 and facts["reproduced"] and errors
    return text[:100], "" if reproduced else f"{file.name}: {done.stdout}{done.stderr}"


if __name__ == "__main__":
    sys.exit(main())
