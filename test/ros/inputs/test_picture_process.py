# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures in the process of the node: the memory that one of them takes, and the color range that a model file states."""

import cv2
import numpy as np
import openvino as ov
import pytest
from graph import Graph, picture
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from openvino import opset13 as ops
from sensor_msgs.msg import CompressedImage

from hbm_runtime_core.cli import main as hbm

TOPIC = "/image/compressed"
MIB = 2**20


def jpeg(claimed_width=None, claimed_height=None):
    """A small JPEG, whose header may claim another size."""
    done, encoded = cv2.imencode(".jpg", np.full((MODEL_HEIGHT, MODEL_WIDTH, 3), 90, np.uint8))
    assert done
    data = encoded.tobytes()
    if claimed_width is not None:
        frame = data.index(b"\xff\xc0")
        size = claimed_height.to_bytes(2, "big") + claimed_width.to_bytes(2, "big")
        data = data[: frame + 5] + size + data[frame + 9 :]
    message = CompressedImage(format="jpeg")
    message.data.frombytes(data)
    return message


def resident_bytes(node):
    with open(f"/proc/{node.process.pid}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))


@pytest.mark.parametrize("side", [16_384, 65_500])
def test_a_header_that_claims_a_huge_picture_takes_no_memory_for_long(tmp_path, side):
    write_models(tmp_path / "echo.hbm", echo_model())
    parameters = {"models": ["echo"], "echo": {"file": "echo.hbm", "input_topic": TOPIC, "reliability": "reliable"}}
    with NodeProcess(tmp_path, parameters) as node, Graph() as graph:
        results = graph.results("/hbm_inference/echo/result")
        graph.infer(TOPIC, jpeg(), results)
        before = resident_bytes(node)
        for _ in range(4):  # both threads of the model
            bad = graph.publish(TOPIC, jpeg(side, side))
            graph.infer(TOPIC, jpeg(), results)
            assert bad.header.stamp not in [result.header.stamp for result in results]
        assert resident_bytes(node) - before < 64 * MIB


@pytest.mark.parametrize("color_range", ["limited", "full"])
def test_white_is_white_whatever_color_range_the_model_file_states(tmp_path, color_range):
    x = ops.parameter([1, 3, 16, 32], ov.Type.f32, name="x")
    same = ops.multiply(x, ops.constant(np.float32(1)))
    same.output(0).get_tensor().set_names({"y"})
    ov.save_model(ov.Model([ops.result(same)], [x], "same"), tmp_path / "same.xml", compress_to_fp16=False)
    pack = ["pack", tmp_path / "same.xml", "--nv12", "--color-range", color_range, "-o", tmp_path / "same.hbm"]
    assert hbm([str(argument) for argument in pack]) == 0
    parameters = {"models": ["same"], "same": {"file": "same.hbm"}}
    with NodeProcess(tmp_path, parameters) as node, Graph() as graph:
        white = picture(np.full((16, 32, 3), 255, np.uint8), 32, 16, "rgb8", 96)
        result = graph.infer("/image", white, graph.results("/hbm_inference/same/result"))
        assert np.frombuffer(result.outputs[0].data, np.float32) == pytest.approx(255, abs=1.5)
        assert "Traceback" not in node.output
