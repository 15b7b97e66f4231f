# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node as the tutorials teach it: message in, cv_bridge, OpenCV and numpy, `run()`, message out.

Usage: naive_node.py MODEL.hbm. It letterboxes 1080p NV12 to the model's 640 × 640 and publishes the same message as the
inference node.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
import rclpy
from cv_bridge import CvBridge
from hbm_runtime_ros.msg import ImageTransform, InferenceResult, Tensor
from rclpy.node import Node
from sensor_msgs.msg import Image

from hbm_runtime_core import HB_HBMRuntime

SIDE = 640
GREY = (114, 114, 114)
DTYPE_CODES = {"i": Tensor.DTYPE_INT, "u": Tensor.DTYPE_UINT, "f": Tensor.DTYPE_FLOAT}


class NaiveNode(Node):
    def __init__(self, model: str) -> None:
        super().__init__("bench_naive")
        self.bridge = CvBridge()
        self.runtime = HB_HBMRuntime(model)
        self.name = self.runtime.model_names[0]
        self.sequence = 0
        self.publisher = self.create_publisher(InferenceResult, "naive/result", 5)
        self.create_subscription(Image, "naive/image", self.on_image, 1)

    def on_image(self, message: Image) -> None:
        width, height = message.width, message.height
        # cv_bridge knows no NV12: as one grey picture it takes it, which costs no conversion.
        message.encoding, message.height = "mono8", height * 3 // 2
        bgr = cv2.cvtColor(self.bridge.imgmsg_to_cv2(message), cv2.COLOR_YUV2BGR_NV12)
        scale = min(SIDE / width, SIDE / height)
        small = cv2.resize(bgr, (round(width * scale), round(height * scale)))
        top, left = (SIDE - small.shape[0]) // 2, (SIDE - small.shape[1]) // 2
        bottom, right = SIDE - small.shape[0] - top, SIDE - small.shape[1] - left
        boxed = cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_CONSTANT, value=GREY)
        i420 = cv2.cvtColor(boxed, cv2.COLOR_BGR2YUV_I420).reshape(-1)
        luma = SIDE * SIDE
        chroma = np.stack([i420[luma : luma * 5 // 4], i420[luma * 5 // 4 :]], axis=-1)
        outputs = self.runtime.run(
            {
                "data_y": i420[:luma].reshape(1, SIDE, SIDE, 1),
                "data_uv": chroma.reshape(1, SIDE // 2, SIDE // 2, 2),
            }
        )[self.name]
        transform = ImageTransform(inputs=["data_y", "data_uv"], mode="letterbox")
        transform.source_width, transform.source_height = width, height
        transform.model_width = transform.model_height = SIDE
        transform.scale_x = transform.scale_y = scale
        transform.pad_left, transform.pad_top = float(left), float(top)
        result = InferenceResult(header=message.header, model=self.name, sequence=self.sequence, transforms=[transform])
        self.sequence += 1
        for name, values in outputs.items():
            tensor = Tensor(name=name, dtype_code=DTYPE_CODES[values.dtype.kind], dtype_bits=values.dtype.itemsize * 8)
            tensor.dtype_lanes = 1
            tensor.shape = list(values.shape)
            tensor.data.frombytes(values.tobytes())
            result.outputs.append(tensor)
        self.publisher.publish(result)


def main() -> None:
    cv2.setNumThreads(1)
    rclpy.init(args=[])
    rclpy.spin(NaiveNode(sys.argv[1]))


if __name__ == "__main__":
    main()
