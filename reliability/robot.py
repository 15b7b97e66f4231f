# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The robot around the checks: inference nodes as processes that may be killed, and a node that plays all others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_prefix, get_package_share_directory

# As the launch files of the package do it. Fast DDS reads it when the first node of a process is made.
_PROFILE = str(Path(get_package_share_directory("hbm_runtime_ros")) / "config" / "fastdds.xml")
os.environ.update(dict.fromkeys(("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE"), _PROFILE))

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from hbm_runtime_ros.msg import InferenceResult
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from hbm_runtime_ros.group_threads import SpinThread

NODE = "hbm_inference"
EXECUTABLE = Path(get_package_prefix("hbm_runtime_ros")) / "lib" / "hbm_runtime_ros" / "inference_node"
PATIENCE_S = 60.0
# The longest that the node may need to end after a signal; two seconds are promised, the rest is for a busy machine.
_END_S = 20.0


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for something that other processes do.

    Raises:
        TimeoutError: it did not happen within `patience_s`.
    """
    deadline_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {patience_s:.0f} s in vain for {what}")
        time.sleep(0.002)


class NodeProcess:
    """An inference node in a process of its own. As a context manager it ends with the context.

    Args:
        folder: for its parameters and its log.
        models: parameters of each model, by name.
        environment: all of it, default that of this process.
        prefix: a command that starts it, `taskset -c 0` for instance.
        node_parameters: of the node itself.
    """

    def __init__(
        self,
        folder: Path,
        models: dict[str, dict[str, Any]],
        *,
        environment: dict[str, str] | None = None,
        prefix: Sequence[str] = (),
        **node_parameters: Any,
    ) -> None:
        parameters = folder / "parameters.yaml"
        # JSON is YAML, and has no references, which ROS does not read.
        parameters.write_text(
            json.dumps({"/**": {"ros__parameters": {"models": list(models), **models, **node_parameters}}})
        )
        self._log = folder / "node.log"
        self.started_s = time.monotonic()
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [*prefix, EXECUTABLE, "--ros-args", "--params-file", parameters],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment or os.environ,
            )

    def __enter__(self) -> NodeProcess:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if error is not None:
            print(f"the log of the node ends with:\n{self.output[-2000:]}", flush=True)

    @property
    def output(self) -> str:
        """What it has logged so far."""
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        """Wait until it has logged `text`.

        Raises:
            TimeoutError: it has not, and may have ended.
        """
        wait_until(lambda: text in self.output or self.process.poll() is not None, f"'{text}' in the log of the node")
        if text not in self.output:
            raise TimeoutError(f"the node ended with exit code {self.process.returncode}: {self.output[-500:]}")

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal, and return the exit code; -9 where it must be killed."""
        self.process.send_signal(number)
        try:
            return self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def unexpected(self) -> list[str]:
        """Lines of its log that must not occur where nothing is wrong."""
        words = ("[WARN]", "[ERROR]", "[FATAL]", "Traceback", "terminate called")
        return [line for line in self.output.splitlines() if any(word in line for word in words)]


class Robot:
    """A node that publishes pictures, receives results and diagnostics, and calls services. Use it as a context manager.

    Attributes:
        node: the node; its callbacks run in a thread.
    """

    def __init__(self) -> None:
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self.node = rclpy.create_node("robot", context=self._context)
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self.node)
        self._spinning = SpinThread(executor)
        self._spinning.start()
        self._cameras: list[Camera] = []

    def __enter__(self) -> Robot:
        return self

    def __exit__(self, *_: object) -> None:
        for camera in self._cameras:
            camera.stop()
        self._spinning.stop()
        self.node.destroy_node()
        self._context.try_shutdown()

    def camera(self, topic: str, width: int, height: int, rate_hz: float, encoding: str = "nv12") -> Camera:
        """Start to publish pictures on `topic`, which are always the same."""
        camera = Camera(self.node, topic, width, height, rate_hz, encoding)
        self._cameras.append(camera)
        return camera

    def results(self, topic: str) -> Results:
        """Subscribe to results."""
        return Results(self.node, topic)

    def diagnostics(self) -> Diagnostics:
        """Subscribe to /diagnostics."""
        return Diagnostics(self.node)

    def parameter_service(self) -> Callable[[str, Any], float]:
        """Return a function that sets a parameter of the node and returns how long that took, s."""
        client = self.node.create_client(SetParameters, f"/{NODE}/set_parameters")
        if not client.wait_for_service(PATIENCE_S):
            raise TimeoutError("the node offers no parameter service")

        def change(name: str, value: Any) -> float:
            started_s = time.monotonic()
            future = client.call_async(SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()]))
            wait_until(future.done, f"an answer about {name}")
            (result,) = future.result().results
            if not result.successful:
                raise RuntimeError(f"{name}={value}: {result.reason}")
            return time.monotonic() - started_s

        return change


class Camera:
    """Publishes one picture at a rate, in a thread, until stop()."""

    def __init__(self, node: Any, topic: str, width: int, height: int, rate_hz: float, encoding: str) -> None:
        self._node = node
        self._publisher = node.create_publisher(Image, topic, QoSProfile(depth=1))
        self._picture = picture(width, height, encoding)
        self._period_s = 1 / rate_hz
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._publish)
        self._thread.start()

    def stop(self) -> None:
        """End, and remove the publisher."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._thread.join()
            self._node.destroy_publisher(self._publisher)

    def _publish(self) -> None:
        due_s = time.monotonic()
        while not self._stopping.wait(max(0.0, due_s - time.monotonic())):
            self._picture.header.stamp = self._node.get_clock().now().to_msg()
            self._publisher.publish(self._picture)
            # A camera does not make up for what it could not publish.
            due_s = max(due_s + self._period_s, time.monotonic())


def picture(width: int, height: int, encoding: str = "nv12") -> Image:
    """A picture of noise, the same each time; `width` × `height` pixels, nv12 or bgr8."""
    rows, columns = (height * 3 // 2, width) if encoding == "nv12" else (height, width * 3)
    pixels = np.random.default_rng(0).integers(16, 235, (rows, columns), dtype=np.uint8)
    message = Image(width=width, height=height, encoding=encoding, step=columns)
    message.header.frame_id = "camera"
    message.data.frombytes(pixels.tobytes())
    return message


class Results:
    """What arrives on a topic of results: when, how old, and the tensors of the last one.

    Attributes:
        arrived_s: time of each arrival, s of the monotonic clock.
        ages_s: of the picture at each arrival, s.
        disordered: how many had an older picture than the one before.
        last: the last message.
    """

    def __init__(self, node: Any, topic: str) -> None:
        self.arrived_s: list[float] = []
        self.ages_s: list[float] = []
        self.disordered = 0
        self._newest = (0, 0)
        self.last: InferenceResult | None = None
        self._subscription = node.create_subscription(InferenceResult, topic, self._take, QoSProfile(depth=10))

    def _take(self, result: InferenceResult) -> None:
        stamp = result.header.stamp
        self.disordered += (stamp.sec, stamp.nanosec) < self._newest
        self._newest = (stamp.sec, stamp.nanosec)
        self.last = result
        self.ages_s.append(time.time() - stamp.sec - stamp.nanosec / 1e9)
        self.arrived_s.append(time.monotonic())

    def __len__(self) -> int:
        """How many have arrived since the last clear()."""
        return len(self.arrived_s)

    def clear(self) -> None:
        """Forget those that have arrived."""
        self.arrived_s.clear()
        self.ages_s.clear()

    def wait_for(self, count: int, patience_s: float = PATIENCE_S) -> float:
        """Wait until `count` more have arrived; return the time of the last one of them, s of the monotonic clock."""
        wanted = len(self) + count
        wait_until(lambda: len(self) >= wanted, f"{count} results", patience_s)
        return self.arrived_s[wanted - 1]

    def tensors(self) -> bytes:
        """The bytes of all outputs of the last result."""
        assert self.last is not None
        return b"".join(output.data.tobytes() for output in self.last.outputs)


class Diagnostics:
    """The last status of each model on /diagnostics."""

    def __init__(self, node: Any) -> None:
        self._last: dict[str, DiagnosticStatus] = {}
        node.create_subscription(DiagnosticArray, "/diagnostics", self._take, 10)

    def _take(self, message: DiagnosticArray) -> None:
        self._last.update({status.name: status for status in message.status})

    def of(self, model: str) -> str:
        """The level and the text of the last status of a model; empty without one."""
        status = self._last.get(f"{NODE}: model {model}")
        if status is None:
            return ""
        level = {DiagnosticStatus.OK: "OK", DiagnosticStatus.WARN: "WARN", DiagnosticStatus.ERROR: "ERROR"}.get(
            status.level, "STALE"
        )
        return f"{level}: {status.message}"
