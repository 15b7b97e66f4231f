# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One model, one input, one thread."""

import sys

import numpy as np
from hbm_runtime import HB_HBMRuntime

model = HB_HBMRuntime(sys.argv[1])
name = model.model_names[0]
shape = model.input_shapes[name][model.input_names[name][0]]
outputs = model.run(np.ones(shape, dtype=np.float32))
print({key: value.shape for key, value in outputs[name].items()})
