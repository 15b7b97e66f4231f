# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS graph of the node rows: a camera, the nodes that are compared, and a sink for their results.

Every one is a process of its own, and all use the shared-memory profile that the package ships.
"""

from __future__ import annotations

import os
import struct
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ament_index_python.packages import get_package_share_directory

# Fast DDS reads it when the first node of a process is made.
_CONFIG = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
_PROFILE_VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")
os.environ.update(dict.fromkeys(_PROFILE_VARIABLES, str(_CONFIG / "fastdds.xml")))

import psutil
import rclpy
import yaml
from hbm_runtime_ros.msg import InferenceResult
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile

from bench.harness import PEERS, compile_peer, pack
from bench.peer_process import PeerProcess
from demo.processes import ProcessGroup
from hbm_runtime_ros.group_threads import SpinThread
from hbm_runtime_ros.memory import keep_freed_memory

# For programs that lend each other pictures of fixed size.
LOANS = {
    **dict.fromkeys(_PROFILE_VARIABLES, str(_CONFIG / "fastdds_loans.xml")),
    "RMW_FASTRTPS_USE_QOS_FROM_XML": "1",
    "ROS_DISABLE_LOANED_MESSAGES": "0",
}

SIDE = 640
RESULT_BYTES = 1 << 20
_STAMP_OFFSET = 4


def detector(name: str, latency_us: int) -> dict[str, Any]:
    """A timed model that takes a 640 × 640 NV12 picture, and gives its luma back and zeros, 1 MiB in all."""
    return {
        "name": name,
        "timing": {"latency_us": latency_us},
        "inputs": [{"name": "data", "nv12": {"width": SIDE, "height": SIDE}}],
        "outputs": [
            {"name": "luma", "dtype": "U8", "shape": [1, SIDE, SIDE, 1], "fill": {"kind": "copy", "input": "data_y"}},
            {"name": "scores", "dtype": "F32", "shape": [1, (RESULT_BYTES - SIDE * SIDE) // 4]},
        ],
    }


class Sink:
    """Collects results of any number of topics without looking into them: when they came, and their bytes."""

    def __init__(self, topics: Mapping[str, Any]) -> None:
        keep_freed_memory()
        rclpy.init(args=[])
        self.node = rclpy.create_node("bench_sink")
        self.results: dict[str, list[Result]] = {topic: [] for topic in topics}
        for topic, kind in topics.items():
            self.node.create_subscription(kind, topic, self._collector(topic), QoSProfile(depth=20), raw=True)
        executor = SingleThreadedExecutor()
        executor.add_node(self.node)
        self._spinning = SpinThread(executor)
        self._spinning.start()

    def _collector(self, topic: str) -> Callable[[bytes], None]:
        def collect(message: bytes) -> None:
            self.results[topic].append(Result(time.time_ns(), message))

        return collect

    def wait_for_publishers(self) -> None:
        """Wait until every topic has a publisher."""
        wait_until(
            lambda: all(self.node.count_publishers(topic) for topic in self.results),
            f"publishers of {', '.join(self.results)}",
        )

    def take(self) -> dict[str, list[Result]]:
        """Results since the last call, by topic, once the last ones have come."""
        time.sleep(0.3)
        taken = {topic: list(results) for topic, results in self.results.items()}
        for topic, results in taken.items():
            del self.results[topic][: len(results)]
        return taken

    def close(self) -> None:
        """Leave the graph."""
        self._spinning.stop()
        self.node.destroy_node()
        rclpy.try_shutdown()


class Result:
    """One serialized result and when it came. It keeps the head alone until somebody asks for more."""

    def __init__(self, received_ns: int, message: bytes) -> None:
        seconds, nanoseconds = struct.unpack_from("<iI", message, _STAMP_OFFSET)
        self.latency_ms = (received_ns - seconds * 1_000_000_000 - nanoseconds) / 1e6
        self.message = message


class Graph:
    """Starts the processes of a row and stops them, whatever happens. Use it as a context manager."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hbm-bench-"))
        self._open = ExitStack()
        self._started: list[psutil.Process] = []

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def camera(self, *topics: str) -> PeerProcess:
        """A camera of 1080p NV12; see peers/camera.py for what to ask it."""
        return self._open.enter_context(PeerProcess([sys.executable, str(PEERS / "camera.py"), *topics]))

    def sink(self, *topics: str, others: Mapping[str, Any] = MappingProxyType({})) -> Sink:
        """A node in this process that collects the results on `topics`, and `others` by their types."""
        sink = Sink({**dict.fromkeys(topics, InferenceResult), **others})
        self._open.callback(sink.close)
        sink.wait_for_publishers()
        return sink

    def peer(self, script: str, *arguments: str) -> psutil.Process:
        """A node of `peers/`."""
        return self._start([sys.executable, str(PEERS / script), *arguments], script)

    def lending_camera(self, topic: str) -> PeerProcess:
        """A camera that writes HbmMsg1080P into memory that its readers map; see peers/lending_camera.cpp."""
        program = compile_peer("lending_camera.cpp", _ros_flags("rcl", "rcutils", "hbm_img_msgs__rosidl_typesupport_c"))
        # In wheels, the libraries of messages leave Python's symbols to the program that loads them.
        library = Path(sysconfig.get_config_var("LIBDIR")) / str(sysconfig.get_config_var("INSTSONAME"))
        return self._open.enter_context(PeerProcess([program, topic], {**LOANS, "LD_PRELOAD": str(library)}))

    def inference_node(self, environment: Mapping[str, str] | None = None, /, **parameters: Any) -> psutil.Process:
        """Launch the node as users do, with `parameters`, among them a group for each model; a second one in a namespace."""
        namespace = f"node_{len(self._started)}" if self._started else ""
        file = self.folder / f"parameters_{len(self._started)}.yaml"
        models = [name for name, group in parameters.items() if isinstance(group, dict) and "file" in group]
        file.write_text(yaml.safe_dump({"/**": {"ros__parameters": {"models": models, **parameters}}}))
        command = ["ros2", "launch", "hbm_runtime_ros", "inference.launch.py", f"params_file:={file}"]
        command += [f"namespace:={namespace}"] if namespace else []
        return self._start(command, "lib/hbm_runtime_ros/inference_node.py", environment)

    def _start(self, command: Sequence[str], name: str, environment: Mapping[str, str] | None = None) -> psutil.Process:
        """Start a command; the process of it, or below it, whose command line holds `name`."""
        log = self.folder / f"{Path(name).name}_{len(self._started)}.log"
        self._open.enter_context(ProcessGroup(command, log, {**os.environ, **(environment or {})}))
        found: list[psutil.Process] = []

        def look() -> bool:
            children = psutil.Process().children(recursive=True)
            found[:] = [child for child in children if child not in self._started and _runs(child, name)]
            return bool(found)

        wait_until(look, f"{name} (its output is in {self.folder})")
        self._started.append(found[-1])
        return found[-1]


def _ros_flags(*libraries: str) -> list[str]:
    """Flags for the compiler of a program that uses ROS' C libraries."""
    prefixes = [Path(prefix) for prefix in os.environ["AMENT_PREFIX_PATH"].split(":")]
    return [
        *(f"-I{folder}" for prefix in prefixes for folder in sorted((prefix / "include").glob("*/"))),
        *(flag for prefix in prefixes for flag in (f"-L{prefix}/lib", f"-Wl,-rpath,{prefix}/lib")),
        *(f"-l{library}" for library in libraries),
        "-Wl,--unresolved-symbols=ignore-in-shared-libs",
    ]


def affordable_rate(camera: PeerProcess, sink: Sink, wanted_hz: float, results_per_picture: float = 1.0) -> float:
    """The rate, at most `wanted_hz`, that this machine keeps: pictures leave on time and their results arrive."""
    rate_hz = wanted_hz
    while True:
        frames = max(12, round(rate_hz))
        camera.ask(f"{rate_hz} {frames} 1")
        on_time = camera.answer()[0]
        results = sum(map(len, sink.take().values()))
        if (on_time > 0.9 * frames and results > 0.9 * frames * results_per_picture) or rate_hz < 2:
            return rate_hz
        rate_hz /= 1.5


def rate_of_this_machine(wanted_hz: float) -> float:
    """The rate of 1080p pictures, at most `wanted_hz`, that this machine keeps with a node whose model takes no time."""
    model = pack(detector("quick", 100))
    with Graph() as graph:
        graph.inference_node(quick={"file": model, "input_topic": "/quick/image", "result_topic": "/quick/result"})
        return affordable_rate(graph.camera("/quick/image"), graph.sink("/quick/result"), wanted_hz)


def _runs(process: psutil.Process, name: str) -> bool:
    try:
        return any(argument.endswith(name) for argument in process.cmdline())
    except psutil.Error:
        return False


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = 120.0) -> None:
    """Wait for something that starting processes do."""
    deadline_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {patience_s} s in vain for {what}")
        time.sleep(0.02)


@contextmanager
def cpu_seconds(processes: Sequence[psutil.Process]) -> Iterator[list[float]]:
    """Yield a list that holds, afterwards, the CPU seconds that each process has used meanwhile."""
    used: list[float] = []
    before = [_cpu_seconds_of(process) for process in processes]
    yield used
    used += [_cpu_seconds_of(process) - start for process, start in zip(processes, before)]


def _cpu_seconds_of(process: psutil.Process) -> float:
    # Of the threads that live: the times of a process are in steps of 10 ms, a few frames.
    threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in threads) / 1e9
