# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures in the process of the node: the memory that one of them takes, and the color range that a model file states."""

import cv2
import numpy as np
import pytest
import yaml
from graph import Graph, picture
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from sensor_msgs.msg import CompressedImage

from hbm_runtime_core.packer import read_description, write_package

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


@pytest.mark.parametrize(("color_range", "white"), [("limited", 235), ("full", 255)])
def test_a_model_gets_the_color_range_that_its_file_states(tmp_path, color_range, white):
    (tmp_path / "echo.yaml").write_text(yaml.safe_dump({"models": [echo_model()]}))
    (packed,) = package = read_description(tmp_path / "echo.yaml").pack()
    packed.provenance["pictures"] = {"data": {"color_range": color_range}}  # as `hbm pack --nv12` writes it
    write_package(tmp_path / "echo.hbm", package)
    with NodeProcess(tmp_path, {"models": ["echo"], "echo": {"file": "echo.hbm"}}), Graph() as graph:
        pixels = np.full((MODEL_HEIGHT, MODEL_WIDTH, 3), 255, np.uint8)
        message = picture(pixels, MODEL_WIDTH, MODEL_HEIGHT, "rgb8", 3 * MODEL_WIDTH)
        result = graph.infer("/image", message, graph.results("/hbm_inference/echo/result"))
        assert set(result.outputs[0].data) == {white}
