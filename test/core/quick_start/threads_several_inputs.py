# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Four threads on one model of several inputs, overriding the scheduling of each call."""

import sys
import threading

import numpy as np
from hbm_runtime import HB_HBMRuntime
from numpy_types import NUMPY_TYPES

model = HB_HBMRuntime(sys.argv[1])
name = model.model_names[0]
inputs = {
    tensor: np.ones(model.input_shapes[name][tensor], dtype=NUMPY_TYPES[model.input_dtypes[name][tensor].name])
    for tensor in model.input_names[name]
}
lines = []


def work(core):
    results = model.run(inputs, model_name=name, priority={name: 5}, bpu_cores={name: [core]}, custom_id={name: core})
    tensor, array = next(iter(results[name].items()))
    lines.append(f"core {core} {tensor} {array.shape}")


threads = [threading.Thread(target=work, args=(core,)) for core in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("\n".join(sorted(lines)))
