# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node's process keeps of the memory that it has freed."""

import subprocess
import sys

PROGRAM = """
from hbm_runtime_ros.memory import give_freed_memory_back, keep_freed_memory

BLOCK_MIB = 16

def resident_mib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 >> 20

def mib_kept_of(mib):
    # What was allocated meanwhile would lie above them, and the C library returns only the uppermost memory.
    blocks = [b"x" * (BLOCK_MIB << 20) for _ in range(mib // BLOCK_MIB)]
    del blocks
    return resident_mib() - before

keep_freed_memory()
before = resident_mib()
kept = mib_kept_of(512 - BLOCK_MIB)
assert kept >= 512 - BLOCK_MIB, f"{kept} MiB of up to 512 MiB were kept"
kept = mib_kept_of(512 + BLOCK_MIB)
assert kept <= BLOCK_MIB, f"{kept} MiB of more than 512 MiB were kept"
kept = mib_kept_of(512 - BLOCK_MIB)
give_freed_memory_back()
assert resident_mib() - before < BLOCK_MIB < kept
"""


def test_512_mib_of_freed_memory_are_kept_until_a_model_is_freed():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
