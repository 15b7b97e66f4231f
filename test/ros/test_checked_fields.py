# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way of a result past the checks of message fields: Humble always makes them, others where the environment says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Times what the node does with a result of 3.1 MB, and what a message object's checked setter does with the same bytes.
MEASURE = """
import json, statistics, time
import numpy as np
import rclpy
from hbm_runtime_ros.msg import InferenceResult
from sensor_msgs.msg import Image
from test_wire import tensor_type, write
from hbm_runtime_ros import _wire

BYTES = 1920 * 1080 * 3 // 2

def seconds(call, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)

rclpy.init()
publisher = rclpy.create_node("checked_fields").create_publisher(InferenceResult, "result", 1)
writer = _wire.ResultWriter("model", [tensor_type(code=1, bits=8)])
output = np.zeros((1, BYTES), np.uint8)
image = Image()
data = output.tobytes()
print(json.dumps({
    "publish": seconds(lambda: publisher.publish(bytes(write(writer, [output]))), 25),
    "setter": seconds(lambda: setattr(image, "data", data), 1),
}))
"""


@pytest.fixture(scope="module")
def taken():
    """Seconds of both ways, without and with checks."""
    measured = []
    for checks in ("0", "1"):
        environment = {**os.environ, "ROS_PYTHON_CHECK_FIELDS": checks}
        run = subprocess.run(
            [sys.executable, "-c", MEASURE],
            cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        measured.append(json.loads(run.stdout.splitlines()[-1]))
    return measured


def test_the_checked_setter_is_as_slow_as_is_said(taken):
    _, checked = taken
    assert checked["setter"] > 10 * checked["publish"]


def test_publishing_a_result_of_3_megabytes_takes_no_notice_of_the_checks(taken):
    unchecked, checked = taken
    assert checked["publish"] < 5 * unchecked["publish"]
