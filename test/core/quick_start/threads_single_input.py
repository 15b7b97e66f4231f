# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Four threads, each on a core of its own, share one read-only input."""

import sys
import threading

import numpy as np
from hbm_runtime import HB_HBMRuntime

model = HB_HBMRuntime(sys.argv[1])
name = model.model_names[0]
x = np.ones(model.input_shapes[name][model.input_names[name][0]], dtype=np.float32)
lines = []


def work(core):
    result = model.run(x, model_name=name, priority={name: 5}, bpu_cores={name: [core]}, custom_id={name: core})
    tensor, array = next(iter(result[name].items()))
    lines.append(f"core {core} {tensor} {array.shape}")


threads = [threading.Thread(target=work, args=(core,)) for core in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("\n".join(sorted(lines)))
