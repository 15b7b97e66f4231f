# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""PP-OCR detection, 640×640 NV12: `run()` ÷ OpenVINO's C++ API on the same network with the same threads."""

import os
import tempfile
import zipfile
from pathlib import Path

THREADS = max(1, (os.cpu_count() or 1) // 2)
os.environ["HBM_SIM_THREADS"] = str(THREADS)

import numpy as np
import openvino

from bench.harness import Row, compile_peer, interleave, seconds_per_call, show
from bench.peer_process import PeerProcess
from demo import networks
from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.cli import main as hbm

CALLS = 4


def openvino_flags(package: Path) -> list[str]:
    """Compile and link flags for the libraries inside the openvino wheel."""
    library = next((package / "libs").glob("libopenvino.so*"))
    return [f"-I{package / 'include'}", str(library), f"-Wl,-rpath,{package / 'libs'}"]


def measure() -> Row:
    folder = Path(tempfile.mkdtemp(prefix="hbm-bench-"))
    model = folder / "ppocr_v4.hbm"
    assert hbm(networks.pack_arguments(model)) == 0
    with zipfile.ZipFile(model) as archive:
        archive.extractall(folder)
    program = compile_peer("openvino_loop.cpp", openvino_flags(Path(openvino.__file__).parent))
    runtime = HB_HBMRuntime(str(model))
    name = "text_detector"
    inputs = {
        tensor: (np.arange(np.prod(shape)) % 251).astype(np.uint8).reshape(shape)
        for tensor, shape in runtime.input_shapes[name].items()
    }
    with PeerProcess([program, str(folder / "programs/0/network.xml"), str(THREADS), str(CALLS)]) as peer:
        ours = float(np.sum(next(iter(runtime.run({name: inputs})[name].values())), dtype=np.float64))
        theirs = peer.measure()[1]
        assert abs(ours - theirs) <= 1e-3 * abs(theirs), f"the two sides disagree: {ours} and {theirs}"
        value, samples = interleave(
            lambda: seconds_per_call(lambda: runtime.run({name: inputs}), CALLS), lambda: peer.measure()[0], rounds=9
        )
    return Row("network_vs_engine", value, "ratio", 1.02, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
