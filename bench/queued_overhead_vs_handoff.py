# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`run()` on an identity model of 64 bytes through the queued device ÷ a bare ping-pong of two threads."""

import numpy as np

from bench.harness import Row, compile_peer, interleave, pack, seconds_per_call, show, timed_model
from bench.peer_process import PeerProcess
from hbm_runtime_core import HB_HBMRuntime


def measure() -> Row:
    runtime = HB_HBMRuntime(pack(timed_model("identity", 0)))
    x = np.zeros((1, 16), np.float32)
    with PeerProcess([compile_peer("handoff.cpp"), "2000"]) as peer:
        value, samples = interleave(lambda: seconds_per_call(lambda: runtime.run(x), 2000), lambda: peer.measure()[0])
    return Row("queued_overhead_vs_handoff", value, "ratio", 1.5, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
