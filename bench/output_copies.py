# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes copied between device buffer and returned array, for an output of 84×84×255 int32 with padded rows."""

import numpy as np

from bench.harness import Row, pack, show
from hbm_runtime_core import HB_HBMRuntime

SHAPE = (1, 84, 84, 255)
STRIDES = (84 * 84 * 1024, 84 * 1024, 1024, 4)


def measure() -> Row:
    runtime = HB_HBMRuntime(
        pack(
            {
                "name": "model",
                "inputs": [{"name": "x", "dtype": "U8", "shape": [1]}],
                "outputs": [
                    {
                        "name": "y",
                        "dtype": "S32",
                        "shape": list(SHAPE),
                        "strides": list(STRIDES),
                        "fill": {"kind": "constant", "value": 7},
                    }
                ],
            }
        )
    )
    output = runtime.run(np.zeros(1, np.uint8))["model"]["y"]
    assert output.shape == SHAPE
    assert (output == 7).all()
    # A view with the device's padding in its rows is the device's buffer; a copy would have dense rows.
    copied = 0 if output.strides == STRIDES and output.base is not None else output.nbytes
    return Row("output_copies", copied, "bytes", 0, False, __doc__.splitlines()[0])


if __name__ == "__main__":
    show(measure)
