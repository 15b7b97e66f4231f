# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each function of rcl that the node calls for its frames fails at each of its calls: an error with rcl's text, and the next
call works on the same subscription or publisher, as rcl documents: only a finalized one must not be used again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LIBRARY = "libhbm_rcl_faults.so"

PROGRAM = """
import ctypes, sys, time
faults = ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
function, status = sys.argv[2], int(sys.argv[3])
faults.hbm_rcl_has_failed.restype = ctypes.c_bool

import rclpy
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import UInt32
from hbm_runtime_ros import _rcl

rclpy.init()
node = rclpy.create_node("rcl_faults")

def wait_until(condition):
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.001)

def use(number, position=-1):
    "What the node does with a topic. Returns the errors, and whether the call at this position of its own has failed."
    topic = f"topic_{time.monotonic_ns()}"
    subscription = node.create_subscription(UInt32, topic, lambda _: None, QoSProfile(depth=10), raw=True)
    publisher = node.create_publisher(UInt32, topic, QoSProfile(depth=10))
    wait_until(lambda: publisher.get_subscription_count() > 0 and subscription.get_publisher_count() > 0)
    faults.hbm_fail_rcl(function.encode(), status, position)
    sender, errors, received = _rcl.MessagePublisher(publisher), [], []

    def attempt(call):
        for _ in range(3):
            try:
                return call()
            except RuntimeError as error:
                errors.append(str(error))
        raise AssertionError(errors)

    reader = attempt(lambda: _rcl.TopicReader(subscription, 10))
    consumer = _rcl.Consumer(reader, _rcl.Waiter())
    wait_until(lambda: sender.has_subscribers)
    for each in range(3):
        attempt(lambda: sender.publish(serialize_message(UInt32(data=number + each))))
    wait_until(lambda: reader.arrivals == 3)
    while len(received) < 3:
        message = attempt(consumer.take)
        if message is None:
            # After a failure it is tried again when the next message arrives, and not at once.
            assert errors and reader.arrivals == 3, (received, errors)
            sender.publish(serialize_message(UInt32(data=number + 3)))
            wait_until(lambda: reader.arrivals == 4)
            continue
        received.append(deserialize_message(bytes(message), UInt32).data)
    assert received == [number, number + 1, number + 2]
    consumer.close()
    reader.close()
    sender.close()
    failed = faults.hbm_rcl_has_failed() and position >= 0
    node.destroy_subscription(subscription)
    node.destroy_publisher(publisher)
    return errors, failed

assert use(0) == ([], False)
position = 0
while True:
    errors, failed = use(10, position)
    if not failed:
        break
    assert len(errors) <= 1 and all("made to fail by a test" in error for error in errors), errors
    assert use(20) == ([], False)
    position += 1
print(position, "failures injected")
assert position > 0
rclpy.shutdown()
"""

RCL_RET_ERROR = 1
RCL_RET_BAD_ALLOC = 10


def library() -> Path:
    folder = os.environ.get("HBM_TEST_AWKWARD_DIR", CHECKOUT / ".workspace/build/hbm_runtime_ros/test/awkward")
    return Path(folder) / LIBRARY


@pytest.mark.parametrize("status", [RCL_RET_ERROR, RCL_RET_BAD_ALLOC])
@pytest.mark.parametrize(
    "function",
    [
        "rcl_take_serialized_message",
        "rcl_publish_serialized_message",
        "rcl_publisher_get_subscription_count",
        "rcl_subscription_set_on_new_message_callback",
    ],
)
def test_a_call_of_rcl_that_fails_is_reported_and_the_next_one_works(function, status):
    command = [sys.executable, "-c", PROGRAM, str(library()), function, str(status)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    print(function, done.stdout)
