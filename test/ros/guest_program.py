# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program that runs an inference node in a stock executor, as rclpy's examples run theirs. Any input ends its context."""

import sys
import threading

import rclpy
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor

from hbm_runtime_ros.inference_node import InferenceNode


def main():
    rclpy.init()
    node = InferenceNode()
    executor = MultiThreadedExecutor()
    executor.add_node(node)

    def shut_down_when_asked():
        sys.stdin.read(1)
        rclpy.try_shutdown()

    try:
        assert node.start()
        threading.Thread(target=shut_down_when_asked, daemon=True).start()
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


main()
