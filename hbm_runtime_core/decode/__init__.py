# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model outputs into boxes, classes, masks and text, in pixels of the source picture. Native, without the GIL.

    from hbm_runtime_core import HB_HBMRuntime, decode, vision

    runtime = HB_HBMRuntime("yolo11n.hbm")
    decoder = decode.for_model(runtime, "yolo11n")
    found = decoder.decode(runtime.run(picture)["yolo11n"])
    for box, score, index in zip(found.boxes, found.scores, range(len(found))):
        print(found.label(index), score, box)

Outputs are read as the device leaves them: integers with one scale or one per channel, padded rows, NHWC and NCHW. Scores
are compared with the threshold as integers, and only what is at or above it is dequantized; the result is the same, bit for
bit, as that of dequantizing everything first.
"""

from .decoder import Decoder, for_model
from .families import FAMILIES
from .results import Classification, Detections, Segmentation, TextLine

__all__ = ["FAMILIES", "Classification", "Decoder", "Detections", "Segmentation", "TextLine", "for_model"]
