# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`run()` on an identity model of 64 bytes ÷ onnxruntime's `InferenceSession.run` on Identity, in one process.

The device executes tasks on the caller's thread (HBM_SIM_EXECUTION=inline), as onnxruntime does.
"""

import os

os.environ["HBM_SIM_EXECUTION"] = "inline"

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from bench.harness import Row, interleave, pack, seconds_per_call, show, timed_model
from hbm_runtime_core import HB_HBMRuntime


def onnxruntime_identity() -> onnxruntime.InferenceSession:
    """A session on one Identity node."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 16]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "identity", value[:1], value[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def measure() -> Row:
    runtime = HB_HBMRuntime(pack(timed_model("identity", 0)))
    session = onnxruntime_identity()
    x = np.arange(16, dtype=np.float32).reshape(1, 16)
    feed = {"x": x}
    np.testing.assert_array_equal(runtime.run(x)["identity"]["y"], session.run(None, feed)[0])
    value, samples = interleave(
        lambda: seconds_per_call(lambda: runtime.run(x), 2000),
        lambda: seconds_per_call(lambda: session.run(None, feed), 2000),
    )
    return Row("call_overhead_vs_onnxruntime", value, "ratio", 1.0, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
