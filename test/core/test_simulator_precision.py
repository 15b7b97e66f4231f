# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HBM_SIM_PRECISION: exact arithmetic, or the processor's fastest."""

import os
import subprocess
import sys

import numpy as np
import pytest
from packer_networks import scaled_network

from hbm_runtime_core.packer import NetworkOptions, pack_network, write_package

FACTOR = 1.2345678
# The libraries read their environment once in a process.
PROGRAM = """
import sys, numpy as np, hbm_runtime_core
value = np.load(sys.argv[2])
np.save(sys.argv[3], hbm_runtime_core.HB_HBMRuntime(sys.argv[1]).run(value)["scaled"]["y"])
"""


@pytest.fixture
def compute(tmp_path):
    """Runs `FACTOR * value` in a process of its own."""
    model, given, result = (tmp_path / name for name in ("scaled.hbm", "given.npy", "result.npy"))
    network = scaled_network(tmp_path / "scaled.xml", factor=FACTOR)
    write_package(model, [pack_network(NetworkOptions(network, name="scaled"))])

    def run(value, **environment):
        np.save(given, value)
        command = [sys.executable, "-c", PROGRAM, str(model), str(given), str(result)]
        variables = {**os.environ, "HBM_RUNTIME_BACKEND": "sim", "HBM_SIM_CACHE_DIR": "", **environment}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        return done, np.load(result) if done.returncode == 0 else None

    return run


@pytest.mark.parametrize(
    ("environment", "tolerance"), [({}, 1e-6), ({"HBM_SIM_PRECISION": "exact"}, 1e-6), ({"HBM_SIM_PRECISION": "fast"}, 0.02)]
)
def test_networks_compute_as_exactly_as_asked(compute, environment, tolerance):
    value = np.linspace(0.1, 1, 96, dtype=np.float32).reshape(1, 3, 4, 8)
    done, result = compute(value, **environment)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(result, value * np.float32(FACTOR), rtol=tolerance)


def test_another_word_is_refused_by_the_name_of_the_variable(compute):
    done, _ = compute(np.zeros((1, 3, 4, 8), np.float32), HBM_SIM_PRECISION="sloppy")
    assert done.returncode != 0
    assert "HBM_SIM_PRECISION: expected exact or fast, got 'sloppy'" in done.stderr
