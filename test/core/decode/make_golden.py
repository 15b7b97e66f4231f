# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Make the golden files: what the original programs find in the raw outputs of their own networks.

The networks are built from the programs' own descriptions with random weights, so nothing that anybody trained is needed.
The last convolution of each branch of a head is scaled until its values spread as those of a trained network do. Values are
rounded where they leave that convolution (scores to float32, all others to float16), so that a file holds exactly what the
original decoder has read. Nothing of the programs is part of the files but the numbers that they computed.

It is run by hand, in an environment of its own, which the tests do not need:

    python3 -m venv golden && golden/bin/pip install torch==2.14.1 torchvision==0.29.1 ultralytics==8.4.190
    golden/bin/pip install --no-deps yolov5==7.0.14 pandas seaborn tqdm "setuptools<80"
    golden/bin/python test/core/decode/make_golden.py [FAMILY ...]
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

FOLDER = Path(__file__).parent / "golden"
CLASSES = 5
CONFIDENCE = 0.25
MAX_DETECTIONS = 300
#: Sizes of pictures, with odd ones, whose boxes the original maps back from a letterbox.
PICTURE_SIZES = (
    *((1280, 720), (640, 480), (1920, 1080), (720, 1280), (160, 128), (320, 256), (80, 64), (641, 479), (1279, 721)),
    *(
        (333, 777),
        (777, 333),
        (101, 99),
        (99, 101),
        (53, 211),
        (1, 1),
        (3, 2),
        (17, 400),
        (1001, 1003),
        (255, 255),
        (959, 541),
    ),
)
#: family -> (description of the network, width and height of its input, IoU)
FAMILIES: dict[str, tuple[str, int, int, float]] = {
    "yolov5": ("yolov5n{}.yaml", 160, 128, 0.45),
    "yolov8": ("yolov8n{}.yaml", 160, 128, 0.70),
    "yolov10": ("yolov10n{}.yaml", 160, 96, 0.70),
    "yolo11": ("yolo11n{}.yaml", 128, 96, 0.70),
    "yolo12": ("yolo12n{}.yaml", 96, 64, 0.70),
    "yolo26": ("yolo26n{}.yaml", 128, 160, 0.70),
}
TASKS: dict[str, tuple[str, ...]] = {"yolov5": ("detect", "seg"), "yolov10": ("detect",)}
ALL_TASKS = ("detect", "seg", "pose", "obb")


def spread_values(convolution: nn.Conv2d, values: torch.Tensor, mean: float, deviation: float) -> None:
    """Scale a convolution so that its output, which was `values`, has this mean and deviation in each channel."""
    axes = (0, 2, 3)
    factor = deviation / values.std(axes).clamp(min=1e-6)
    convolution.weight.data *= factor[:, None, None, None]
    convolution.bias.data = mean + factor * (convolution.bias.data - values.mean(axes))


class Recorder:
    """Rounds what leaves the last convolutions of a head, and keeps it."""

    def __init__(self) -> None:
        self.outputs: dict[str, np.ndarray] = {}
        self._handles: list[Any] = []

    def record(self, name: str, module: nn.Module, dtype: torch.dtype) -> None:
        def hook(_module: nn.Module, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
            rounded = output.to(dtype)
            self.outputs[name] = rounded[0].permute(1, 2, 0).contiguous().numpy()
            return rounded.float()

        self._handles.append(module.register_forward_hook(hook))

    def quantize(self, name: str, module: nn.Module, dtype: type, scale: float) -> None:
        def hook(_module: nn.Module, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
            limits = np.iinfo(dtype)
            integers = np.clip(np.rint(output.numpy() / np.float32(scale)), limits.min, limits.max).astype(dtype)
            self.outputs[name] = integers[0].transpose(1, 2, 0).copy()
            self.outputs[name + "_scale"] = np.float32(scale)
            return torch.from_numpy(integers.astype(np.float32) * np.float32(scale))

        self._handles.append(module.register_forward_hook(hook))


def picture(width: int, height: int, seed: int) -> torch.Tensor:
    """Noise with large and small structure."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, height // 16, width // 16, generator=generator)
    fine = torch.rand(1, 3, height, width, generator=generator)
    return (nn.functional.interpolate(coarse, (height, width), mode="bilinear") + fine) / 2


def settle(network: nn.Module, image: torch.Tensor) -> nn.Module:
    """Give all normalizations the statistics of this picture; with random weights alone, the values die out layer by layer."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    network.train()
    network(torch.cat([image, image.flip(3)]))
    return network.eval()


def last_convolutions(head: nn.Module, task: str) -> dict[str, list[nn.Conv2d]]:
    """The last convolutions of each branch that the head uses without training, one per stride."""
    chosen = {"cls": "cv3", "box": "cv2", "extra": "cv4_kpts" if hasattr(head, "cv4_kpts") else "cv4"}
    prefix = "one2one_" if head.end2end else ""
    return {
        branch: [part if isinstance(part, nn.Conv2d) else part[-1] for part in getattr(head, prefix + name)]
        for branch, name in chosen.items()
        if hasattr(head, prefix + name)
    }


def spread_head(network: nn.Module, image: torch.Tensor, branches: dict[str, list[nn.Conv2d]], spread: dict) -> None:
    seen: dict[nn.Module, torch.Tensor] = {}
    handles = [
        layer.register_forward_hook(lambda module, _inputs, output: seen.__setitem__(module, output.detach()))
        for layers in branches.values()
        for layer in layers
    ]
    network(image)
    for handle in handles:
        handle.remove()
    for branch, layers in branches.items():
        for layer in layers:
            spread_values(layer, seen[layer], *spread[branch])


def ultralytics_golden(family: str, task: str, seed: int, *, size: tuple[int, int] | None = None, integers: bool = False):
    from ultralytics.nn.tasks import DetectionModel, OBBModel, PoseModel, SegmentationModel
    from ultralytics.utils import nms, ops

    description, width, height, iou = FAMILIES[family]
    width, height = size or (width, height)
    make = {"detect": DetectionModel, "seg": SegmentationModel, "pose": PoseModel, "obb": OBBModel}[task]
    torch.manual_seed(seed)
    classes = 1 if task == "pose" else CLASSES
    name = description.format("" if task == "detect" else "-" + task)
    image = picture(width, height, seed)
    network = settle(make(name, ch=3, nc=classes, verbose=False), image)
    head = network.model[-1]
    if family in ("yolov10", "yolo26"):
        # The head that needs no suppression; without this, the original takes the other one.
        head.end2end = True
    bins = head.reg_max > 1
    spread = {
        "cls": (-5.5, 1.6) if integers else (-3.0, 1.5),
        # Without bins, a wide spread would give boxes with negative sides.
        "box": (0.0, 2.5) if bins else (4.0, 0.7),
        "extra": {"seg": (0.0, 1.0), "pose": (0.0, 1.5), "obb": (0.3, 1.0)}.get(task),
    }
    branches = last_convolutions(head, task)
    recorder = Recorder()
    spread_head(network, image, branches, spread)
    for branch, layers in branches.items():
        for index, layer in enumerate(layers):
            if integers:
                # Scores keep 32 bits, as boards give them, so that no two are equal.
                dtype, scale = (np.int32, 2.0**-24) if branch == "cls" else (np.int8, 1 / 13)
                recorder.quantize(f"{branch}{index}", layer, dtype, scale)
            else:
                recorder.record(f"{branch}{index}", layer, torch.float32 if branch == "cls" else torch.float16)
    if task == "seg":
        recorder.record("prototypes", head.proto, torch.float16)
    decoded = network(image)[0]
    prototypes = None
    if task == "seg":
        decoded, prototypes = decoded
    golden: dict[str, Any] = dict(recorder.outputs)
    if not integers:
        golden["export"] = decoded[0].numpy()
    (found,) = nms.non_max_suppression(
        decoded.clone(),
        CONFIDENCE,
        iou,
        max_det=MAX_DETECTIONS,
        nc=classes,
        rotated=task == "obb",
        end2end=head.end2end,
    )
    golden["boxes"], golden["scores"], golden["classes"] = (
        found[:, :4].numpy(),
        found[:, 4].numpy(),
        found[:, 5].int().numpy(),
    )
    if task == "seg":
        masks = ops.process_mask(prototypes[0], found[:, 6:], found[:, :4], (height, width))
        golden["masks"], golden["masks_shape"] = np.packbits(masks.numpy()), np.array(masks.shape)
    if task == "pose":
        golden["keypoints"] = found[:, 6:].reshape(-1, *head.kpt_shape).numpy()
    if task == "obb":
        rotated = torch.cat([found[:, :4], found[:, 6:7]], 1)
        golden["corners"] = ops.xywhr2xyxyxyxy(rotated).numpy()
        golden["angles"] = found[:, 6].numpy()
    if task == "detect" and not integers:
        golden["picture_sizes"] = np.array(PICTURE_SIZES)
        golden["picture_boxes"] = np.stack(
            [ops.scale_boxes((height, width), found[:, :4].clone(), (size[1], size[0])).numpy() for size in PICTURE_SIZES]
        )
    return golden | {"width": width, "height": height, "confidence": CONFIDENCE, "iou": iou}


def yolov5_golden(task: str, seed: int) -> dict[str, Any]:
    import yolov5
    from yolov5.models.yolo import DetectionModel, SegmentationModel
    from yolov5.utils.general import non_max_suppression
    from yolov5.utils.segment.general import process_mask

    description, width, height, iou = FAMILIES["yolov5"]
    models = Path(yolov5.__file__).parent / "models"
    torch.manual_seed(seed)
    if task == "seg":
        network = SegmentationModel(models / "segment" / description.format("-seg"), nc=CLASSES)
    else:
        network = DetectionModel(models / description.format(""), nc=CLASSES)
    image = picture(width, height, seed)
    head = settle(network, image).model[-1]
    spread_head(network, image, {"map": list(head.m)}, {"map": (0.0, 1.5)})
    for layer in head.m:
        # Three anchors, each with four numbers of the box, the object's score, the classes' and the mask's coefficients.
        layer.bias.data.view(head.na, head.no)[:, 4] -= 2.5
    recorder = Recorder()
    for index, layer in enumerate(head.m):
        recorder.record(f"map{index}", layer, torch.float32)
    if task == "seg":
        recorder.record("prototypes", head.proto, torch.float16)
    outputs = network(image)
    decoded = outputs[0]
    (found,) = non_max_suppression(
        decoded.clone(), CONFIDENCE, iou, max_det=MAX_DETECTIONS, nm=head.nm if task == "seg" else 0
    )
    golden: dict[str, Any] = dict(recorder.outputs)
    golden |= {"export": decoded[0].numpy(), "anchors": np.array(network.yaml["anchors"], np.float32).reshape(3, 3, 2)}
    golden["boxes"], golden["scores"], golden["classes"] = (
        found[:, :4].numpy(),
        found[:, 4].numpy(),
        found[:, 5].int().numpy(),
    )
    if task == "seg":
        masks = process_mask(outputs[1][0], found[:, 6:], found[:, :4], (height, width))
        golden["masks"], golden["masks_shape"] = np.packbits(masks.bool().numpy()), np.array(masks.shape)
    return golden | {"width": width, "height": height, "confidence": CONFIDENCE, "iou": iou}


@torch.inference_mode()
def main() -> None:
    made_by = f"ultralytics {version('ultralytics')}, yolov5 {version('yolov5')}, torch {version('torch')}"
    FOLDER.mkdir(exist_ok=True)
    chosen = sys.argv[1:] or list(FAMILIES)
    jobs = [(family, task) for family in FAMILIES for task in TASKS.get(family, ALL_TASKS)]
    for seed, (family, task) in enumerate(jobs):
        if family not in chosen:
            continue
        golden = yolov5_golden(task, seed) if family == "yolov5" else ultralytics_golden(family, task, seed)
        save(f"{family}_{task}", golden, made_by)
    if "yolo11" in chosen:
        save("yolo11_detect_640_int8", ultralytics_golden("yolo11", "detect", 99, size=(640, 640), integers=True), made_by)


def save(name: str, golden: dict[str, Any], made_by: str) -> None:
    scores = np.sort(golden["scores"])
    assert len(scores) > 5, f"{name}: too few detections to prove anything"
    assert np.unique(scores).size == len(scores), f"{name}: two detections have one score, so that their order is open"
    assert np.abs(scores - golden["confidence"]).min() > 1e-5, f"{name}: a score lies on the threshold"
    np.savez_compressed(FOLDER / f"{name}.npz", made_by=made_by, **golden)
    print(f"{name}: {len(scores)} detections, {(FOLDER / f'{name}.npz').stat().st_size} bytes")


if __name__ == "__main__":
    main()
