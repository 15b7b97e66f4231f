# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per frame of the node, YOLO11 at 640×640, 50 boxes: detections and annotations ÷ the raw result alone."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from foxglove_msgs.msg import ImageAnnotations
from vision_msgs.msg import Detection2DArray

from bench.harness import Row, pack, show
from bench.ros_graph import SIDE, Graph, affordable_rate, cpu_seconds

RATE_HZ = 40  # for both together
SECONDS = 3
ROUNDS = 9
CLASSES, BINS, OBJECTS = 80, 16, 50
SCALE = 0.125  # of a step of the outputs
NOTHING, SURE = -96, 24  # logits of -12 and 3


def yolo11(folder: Path) -> dict[str, Any]:
    """A timed model with the six int8 outputs of a YOLO11 for the boards, in which there are always the same objects."""
    random = np.random.default_rng(5)
    outputs = []
    for stride in (8, 16, 32):
        grid = SIDE // stride
        classes = np.full((1, grid, grid, CLASSES), NOTHING, np.int8)
        sides = np.zeros((1, grid, grid, 4 * BINS), np.int8)
        if stride == 8:
            cells = random.choice((grid // 3) ** 2, OBJECTS, replace=False)
            rows, columns = np.divmod(cells, grid // 3)
            classes[0, 3 * rows + 1, 3 * columns + 1, random.integers(0, CLASSES, OBJECTS)] = SURE
            for side in range(4):  # each reaches to its neighbor
                sides[0, 3 * rows + 1, 3 * columns + 1, side * BINS + 1] = 127
        for kind, values in (("classes", classes), ("boxes", sides)):
            file = folder / f"{kind}_{stride}.npy"
            np.save(file, values)
            outputs.append(
                {
                    "name": f"{kind}_{stride}",
                    "dtype": "S8",
                    "shape": list(values.shape),
                    "quantization": {"scale": SCALE},
                    "fill": {"kind": "file", "path": str(file)},
                }
            )
    inputs = [{"name": "data", "nv12": {"width": SIDE, "height": SIDE}}]
    return {"name": "yolo11", "timing": {"latency_us": 5000}, "inputs": inputs, "outputs": outputs}


def measure() -> Row:
    model = pack(yolo11(Path(tempfile.mkdtemp(prefix="hbm-bench-"))))
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "rate_hz": []}
    common = {"file": model, "decoder": "auto"}
    with Graph() as graph:
        nodes = [
            graph.inference_node(decoded={**common, "input_topic": "/decoded/image"}),
            graph.inference_node(raw={**common, "input_topic": "/raw/image", "result_topic": "/raw/result"}),
        ]
        topic = "/hbm_inference/decoded"
        others = {f"{topic}/detections": Detection2DArray, f"{topic}/annotations": ImageAnnotations}
        sink = graph.sink("/raw/result", others=others)
        camera = graph.camera("/decoded/image", "/raw/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ, results_per_picture=1.5)
        for _ in range(ROUNDS):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                camera.answer()
                taken = sink.take()
            decoded, raw = used[0] / len(taken[f"{topic}/detections"]), used[1] / len(taken["/raw/result"])
            samples["ours"].append(decoded)
            samples["peer"].append(raw)
            samples["ratio"].append(decoded / raw)
            samples["rate_hz"].append(rate_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_decoded_cpu", value, "ratio", 1.1, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
