# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Wall time of a Python that imports the core ÷ of one that imports numpy alone."""

import subprocess
import sys
import time

from bench.harness import Row, interleave, show


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def measure() -> Row:
    value, samples = interleave(lambda: seconds("import hbm_runtime_core"), lambda: seconds("import numpy"))
    return Row("import_vs_numpy", value, "ratio", 1.3, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
