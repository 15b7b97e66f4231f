# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hosts with few resources: the node works there, or says what is missing and what to do; `hbm doctor` says it, too."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.harness import pack
from reliability.load import HEIGHT, WIDTH, echo
from reliability.robot import NODE, NodeProcess, Robot
from reliability.rows import Progress, Row, all_succeed

_MODEL = "echo"
_RESULTS = 10
_LIMIT_S = 240
_MIB = 1 << 20


@dataclass(frozen=True)
class Host:
    """A host with little of something.

    Attributes:
        what: it has.
        of_all: shell command after which all programs of the host run.
        of_node: command that starts the node, and nothing else.
        variables: of the environment, of all programs; None removes one.
        doctor: what `hbm doctor` must say, empty where nothing is wrong.
        log: what the node must log, empty where it need not say anything.
    """

    what: str
    of_all: str = ""
    of_node: str = ""
    variables: dict[str, str | None] = field(default_factory=dict)
    doctor: Sequence[str] = ()
    log: str = ""


HOSTS = (
    Host(
        "/dev/shm of 64 MiB",
        of_all="mount -t tmpfs -o size=64m tmpfs /dev/shm",
        doctor=("/dev/shm holds 64 MiB", "mount -o remount,size=512m /dev/shm"),
        log="mount -o remount,size=512m /dev/shm",
    ),
    Host("64 file descriptors", of_node="prlimit --nofile=64", doctor=("may open 64 files", "ulimit -n 1024")),
    Host("one processor", of_node="taskset --cpu-list 0"),
    # A control group would need rights that a container seldom has; RLIMIT_DATA limits what the process itself allocates.
    Host("512 MiB for the data of the process", of_node=f"prlimit --data={512 * _MIB}"),
    Host(
        "a disk that cannot be written",
        of_all="mount -t tmpfs -o ro tmpfs /mnt && cd /mnt",
        variables={"HOME": "/mnt", "TMPDIR": "/mnt", "XDG_CACHE_HOME": None, "ROS_LOG_DIR": None, "ROS_HOME": None},
        doctor=("/mnt cannot be written: every start", "set HBM_SIM_CACHE_DIR", "set ROS_LOG_DIR"),
        log="/mnt cannot be written: ROS cannot write log files; set ROS_LOG_DIR to a folder that can be written",
    ),
    Host(
        "no HOME",
        variables={"HOME": None, "XDG_CACHE_HOME": None, "ROS_LOG_DIR": None, "ROS_HOME": None},
        doctor=("HOME is not set: every start", "set HBM_SIM_CACHE_DIR", "set ROS_LOG_DIR"),
        log="HOME is not set: ROS has no folder for log files; set ROS_LOG_DIR to a folder that can be written",
    ),
)


def run_everywhere(results: int) -> list[Row]:
    """Run a node on each of these hosts until it has given so many results."""
    failures = []
    progress = Progress("few_resources", len(HOSTS))
    for index, host in enumerate(HOSTS):
        environment = {**os.environ, "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:{os.getcwd()}"}
        for name, value in host.variables.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        program = shlex.join([sys.executable, "-m", "reliability.few_resources", host.what, str(results)])
        command = ["sh", "-c", program]
        if host.of_all:
            command = ["unshare", "--mount", "sh", "-c", f"{host.of_all} && {program}"]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
            if done.returncode:
                failures.append(f"{host.what}: exit code {done.returncode}, {(done.stdout + done.stderr)[-600:]}")
        except subprocess.TimeoutExpired as error:
            failures.append(f"{host.what}: {error}")
        progress.step(index + 1, host.what)
    what = f"hosts that give results, where `hbm doctor` names the remedy: {', '.join(host.what for host in HOSTS)}"
    return [all_succeed(what, f"{results} results on each", len(HOSTS), failures)]


def _check(host: Host, results: int) -> None:
    prefix = shlex.split(host.of_node)
    said = subprocess.run([*prefix, "hbm", "doctor"], capture_output=True, text=True, check=False)
    for text in host.doctor:
        assert text in said.stdout, f"hbm doctor does not say '{text}':\n{said.stdout}{said.stderr}"
    # What the check itself writes is not what is checked.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        tempfile.tempdir = folder
        models = {_MODEL: {"file": _pack(folder), "input_topic": "/camera"}}
        environment = {**os.environ}
        os.environ["ROS_LOG_DIR"] = folder
        with Robot() as robot, NodeProcess(Path(folder), models, prefix=prefix, environment=environment) as node:
            arrived = robot.results(f"/{NODE}/{_MODEL}/result")
            robot.camera("/camera", WIDTH, HEIGHT, 10.0)
            arrived.wait_for(results)
            assert host.log in node.output, f"the node does not log '{host.log}':\n{node.output}"
            assert "Traceback" not in node.output, node.output
            assert (code := node.end()) == 0, f"exit code {code}:\n{node.output}"


def _pack(folder: str) -> str:
    environment = os.environ.pop("TMPDIR", None)
    file = pack(echo(_MODEL))
    if environment is not None:
        os.environ["TMPDIR"] = environment
    return file


if __name__ == "__main__":
    _check(next(host for host in HOSTS if host.what == sys.argv[1]), int(sys.argv[2]))
