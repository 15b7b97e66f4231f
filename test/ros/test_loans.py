# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures that their publisher lends: read where it wrote them, whatever it does meanwhile."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from graph import Graph
from hbm_img_msgs.msg import HbmMsg480P
from model_packages import write_models
from node_process import NodeProcess
from rclpy.serialization import serialize_message

from hbm_runtime_core import HB_HBMRuntime, vision
from hbm_runtime_ros.errors import DropReason, FrameError
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
from hbm_runtime_ros.inputs.pictures import HbmemReader

HERE = Path(__file__).parent
PROFILE = str(HERE.parent.parent / "config/fastdds_loans.xml")
LOANS = {
    "FASTRTPS_DEFAULT_PROFILES_FILE": PROFILE,
    "FASTDDS_DEFAULT_PROFILES_FILE": PROFILE,
    "RMW_FASTRTPS_USE_QOS_FROM_XML": "1",
    "ROS_DISABLE_LOANED_MESSAGES": "0",
}

# Fast DDS reads its settings once in a process, so both sides are programs of their own.
COMMON = """
import subprocess
import sys
import time

import numpy as np
import rclpy
from graph import wait_until
from hbm_img_msgs.msg import HbmMsg480P
from rclpy.qos import QoSProfile, ReliabilityPolicy

rclpy.init()
QOS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
TOPIC = "lent_" + sys.argv[1]
ROOM = HbmMsg480P().data.size
"""

# Each picture is filled with its number. A line on the standard input publishes that many.
CAMERA = (
    COMMON
    + """
from lending_publisher import LendingPublisher

node = rclpy.create_node("camera")
publisher = node.create_publisher(HbmMsg480P, TOPIC, QOS)
camera = LendingPublisher(publisher) if sys.argv[2] == "lends" else publisher
index = 0
wait_until(lambda: publisher.get_subscription_count() > 0, "a subscriber")
print("ready", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        message = HbmMsg480P(index=index, height=480, width=640, step=640, data_size=640 * 480 * 3 // 2)
        message.encoding[:4] = np.frombuffer(b"nv12", np.uint8)
        message.data[:] = index
        message.time_stamp.sec = 100 + index
        camera.publish(message)
        index = (index + 1) % 250
        time.sleep(0.002)
    print("sent", flush=True)
rclpy.shutdown()
"""
)

READER = (
    COMMON
    + """
from hbm_runtime_ros import _rcl, _wire

CAMERA = {camera!r}


class Camera:
    def __init__(self, lends="lends"):
        command = [sys.executable, "-c", CAMERA, sys.argv[1], lends]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\\n"

    def publish(self, count=1):
        self.process.stdin.write(f"{{count}}\\n")
        self.process.stdin.flush()

    def wait(self):
        assert self.process.stdout.readline() == "sent\\n"

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(30) == 0


node = rclpy.create_node("reader")
subscription = node.create_subscription(HbmMsg480P, TOPIC, lambda _: None, QOS, raw=True)
reader = _rcl.TopicReader(subscription, 1)
waiter = _rcl.Waiter()
consumer = _rcl.Consumer(reader, waiter)


def take():
    message = None
    while message is None:
        assert waiter.wait(20), "no message"
        message = consumer.take()
    return message


def first(camera):
    "The message of a camera that was just found may be lost."
    for _ in range(50):
        camera.publish()
        camera.wait()
        if waiter.wait(0.5) and (message := consumer.take()) is not None:
            return message
    raise AssertionError("nothing arrives")


def check(message):
    "The picture is whole: all of it has the number that its other fields have."
    picture = _wire.parse_hbmem_image(message, ROOM)
    pixels, stamp_ns = np.array(picture.room), _wire.read_hbmem_stamp_ns(message)
    if message.intact:  # so was all that was read before
        assert (picture.width, picture.height, picture.encoding) == (640, 480, b"nv12"), bytes(message[:40])
        assert picture.stamp_sec == 100 + picture.index
        assert (pixels == picture.index).all(), picture.index
        assert stamp_ns == picture.stamp_sec * 10**9
    return picture.index


{body}
consumer.close()
reader.close()
rclpy.shutdown()
"""
)


def run(body, request, **environment):
    """Run `body` in a program that reads; its output."""
    # A topic for each test: the domain is that of all tests.
    name = "".join(character if character.isalnum() else "_" for character in request.node.name)
    program = READER.format(camera=CAMERA, body=body)
    result = subprocess.run(
        [sys.executable, "-c", program, name],
        cwd=HERE, env={**os.environ, **LOANS, **environment}, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert result.returncode == 0, f"exit code {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout.split()


def test_a_picture_is_read_where_its_publisher_wrote_it(request):
    body = """
camera = Camera()
message = first(camera)
address = np.frombuffer(message, np.uint8).ctypes.data
maps = [line.split() for line in open("/proc/self/maps")]
inside = [line[-1] for line in maps if address in range(*(int(end, 16) for end in line[0].split("-")))]
print(reader.lends, message.loaned, "fast_datasharing" in inside[0])
check(message)
assert message.intact
camera.close()
"""
    assert run(body, request) == ["True", "True", "True"]


def test_a_picture_can_be_read_after_its_publisher_has_gone(request):
    body = """
camera = Camera()
message = first(camera)
camera.close()
wait_until(lambda: node.count_publishers(TOPIC) == 0, "the end of the publisher")
check(message)
print(message.intact)
"""
    assert run(body, request) == ["True"]


def test_a_picture_that_its_publisher_overwrites_is_not_intact(request):
    body = """
camera = Camera()
message = first(camera)
assert message.intact
camera.publish(3)
camera.wait()
print(message.intact)
camera.close()
"""
    assert run(body, request) == ["False"]


def test_pictures_are_whole_while_publishers_come_and_go(request):
    body = """
from concurrent.futures import ThreadPoolExecutor
from threading import Event

ended = Event()


def read():
    whole = 0
    while not ended.is_set():
        if waiter.wait(0.2) and (message := consumer.take()) is not None:
            check(message)
            whole += message.intact
    return whole


pool = ThreadPoolExecutor()
reading = [pool.submit(read) for _ in range(2)]
for turn in range(4):
    camera = Camera()
    camera.publish(60)
    if turn % 2:
        camera.process.kill()
        camera.process.wait()
    else:
        camera.wait()
        camera.close()
ended.set()
print(sum(future.result(30) for future in reading) > 0)
"""
    assert run(body, request) == ["True"]


def test_a_publisher_that_does_not_lend_is_read_as_well(request):
    body = """
camera = Camera("plain")
message = first(camera)
check(message)
print(message.loaned, message.intact)
camera.close()
"""
    assert run(body, request) == ["True", "True"]


@pytest.mark.parametrize("environment", [{"ROS_DISABLE_LOANED_MESSAGES": "1"}, {"RMW_FASTRTPS_USE_QOS_FROM_XML": "0"}])
def test_a_reader_that_takes_no_loans_receives_from_a_publisher_that_lends(request, environment):
    body = """
import os

os.environ.update({loans!r})  # for the camera
camera = Camera()
message = first(camera)
check(message)
print(message.loaned and reader.lends, message.intact)
camera.close()
""".replace("{loans!r}", repr(LOANS))
    lends = "False" if "ROS_DISABLE_LOANED_MESSAGES" in environment else "True"
    assert run(body, request, **environment) == [lends, "True"]


def test_messages_of_other_types_are_taken_serialized(request):
    body = """
from std_msgs.msg import UInt32

other = node.create_subscription(UInt32, TOPIC + "_number", lambda _: None, QOS, raw=True)
numbers = _rcl.TopicReader(other, 1)
print(numbers.lends)
numbers.close()
"""
    assert run(body, request) == ["False"]


CAMERA_MODEL = {
    "name": "camera",
    "inputs": [{"name": "data", "nv12": {"width": 64, "height": 48}}],
    "outputs": [{"name": "luma", "dtype": "U8", "shape": [1, 48, 64, 1], "fill": {"kind": "copy", "input": "data_y"}}],
}


def test_the_node_infers_pictures_that_are_lent_to_it(tmp_path):
    write_models(tmp_path / "models.hbm", CAMERA_MODEL)
    parameters = {"models": ["camera"], "camera": {"file": "models.hbm", "input_topic": "/lent_node"}}
    command = [sys.executable, "-c", CAMERA, "node", "lends"]
    with NodeProcess(tmp_path, parameters, **LOANS), Graph() as graph:
        results = graph.results("/hbm_inference/camera/result")
        with subprocess.Popen(
            command, cwd=HERE, env={**os.environ, **LOANS}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as camera:
            assert camera.stdout.readline() == "ready\n"
            deadline = time.monotonic() + 30
            while not results and time.monotonic() < deadline:
                camera.stdin.write("1\n")
                camera.stdin.flush()
                assert camera.stdout.readline() == "sent\n"
                time.sleep(0.1)
            camera.stdin.close()
    index = int(results[0].header.frame_id)
    assert results[0].header.stamp.sec == 100 + index
    assert set(results[0].outputs[0].data) == {index}


@pytest.mark.parametrize("intact", [True, False])
def test_a_picture_that_was_overwritten_while_it_was_read_gives_no_frame(tmp_path, intact):
    message = HbmMsg480P(height=48, width=64, step=64, data_size=48 * 64 * 3 // 2)
    message.encoding[:4] = np.frombuffer(b"nv12", np.uint8)
    struct = serialize_message(message)[4:]
    loan = type("Loan", (ctypes.c_uint8 * len(struct),), {"loaned": True, "intact": intact}).from_buffer_copy(struct)
    write_models(tmp_path / "models.hbm", CAMERA_MODEL)
    runtime = HB_HBMRuntime(str(tmp_path / "models.hbm"))
    reader = HbmemReader(vision.for_model(runtime, "camera"), "", "limited", None)
    inputs = runtime.create_request("camera").inputs
    lent = Message(MESSAGE_TYPES["hbm_img_msgs/msg/HbmMsg480P"], loan)
    if intact:
        assert reader.fill(lent, inputs).header.frame_id == "0"
    else:
        with pytest.raises(FrameError, match="overwritten") as error:
            reader.fill(lent, inputs)
        assert error.value.reason is DropReason.NEWER_FRAME
