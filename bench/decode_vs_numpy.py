# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoding a YOLO11 (640×640, six int8 outputs, 300 boxes above the threshold, NMS) ÷ the same in careful numpy."""

import math

import numpy as np

from bench.harness import Row, interleave, seconds_per_call, show
from bench.yolo_outputs import BOX_SCALE, CLASS_SCALE, CLASSES, CONFIDENCE, IOU, STRIDES, decoder_and_outputs

BINS = np.arange(16, dtype=np.float32)
RAW_THRESHOLD = math.ceil(math.log(CONFIDENCE / (1 - CONFIDENCE)) / CLASS_SCALE)


def numpy_way(outputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes, scores and classes: integers are compared, and only what is above the threshold is dequantized."""
    boxes, scores, classes = [], [], []
    for index, stride in enumerate(STRIDES):
        raw = outputs[f"cls{index}"]
        width = raw.shape[2]
        flat = raw.reshape(-1, CLASSES)
        cells = np.unique(np.flatnonzero(flat >= RAW_THRESHOLD) // CLASSES)
        best = flat[cells].argmax(1)
        scores.append(1 / (1 + np.exp(flat[cells, best] * -CLASS_SCALE)))
        classes.append(best)
        bins = outputs[f"box{index}"].reshape(-1, 4, 16)[cells] * BOX_SCALE
        weights = np.exp(bins - bins.max(2, keepdims=True))
        sides = (weights @ BINS) / weights.sum(2)
        center = np.stack([cells % width, cells // width], 1) + np.float32(0.5)
        boxes.append(np.hstack([center - sides[:, :2], center + sides[:, 2:]]) * stride)
    box, score, label = np.concatenate(boxes), np.concatenate(scores), np.concatenate(classes)
    order = np.argsort(-score, kind="stable")
    box, score, label = box[order], score[order], label[order]
    kept = suppress(box, label)[:300]
    return np.clip(box[kept], 0, 640), score[kept], label[kept]


def suppress(box: np.ndarray, label: np.ndarray) -> np.ndarray:
    """NMS by class on boxes that are ordered by score: all overlaps at once, then one pass over the rows."""
    low = np.maximum(box[:, None, :2], box[None, :, :2])
    high = np.minimum(box[:, None, 2:], box[None, :, 2:])
    common = np.maximum(high - low, 0).prod(2)
    area = (box[:, 2:] - box[:, :2]).prod(1)
    covers = (common > IOU * (area[:, None] + area[None] - common)) & (label[:, None] == label[None])
    stays = np.ones(len(box), bool)
    for index in np.flatnonzero(covers.sum(1) > 1):
        if stays[index]:
            stays[index + 1 :] &= ~covers[index, index + 1 :]
    return np.flatnonzero(stays)


def measure() -> Row:
    decoder, outputs = decoder_and_outputs()
    found = decoder.decode(outputs)
    boxes, scores, classes = numpy_way(outputs)
    assert found.classes.tolist() == classes.tolist(), "the two sides find different objects"
    assert np.abs(found.boxes - boxes).max() < 1e-3 and np.abs(found.scores - scores).max() < 1e-5
    value, samples = interleave(
        lambda: seconds_per_call(lambda: decoder.decode(outputs), 20),
        lambda: seconds_per_call(lambda: numpy_way(outputs), 4),
    )
    return Row("decode_vs_numpy", value, "ratio", 0.1, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
