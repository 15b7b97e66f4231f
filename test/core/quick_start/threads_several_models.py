# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Four threads, each running several models on a core of its own."""

import sys
import threading

import numpy as np
from hbm_runtime import HB_HBMRuntime
from numpy_types import NUMPY_TYPES

runtime = HB_HBMRuntime(sys.argv[1:])
inputs = {
    model: {
        tensor: np.random.rand(*runtime.input_shapes[model][tensor]).astype(
            NUMPY_TYPES[runtime.input_dtypes[model][tensor].name]
        )
        for tensor in runtime.input_names[model]
    }
    for model in runtime.model_names
}
lines = []


def work(core):
    outputs = runtime.run(
        inputs,
        priority={model: 5 for model in runtime.model_names},
        bpu_cores={model: [core] for model in runtime.model_names},
        custom_id={model: core for model in runtime.model_names},
    )
    for model, results in outputs.items():
        lines.append(f"core {core} {model} {next(iter(results.values())).shape}")


threads = [threading.Thread(target=work, args=(core,)) for core in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("\n".join(sorted(lines)))
