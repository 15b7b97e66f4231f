# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""1080p to letterboxed 640×640 NV12 planes ÷ the same with OpenCV and numpy on one thread; the worse of NV12 and BGR."""

import statistics

import cv2
import numpy as np

from bench.harness import Row, interleave, pack, seconds_per_call, show
from hbm_runtime_core import HB_HBMRuntime, vision

WIDTH, HEIGHT, SIDE = 1920, 1080, 640
GREY = (114, 114, 114)


def planes_of(bgr: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """BGR to NV12 planes, as programs for the board do it: through I420, then interleaved."""
    height, width = bgr.shape[:2]
    i420 = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).reshape(-1)
    luma = width * height
    chroma = np.empty(luma // 2, np.uint8)
    chroma[0::2] = i420[luma : luma * 5 // 4]
    chroma[1::2] = i420[luma * 5 // 4 :]
    return i420[:luma].reshape(1, height, width, 1), chroma.reshape(1, height // 2, width // 2, 2)


def opencv_way(bgr: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Resize, pad, convert."""
    height = SIDE * HEIGHT // WIDTH
    small = cv2.resize(bgr, (SIDE, height), interpolation=cv2.INTER_LINEAR)
    border = (SIDE - height) // 2
    return planes_of(cv2.copyMakeBorder(small, border, border, 0, 0, cv2.BORDER_CONSTANT, value=GREY))


def measure() -> Row:
    cv2.setNumThreads(1)
    noise = np.random.default_rng(0).integers(0, 256, (36, 64, 3), dtype=np.uint8)
    bgr = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    nv12 = np.concatenate([plane.reshape(-1) for plane in planes_of(bgr)]).reshape(HEIGHT * 3 // 2, WIDTH)
    model = {
        "name": "model",
        "inputs": [{"name": "data", "nv12": {"width": SIDE, "height": SIDE}}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1]}],
    }
    runtime = HB_HBMRuntime(pack(model))
    request = runtime.create_request("model")
    preparation = vision.for_model(runtime, "model", pad_rgb=GREY)
    sides = {
        "nv12": (
            lambda: preparation.prepare(nv12, WIDTH, HEIGHT, WIDTH, "nv12", request.inputs),
            lambda: opencv_way(cv2.cvtColor(nv12, cv2.COLOR_YUV2BGR_NV12)),
        ),
        "bgr8": (
            lambda: preparation.prepare(bgr, WIDTH, HEIGHT, WIDTH * 3, "bgr8", request.inputs),
            lambda: opencv_way(bgr),
        ),
    }
    samples: dict[str, list[float]] = {}
    for encoding, (ours, theirs) in sides.items():
        ours()
        for name, plane in zip(("data_y", "data_uv"), theirs()):
            difference = np.abs(request.inputs[name].astype(int) - plane).mean()
            assert difference < 4, f"{encoding} {name}: the two sides differ by {difference:.2f} on average"
        _, measured = interleave(lambda: seconds_per_call(ours, 5), lambda: seconds_per_call(theirs, 2))
        samples[encoding] = measured["ratio"]
    samples["ratio"] = max(samples.values(), key=statistics.median)
    value = statistics.median(samples["ratio"])
    return Row("prepare_vs_opencv", value, "ratio", 0.25, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
