# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at random moments: of the node, while another program watches its next start, and of `hbm pack`."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.cli import main as hbm
from reliability.robot import NodeProcess, Results, Robot
from reliability.rows import Progress, Row, all_succeed, at_most, at_most_seconds

SIDE = 64
_SHARED_MEMORY = Path("/dev/shm")
_CAMERA_HZ = 50.0
# Each start removes the files of processes that were killed more than ten seconds ago, four or more of each process. Other
# programs of the machine have files, too.
_LEFT_FILES = 100
_START_GOAL_S = 1.5
_RECORDED_RUNS = 64
_KILLED = ("load", "first frame", "under load", "shutdown")


def survive_kills(kills: int) -> list[Row]:
    """Kill the node at random moments of four kinds, and check each next start."""
    seed = random.randrange(2**32)
    print(f"kill: seed {seed}", flush=True)
    chosen = random.Random(seed)
    failures: list[str] = []
    starts_s: list[float] = []
    before = _shared_memory_files()
    with tempfile.TemporaryDirectory(prefix="hbm-kill-") as name, Robot() as robot:
        folder = Path(name)
        pack_network(folder)
        results = robot.results("/hbm_inference/network/result")
        robot.camera("/image", SIDE, SIDE, _CAMERA_HZ)
        with _node(folder):
            results.wait_for(3)
        expected = results.tensors()
        progress = Progress("kill", kills)
        for kill in range(kills):
            if chosen.random() < 0.5:  # so that the network is compiled, and its cache written, while the node is killed
                shutil.rmtree(folder / "cache", ignore_errors=True)
            moment = _kill(_KILLED[kill % len(_KILLED)], folder, results, chosen)
            try:
                starts_s.append(_check_start(folder, results, expected))
            except (TimeoutError, AssertionError) as error:
                failures.append(f"after a kill {moment}: {error}")
            progress.step(
                kill + 1, f"{len(failures)} failures, start to third result {starts_s[-1] if starts_s else 0:.2f} s"
            )
        left = len(_shared_memory_files() - before)
    amount = f"{kills} kills, seed {seed}"
    return [
        all_succeed(
            "kills at a random moment after which the next start gives the same results and logs nothing",
            amount,
            kills,
            failures,
        ),
        at_most_seconds(
            "start of the process to its third result, median",
            f"{len(starts_s)} starts",
            statistics.median(starts_s or [math.inf]),
            _START_GOAL_S,
        ),
        at_most("files that killed nodes have left in /dev/shm at the end", amount, left, _LEFT_FILES, "files"),
    ]


def survive_pack_kills(kills: int) -> list[Row]:
    """Kill `hbm pack` while it replaces a model file; the file is the old one or the new one each time."""
    seed = random.randrange(2**32)
    chosen = random.Random(seed)
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="hbm-kill-") as name:
        folder = Path(name)
        file, spec = folder / "models.hbm", folder / "models.json"
        command = [sys.executable, "-m", "hbm_runtime_core.cli", "pack", "--spec", str(spec), "-o", str(file)]
        # Large, so that writing it takes a while.
        np.save(folder / "y.npy", np.zeros((_RECORDED_RUNS, 1, 1 << 20), np.uint8))
        output = {"name": "y", "dtype": "U8", "shape": [1, 1 << 20], "fill": {"kind": "file", "path": "y.npy"}}
        model = {"name": "recorded", "inputs": [{"name": "x", "dtype": "U8", "shape": [1]}], "outputs": [output]}
        spec.write_text(json.dumps({"models": [model]}))
        started_s = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        duration_s = time.monotonic() - started_s
        progress = Progress("kill_pack", kills)
        for kill in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            # The file is written at the end.
            after_s = chosen.uniform(0.5, 1.1) * duration_s
            time.sleep(after_s)
            process.kill()
            process.wait()
            try:
                HB_HBMRuntime(str(file)).run(np.zeros(1, np.uint8))
            except RuntimeError as error:
                failures.append(f"after {after_s:.3f} s: {error}")
            progress.step(kill + 1, f"{len(failures)} failures")
    return [
        all_succeed(
            "kills of `hbm pack` that leave the old model file or the new one",
            f"{kills} kills, seed {seed}",
            kills,
            failures,
        )
    ]


def pack_network(folder: Path) -> None:
    """Write network.hbm into `folder`: a network, which the simulator compiles and keeps in its cache."""
    weights = np.random.default_rng(0).normal(size=(16, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "weights"], ["features"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["features"], ["y"]),
        ],
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 16, SIDE, SIDE])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=10)
    onnx.save(model, str(folder / "network.onnx"))
    with contextlib.redirect_stdout(sys.stderr):
        code = hbm(["pack", str(folder / "network.onnx"), "--nv12", "-o", str(folder / "network.hbm")])
    if code != 0:
        raise RuntimeError(f"hbm pack: exit code {code}")


def _shared_memory_files() -> set[str]:
    return {file.name for file in _SHARED_MEMORY.iterdir()}


def _node(folder: Path) -> NodeProcess:
    group = {"file": str(folder / "network.hbm")}
    environment = {**os.environ, "HBM_SIM_CACHE_DIR": str(folder / "cache")}
    return NodeProcess(folder, {"network": group}, environment=environment, trace_file=str(folder / "trace.json"))


def _kill(kind: str, folder: Path, results: Results, chosen: random.Random) -> str:
    """Start a node and kill it; return when that was."""
    with _node(folder) as node:
        if kind == "load":
            delay_s = chosen.uniform(0, 1)
        elif kind == "first frame":
            node.wait_for("model 'network': loaded")
            delay_s = chosen.uniform(0, 0.2)
        else:
            results.wait_for(1)
            delay_s = chosen.uniform(0, 0.5)
        if kind == "shutdown":
            node.process.terminate()
        time.sleep(delay_s)
        node.process.kill()
        node.process.wait()
    return f"{delay_s * 1e3:.0f} ms into '{kind}'"


def _check_start(folder: Path, results: Results, expected: bytes) -> float:
    """Start the node and end it; return how long its third result took, s.

    Raises:
        AssertionError, TimeoutError: something is not as it should be.
    """
    results.clear()
    with _node(folder) as node:
        duration_s = results.wait_for(3) - node.started_s
        tensors = results.tensors()
        code = node.end()
        assert tensors == expected, "the results are others"
        assert code == 0, f"exit code {code}"
        assert not node.unexpected(), f"the node logged {node.unexpected()[0]}"
    json.loads((folder / "trace.json").read_text())
    return duration_s
