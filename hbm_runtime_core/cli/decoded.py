# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm run --decode`: what a model has found, as text and as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..whole_file import whole_file
from .arguments import fraction
from .console import table
from .errors import InputError, UsageError

if TYPE_CHECKING:
    from .. import HB_HBMRuntime
    from ..decode import Classification, Detections, Segmentation
    from ..decode.decoder import Result
    from .picture_file import PictureFile

_OPTIONS = ("decoder", "labels", "confidence", "iou", "draw")


def add_decode_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("results")
    group.add_argument(
        "--decode",
        action="store_true",
        help="print boxes, classes or text, in pixels of the picture that was given, and draw them into a copy of it",
    )
    group.add_argument(
        "--decoder", metavar="FAMILY", help="such as yolov8 (default: what the model file says, else recognized by outputs)"
    )
    group.add_argument("--labels", metavar="FILE", help="names of the classes, one per line (default: of the model file)")
    group.add_argument("--confidence", type=fraction, metavar="C", help="least score of a result, 0 to 1")
    group.add_argument(
        "--draw",
        metavar="FILE.jpg",
        help="the copy with the results drawn into it (default: PICTURE.decoded.jpg in this folder; with --json none)",
    )
    group.add_argument("--iou", type=fraction, metavar="IOU", help="greatest overlap of two boxes that are kept, 0 to 1")


def check_decode_options(options: argparse.Namespace) -> None:
    """Refuse options that have no effect.

    Raises:
        UsageError: an option of the decoder without --decode.
    """
    for name in _OPTIONS:
        if getattr(options, name) is not None and not options.decode:
            raise UsageError(f"--{name} is ignored because nothing is decoded; add --decode, or remove it")


def decode_outputs(
    runtime: HB_HBMRuntime,
    model: str,
    outputs: Mapping[str, np.ndarray],
    picture: PictureFile | None,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """The results of one run, for JSON. They are drawn into a copy of the picture as well.

    Args:
        picture: that the model was run on, if it was one.

    Raises:
        InputError: no decoder fits the model, an option does not fit it, or the drawing cannot be written.
        UsageError: there is no picture to draw into.
    """
    from .. import decode

    if options.draw and picture is None:
        raise UsageError("--draw needs a picture to draw into; give --input PICTURE, or remove it")
    try:
        decoder = decode.for_model(
            runtime,
            model,
            options.decoder or "auto",
            confidence=options.confidence,
            iou=options.iou,
            labels=options.labels,
        )
        result = decoder.decode(outputs, picture.transform if picture else None)
    except ValueError as error:
        raise InputError(str(error)) from None
    facts = {"family": decoder.family, "task": decoder.task, "recognized": decoder.how_recognized}
    if picture is not None and (options.draw or not options.json):
        facts["drawing"] = options.draw or f"{Path(picture.path).stem}.decoded.jpg"
        _draw(result, picture, facts["drawing"])
    if isinstance(result, decode.Detections):
        return {**facts, "width": result.width, "height": result.height, "detections": _detections(result)}
    if isinstance(result, decode.Classification):
        return {**facts, "classes": _classes(result)}
    if isinstance(result, decode.Segmentation):
        return {**facts, "areas": _areas(result)}
    return {**facts, "text": result.text, "score": result.score}


def _draw(result: Result, picture: PictureFile, path: str) -> None:
    from ..overlay import Canvas

    canvas = Canvas()
    canvas.load_compressed(picture.data)
    canvas.draw(result)
    try:
        with whole_file(path) as stream:
            stream.write(canvas.jpeg())
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None


def _detections(found: Detections) -> list[dict[str, Any]]:
    return [
        {
            "class": int(found.classes[i]),
            "label": found.label(i),
            "score": float(found.scores[i]),
            "box": _rounded(found.boxes[i]),
            **({} if found.corners is None else {"corners": _rounded(found.corners[i])}),
            **({} if found.keypoints is None else {"keypoints": _rounded(found.keypoints[i])}),
            **({} if found.masks is None else {"mask_pixels": int((found.masks[i] >= 128).sum())}),
        }
        for i in range(len(found))
    ]


def _classes(found: Classification) -> list[dict[str, Any]]:
    return [
        {"class": int(found.classes[i]), "label": found.label(i), "score": float(found.scores[i])} for i in range(len(found))
    ]


def _areas(found: Segmentation) -> list[dict[str, Any]]:
    classes, counts = np.unique(found.class_map, return_counts=True)
    names = [found.labels[index] if index < len(found.labels) else str(index) for index in classes]
    return [
        {"class": int(index), "label": name, "share": float(count / found.class_map.size)}
        for index, name, count in zip(classes, names, counts)
    ]


def _rounded(values: np.ndarray) -> list[Any]:
    rounded: list[Any] = np.round(values.astype(np.float64), 2).tolist()
    return rounded


def results_text(facts: Mapping[str, Any]) -> str:
    """The results as a table."""
    lines = [facts["recognized"], *([f"drawn into {facts['drawing']}"] if "drawing" in facts else [])]
    if "detections" in facts:
        lines.append(f"{len(facts['detections'])} found in {facts['width']}x{facts['height']} pixels")
        rows = [["class", "score", "left", "top", "right", "bottom"]]
        rows += [
            [found["label"], f"{found['score']:.3f}", *(f"{edge:.1f}" for edge in found["box"])]
            for found in facts["detections"]
        ]
        lines += _table(rows)
    elif "classes" in facts:
        lines += _table([["class", "score"], *([found["label"], f"{found['score']:.4f}"] for found in facts["classes"])])
    elif "areas" in facts:
        lines += _table([["class", "share"], *([area["label"], f"{area['share']:.1%}"] for area in facts["areas"])])
    else:
        lines.append(f"{facts['text']!r}, score {facts['score']:.3f}")
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    return [table([list(row) for row in rows], right=tuple(range(1, len(rows[0]))))] if len(rows) > 1 else []
