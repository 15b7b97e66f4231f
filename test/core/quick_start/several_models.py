# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several models, several inputs each, one thread."""

import sys

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
runtime.set_scheduling_params(
    priority={model: 5 for model in runtime.model_names}, bpu_cores={model: [0] for model in runtime.model_names}
)
outputs = runtime.run(inputs)
for model in sorted(outputs):
    for tensor, array in sorted(outputs[model].items()):
        print(model, tensor, array.shape, array.dtype)
