# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Curves without a goal: what more cores, more models and larger pictures do. For the plots of `make bench`."""

import argparse
import json
import threading
import time
from pathlib import Path

import cv2
import numpy as np

from bench.harness import pack, seconds_per_call, timed_model
from bench.prepare_vs_opencv import GREY, opencv_way, planes_of
from hbm_runtime_core import HB_HBMRuntime, vision

LATENCY_US = 5000
WINDOW_S = 1.0
CORES = (1, 2, 3, 4)
MODELS = (1, 2, 4, 8)
PICTURES = ((640, 480), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))


def calls_per_second(runtime: HB_HBMRuntime, cores: int) -> float:
    """As many threads as cores, each with a core of its own."""
    x = np.zeros((1, 16), np.float32)
    counts = [0] * cores
    stop = time.perf_counter() + WINDOW_S

    def work(core: int) -> None:
        while time.perf_counter() < stop:
            runtime.run(x, bpu_cores={"model": [core]})
            counts[core] += 1

    workers = [threading.Thread(target=work, args=(core,)) for core in range(cores)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / WINDOW_S


def milliseconds_of_models(models: int) -> float:
    """One call of several models on four cores."""
    runtime = HB_HBMRuntime(pack(*(timed_model(f"model{index}", LATENCY_US) for index in range(models))))
    inputs = {name: {"x": np.zeros((1, 16), np.float32)} for name in runtime.model_names}
    runtime.run(inputs)
    return seconds_per_call(lambda: runtime.run(inputs), 10) * 1000


def prepare_milliseconds() -> dict[str, list[float]]:
    """NV12 pictures of several sizes into 640 × 640 NV12, ours and OpenCV's on one thread."""
    cv2.setNumThreads(1)
    model = {
        "name": "model",
        "inputs": [{"name": "data", "nv12": {"width": 640, "height": 640}}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1]}],
    }
    runtime = HB_HBMRuntime(pack(model))
    inputs = runtime.create_request("model").inputs
    preparation = vision.for_model(runtime, "model", pad_rgb=GREY)
    times: dict[str, list[float]] = {"ours": [], "OpenCV and numpy": []}
    for width, height in PICTURES:
        bgr = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        nv12 = np.concatenate([plane.reshape(-1) for plane in planes_of(bgr)]).reshape(height * 3 // 2, width)
        sides = {
            "ours": lambda: preparation.prepare(nv12, width, height, width, "nv12", inputs),
            "OpenCV and numpy": lambda: opencv_way(cv2.cvtColor(nv12, cv2.COLOR_YUV2BGR_NV12)),
        }
        for name, side in sides.items():
            side()
            times[name].append(seconds_per_call(side, 5) * 1000)
    return times


def measure() -> dict[str, object]:
    runtime = HB_HBMRuntime(pack(timed_model("model", LATENCY_US)))
    calls_per_second(runtime, 1)
    return {
        "cores": {
            "x": list(CORES),
            "measured": [calls_per_second(runtime, cores) for cores in CORES],
            "ideal": [cores * 1e6 / LATENCY_US for cores in CORES],
        },
        "models": {
            "x": list(MODELS),
            "measured": [milliseconds_of_models(models) for models in MODELS],
            "ideal": [-(-models // 4) * LATENCY_US / 1000 for models in MODELS],
        },
        "pictures": {"x": [width * height / 1e6 for width, height in PICTURES], **prepare_milliseconds()},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the curves")
    arguments = parser.parse_args()
    text = json.dumps({"key": "scaling", "curves": measure()}, indent=1)
    if arguments.json:
        arguments.json.write_text(text)
    print(text)
