# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One model, several inputs, default scheduling, one thread."""

import sys

import numpy as np
from hbm_runtime import HB_HBMRuntime
from numpy_types import NUMPY_TYPES

model = HB_HBMRuntime(sys.argv[1])
name = model.model_names[0]
inputs = {
    tensor: np.ones(model.input_shapes[name][tensor], NUMPY_TYPES.get(model.input_dtypes[name][tensor].name, np.float32))
    for tensor in model.input_names[name]
}
model.set_scheduling_params(priority={name: 5}, bpu_cores={name: [0]})
for tensor, array in sorted(model.run(inputs)[name].items()):
    print(tensor, array.shape)
