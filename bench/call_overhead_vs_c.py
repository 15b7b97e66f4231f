# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`run()` on an identity model of 64 bytes ÷ the same C API calls in a C++ loop, both with the device inline."""

import os

os.environ["HBM_SIM_EXECUTION"] = "inline"

import numpy as np

from bench.harness import Row, compile_peer, interleave, pack, seconds_per_call, show, timed_model
from bench.peer_process import PeerProcess
from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.cli import sim_env


def measure() -> Row:
    model = pack(timed_model("identity", 0))
    libraries = str(sim_env.library_dir())
    program = compile_peer("c_loop.cpp", [f"-I{sim_env.include_dir()}", f"-L{libraries}", "-ldnn", "-lhbucp"])
    runtime = HB_HBMRuntime(model)
    x = np.zeros((1, 16), np.float32)
    with PeerProcess([program, model, "2000"], {"LD_LIBRARY_PATH": libraries}) as peer:
        value, samples = interleave(lambda: seconds_per_call(lambda: runtime.run(x), 2000), lambda: peer.measure()[0])
    return Row("call_overhead_vs_c", value, "ratio", 3.0, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
