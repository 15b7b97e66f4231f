# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""1080p with 50 boxes and labels to JPEG ÷ OpenCV's drawing and imencode, same quality; the worse of NV12 and BGR."""

import statistics
from types import SimpleNamespace

import cv2
import numpy as np

from bench.harness import Row, interleave, seconds_per_call, show
from bench.prepare_vs_opencv import HEIGHT, WIDTH, planes_of
from hbm_runtime_core import overlay

BOXES = 50
LABELS = ("person", "bicycle", "car", "motorcycle", "bus", "train", "truck", "traffic light", "stop sign", "dog")
QUALITY = 95  # OpenCV's own, with chroma at half the resolution on both sides
COLORS = [overlay.color_of_class(index)[::-1] for index in range(len(LABELS))]


class Detections(SimpleNamespace):
    """What a decoder returns."""

    def __len__(self) -> int:
        return len(self.boxes)


def detections() -> Detections:
    """Boxes of the sizes that street scenes have."""
    random = np.random.default_rng(3)
    size = (WIDTH, HEIGHT)
    centers = random.uniform(np.multiply(size, 0.1), np.multiply(size, 0.9), (BOXES, 2))
    halves = random.uniform(np.multiply(size, 0.02), np.multiply(size, 0.1), (BOXES, 2))
    return Detections(
        boxes=np.concatenate([centers - halves, centers + halves], 1).astype(np.float32),
        scores=np.linspace(0.95, 0.3, BOXES, dtype=np.float32),
        classes=random.integers(0, len(LABELS), BOXES).astype(np.int32),
        labels=LABELS,
        corners=None,
        keypoints=None,
        masks=None,
    )


def opencv_way(bgr: np.ndarray, found: Detections) -> bytes:
    """Rectangle, filled label and text for each box, as detectors' Python code does it."""
    for box, score, index in zip(found.boxes, found.scores, found.classes):
        left, top, right, bottom = (round(float(side)) for side in box)
        text = f"{LABELS[index]} {score:.2f}"
        cv2.rectangle(bgr, (left, top), (right, bottom), COLORS[index], 3)
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.75, 2)
        cv2.rectangle(bgr, (left, top - height - 6), (left + width, top), COLORS[index], cv2.FILLED)
        cv2.putText(bgr, text, (left, top - 3), cv2.FONT_HERSHEY_SIMPLEX, 0.75, (255, 255, 255), 2, cv2.LINE_AA)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return jpeg.tobytes()


def measure() -> Row:
    cv2.setNumThreads(1)
    noise = np.random.default_rng(0).integers(0, 256, (36, 64, 3), dtype=np.uint8)
    bgr = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    nv12 = np.concatenate([plane.reshape(-1) for plane in planes_of(bgr)]).reshape(HEIGHT * 3 // 2, WIDTH)
    found, canvas = detections(), overlay.Canvas()

    def our_way(picture: np.ndarray, step: int, encoding: str) -> bytes:
        canvas.load(picture, WIDTH, HEIGHT, step, encoding)
        canvas.draw(found)
        return canvas.jpeg(QUALITY)

    sides = {
        "nv12": (
            lambda: our_way(nv12, WIDTH, "nv12"),
            lambda: opencv_way(cv2.cvtColor(nv12, cv2.COLOR_YUV2BGR_NV12), found),
        ),
        "bgr8": (lambda: our_way(bgr, 3 * WIDTH, "bgr8"), lambda: opencv_way(bgr.copy(), found)),
    }
    samples: dict[str, list[float]] = {}
    for encoding, (ours, theirs) in sides.items():
        sizes = len(ours()), len(theirs())
        assert max(sizes) < 1.2 * min(sizes), f"{encoding}: files of {sizes} bytes are not of the same quality"
        _, measured = interleave(lambda: seconds_per_call(ours, 3), lambda: seconds_per_call(theirs, 2))
        samples[encoding] = measured["ratio"]
    samples["ratio"] = max(samples.values(), key=statistics.median)
    value = statistics.median(samples["ratio"])
    return Row("overlay_vs_opencv", value, "ratio", 0.7, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
