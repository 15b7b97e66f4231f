# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The camera, the device, other processes, shared memory and the network disappear and return, while the node continues."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.harness import pack
from reliability.load import HEIGHT, WIDTH, echo
from reliability.robot import EXECUTABLE, NODE, Diagnostics, NodeProcess, Results, Robot, wait_until
from reliability.rows import Progress, Row, all_succeed

_MODEL = "echo"
_SIZES = ((640, 480), (1280, 720), (322, 240))
_CAMERA_HZ = 10.0
_FAULTY_FRAMES = 30
_ERROR = -200003  # any status of the C API
# <linux/sockios.h>, <linux/if.h>
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def lose_everything(times: int) -> list[Row]:
    """Let each of them disappear and return so many times."""
    amount = f"{times} × each"
    progress = Progress("returns", 5 * times)
    steps = itertools.count(1)
    rows = []
    for what, lose in (
        ("a killed camera that returns with another picture size", _lose_camera),
        ("a device whose inferences fail for a while", _lose_device),
        ("killed processes that subscribed to its results", _lose_subscribers),
        ("shared memory that is removed while it is used", _lose_shared_memory),
        ("a network that is down for three seconds", _lose_network),
    ):
        failures = []
        for turn in range(times):
            try:
                lose(turn)
            except (TimeoutError, AssertionError, RuntimeError) as error:
                failures.append(f"{error}")
            progress.step(next(steps), what)
        rows.append(all_succeed(f"results, and diagnostics that say OK again, after {what}", amount, times, failures))
    return rows


@contextlib.contextmanager
def _running(**environment: str) -> Iterator[tuple[NodeProcess, Robot, Results, Diagnostics]]:
    """Run a node with one model, without a camera."""
    models = {_MODEL: {"file": pack(echo(_MODEL)), "input_topic": "/camera"}}
    with (
        tempfile.TemporaryDirectory(prefix="hbm-returns-") as name,
        Robot() as robot,
        NodeProcess(Path(name), models, environment={**os.environ, **environment}) as node,
    ):
        yield node, robot, robot.results(f"/{NODE}/{_MODEL}/result"), robot.diagnostics()
        assert node.process.poll() is None, f"the node has ended with exit code {node.process.returncode}"
        assert "Traceback" not in node.output, node.output[-500:]
        assert (code := node.end()) == 0, f"exit code {code}"


@contextlib.contextmanager
def _camera_process(width: int, height: int) -> Iterator[subprocess.Popen[bytes]]:
    """Publish pictures from a process of its own, which is killed at the end."""
    parameters = {"width": width, "height": height, "rate_hz": _CAMERA_HZ}
    options = [text for name, value in parameters.items() for text in ("-p", f"{name}:={value}")]
    command = [str(EXECUTABLE.with_name("image_source")), "--ros-args", "-r", "image:=/camera", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _lose_camera(turn: int) -> None:
    with _running() as (_, _robot, results, diagnostics):
        for size in (_SIZES[turn % len(_SIZES)], _SIZES[(turn + 1) % len(_SIZES)]):
            with _camera_process(*size):
                results.wait_for(3)
                _wait_for_status(diagnostics, "OK: ", "results/s")
                assert results.last is not None
                source = results.last.transforms[0]
                assert (source.source_width, source.source_height) == size, f"pictures of {size}: {source}"
            _wait_for_status(diagnostics, "WARN: no input: /camera")


def _lose_device(turn: int) -> None:
    faults = f"hbUCPWaitTaskDone:fail={_ERROR}:after=10:count={_FAULTY_FRAMES}"
    if turn % 2:
        faults = f"hbDNNInferV2:fail={_ERROR}:after=10:count={_FAULTY_FRAMES}"
    with _running(HBM_SIM_FAULTS=faults) as (node, robot, results, diagnostics):
        robot.camera("/camera", WIDTH, HEIGHT, _CAMERA_HZ)
        results.wait_for(1)
        _wait_for_status(diagnostics, "ERROR: no results; frames dropped: ")
        results.wait_for(3)
        _wait_for_status(diagnostics, "OK: ", "results/s")
        assert str(_ERROR) in node.output, f"the log does not name the status {_ERROR}"


def _lose_subscribers(turn: int) -> None:
    with _running() as (_, robot, results, diagnostics):
        robot.camera("/camera", WIDTH, HEIGHT, _CAMERA_HZ)
        results.wait_for(1)
        # Reliable, so that the node expects answers of a process that is dead.
        command = ["ros2", "topic", "echo", "--qos-reliability", "reliable"]
        for _ in range(3):
            arguments = [*command, f"/{NODE}/{_MODEL}/result", "hbm_runtime_ros/msg/InferenceResult"]
            with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                assert process.stdout is not None
                received = process.stdout.readline()
                process.kill()
            assert received, "the process has received no result"
            results.wait_for(5)
        _wait_for_status(diagnostics, "OK: ", "results/s")


def _lose_shared_memory(turn: int) -> None:
    with _running() as (node, robot, results, diagnostics):
        first = robot.camera("/camera", WIDTH, HEIGHT, _CAMERA_HZ)
        results.wait_for(3)
        maps = Path(f"/proc/{node.process.pid}/maps").read_text()
        segments = {Path(path) for path in re.findall(r"(/dev/shm/fast(?:rtps|dds)_[0-9a-f]{16})\b", maps)}
        assert segments, "the node uses no shared memory"
        for segment in segments:
            segment.unlink(missing_ok=True)
        results.wait_for(10)
        first.stop()
        with _camera_process(*_SIZES[turn % len(_SIZES)]):  # a process that cannot open the segments of the node
            results.wait_for(5)
            _wait_for_status(diagnostics, "OK: ", "results/s")


def _lose_network(turn: int) -> None:
    """In a network of its own, so that only the node and its camera are cut off."""
    command = ["unshare", "--net", sys.executable, "-m", "reliability.returns"]
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        raise RuntimeError("this machine lets no test have a network of its own (unshare --net)")
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])


def _lose_own_network() -> None:
    _set_loopback(True)
    os.environ["FASTDDS_BUILTIN_TRANSPORTS"] = "UDPv4"
    for variable in ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE"):
        os.environ.pop(variable, None)
    with _running() as (_, robot, results, diagnostics):
        robot.camera("/camera", WIDTH, HEIGHT, _CAMERA_HZ)
        results.wait_for(3)
        _set_loopback(False)
        time.sleep(3)
        results.clear()
        _set_loopback(True)
        results.wait_for(5)
        _wait_for_status(diagnostics, "OK: ", "results/s")


def _set_loopback(up: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(device, _SIOCGIFFLAGS, request))[1]
        flags = flags | _IFF_UP if up else flags & ~_IFF_UP
        fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags))


def _wait_for_status(diagnostics: Diagnostics, *parts: str) -> None:
    def said() -> bool:
        return all(part in diagnostics.of(_MODEL) for part in parts)

    try:
        wait_until(said, "")
    except TimeoutError:
        raise TimeoutError(f"the diagnostics did not say {' '.join(parts)!r} but {diagnostics.of(_MODEL)!r}") from None


if __name__ == "__main__":
    _lose_own_network()
