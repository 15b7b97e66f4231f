# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A model for each kind of input, and its parameters in the node of these tests."""

from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model

PLANES = {"y": [1, MODEL_HEIGHT, MODEL_WIDTH, 1], "uv": [1, MODEL_HEIGHT // 2, MODEL_WIDTH // 2, 2]}
FLOAT_PICTURE = {"dtype": "float32", "shape": [1, 3, MODEL_HEIGHT, MODEL_WIDTH]}
FEATURES = {"dtype": "float32", "shape": [1, 8]}

SHARED_TOPIC = "/shared/image"


def nv12(name):
    return {"name": name, "nv12": {"width": MODEL_WIDTH, "height": MODEL_HEIGHT}}


def copy_of(name, **port):
    return {"name": name, **port, "fill": {"kind": "copy", "input": name}}


def model(name, inputs, outputs):
    return {"name": name, "timing": {"latency_us": 1000}, "inputs": inputs, "outputs": outputs}


def stereo(name):
    luma = {"dtype": "uint8", "shape": PLANES["y"]}
    return model(name, [nv12("left"), nv12("right")], [copy_of("left_y", **luma), copy_of("right_y", **luma)])


MODELS = (
    *(echo_model(name) for name in ("plain", "compressed", "changing", "hbmem", "first", "second", "third")),
    model("normalised", [{"name": "image", **FLOAT_PICTURE}], [copy_of("image", **FLOAT_PICTURE)]),
    model("features", [{"name": "features", **FEATURES}], [copy_of("features", **FEATURES)]),
    model(
        "mixed",
        [nv12("camera"), {"name": "features", **FEATURES}],
        [copy_of("camera_y", dtype="uint8", shape=PLANES["y"]), copy_of("features", **FEATURES)],
    ),
    *(stereo(name) for name in ("stereo_latest", "stereo_exact", "stereo_approximate")),
)
PARAMETERS = {
    "compressed": {"input_topic": "/compressed/image/compressed"},
    "hbmem": {"input_topic": "/hbmem_img"},
    "first": {"input_topic": SHARED_TOPIC},
    "second": {"input_topic": SHARED_TOPIC},
    "third": {"input_topic": SHARED_TOPIC, "depth": 3},
    "normalised": {
        "frame_id": "no_name",
        "resize": "stretch",
        "interpolation": "nearest",
        "region": [8, 4, 128, 96],
        "color_order": "bgr",
        "mean": [10, 20, 30],
        "scale": [0.5, 0.25, 0.125],
    },
    "mixed": {
        "inputs": ["camera", "lidar"],
        "camera": {"input_topic": "/mixed/image"},
        "lidar": {"input_topic": "/mixed/lidar", "tensors": ["features"]},
    },
}


def parameters_of(name):
    values = {"file": "models.hbm", "model_name": name, "reliability": "reliable", "depth": 10}
    if name.startswith("stereo"):
        sides = {side: {"input_topic": f"/{name}/{side}"} for side in ("left", "right")}
        sync = {"inputs": ["left", "right"], "sync": name.removeprefix("stereo_"), "slop_ms": 10, "sync_queue": 3}
        return {**values, **sync, **sides}
    own = PARAMETERS.get(name, {})
    return {**values, **own} if "inputs" in own else {**values, "input_topic": f"/{name}/image", **own}
