# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of `run()` and its relatives: anything in place of arrays, names, priorities and cores."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

os.environ.setdefault("HBM_RUNTIME_BACKEND", "sim")
os.environ.setdefault("HBM_SIM_SOC", "s600")

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fuzz.make_seeds import stored_model_file
from hbm_runtime_core import (
    HB_HBMRuntime,
    HbmRuntimeError,
    QuantParams,
    SchedParam,
    check_quantization,
    dequantize,
    hbDNNQuantiType,
    quantize,
)

_F32 = {"dtype": "F32", "shape": [1, 4]}
_MODELS = [
    {
        "name": "one",
        "inputs": [{"name": "x", **_F32}],
        "outputs": [{"name": "y", **_F32, "fill": {"kind": "copy", "input": "x"}}],
    },
    {
        "name": "two",
        "inputs": [{"name": "a", "dtype": "U8", "shape": [1, -1, 3]}, {"name": "b", "dtype": "S4", "shape": [5]}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1, -1, 3], "fill": {"kind": "copy", "input": "a"}}],
    },
]


@lru_cache(maxsize=1)
def _runtime() -> Any:
    manifest = {"format": "hbm-sim", "version": 1, "models": [{"engine": "timed", **model} for model in _MODELS]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.hbm"
        path.write_bytes(stored_model_file(json.dumps(manifest).encode()))
        return HB_HBMRuntime(str(path))


_NAMES = st.one_of(st.sampled_from(["one", "two", "x", "a", "b", "", "\ud800"]), st.text(max_size=3))
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    _NAMES,
    st.binary(max_size=3),
    st.complex_numbers(),
    st.just(object),
)
_ARRAYS = st.one_of(
    arrays.arrays(
        st.one_of(arrays.scalar_dtypes(), arrays.array_dtypes(), st.just(np.dtype(object))),
        arrays.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=5),
        fill=st.nothing(),
    ),
    st.just(np.zeros((1, 4), np.float32)),
    st.just(np.zeros((1, 7, 3), np.uint8)),
    st.just(np.zeros(3, np.uint8)),
    st.just(np.zeros((1, 8), np.float32)[:, ::2]),
    st.just(np.broadcast_to(np.float32(1), (1, 4))),
    st.just(np.broadcast_to(np.uint8(1), (1, 1 << 40, 3))),
    st.just(np.zeros((1, 0, 3), np.uint8)),
)
_ANY = st.recursive(
    st.one_of(_SCALARS, _ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_NAMES, inner, max_size=3),
        st.dictionaries(st.integers(), inner, max_size=2),
    ),
    max_leaves=5,
)
_INPUTS = st.one_of(
    _ANY,
    st.fixed_dictionaries({}, optional={"x": _ARRAYS, "a": _ARRAYS, "b": _ARRAYS}),
    st.fixed_dictionaries(
        {"one": st.fixed_dictionaries({"x": _ARRAYS}), "two": st.fixed_dictionaries({"a": _ARRAYS, "b": _ARRAYS})}
    ),
)
_SCHEDULING = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["priority", "bpu_cores", "custom_id", "device_id"], st.one_of(_ANY, st.integers(-3, 300)))
)
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={"model_name": _SCALARS, "timeout_ms": _SCALARS, "outputs": _INPUTS, "timing": _ANY, "input_tensors": _INPUTS},
)
_SHAPES = st.one_of(_ANY, st.fixed_dictionaries({"a": st.lists(st.integers(-1, 2**40), max_size=4)}))


def _call(runtime: Any, method: str, value: Any, options: dict[str, Any], scheduling: dict[str, Any], shapes: Any) -> None:
    if method == "run":
        runtime.run(value, **options, **scheduling)
    elif method == "run_async":
        options = {name: given for name, given in options.items() if name != "timeout_ms"}
        runtime.run_async(value, **options, **scheduling).result(10)
    elif method == "create_request":
        request = runtime.create_request(options.get("model_name"), shapes)
        request.run(timeout_ms=options.get("timeout_ms"), outputs=options.get("outputs"), **scheduling)
    elif method == "scheduling":
        runtime.set_scheduling_params(**scheduling)
        runtime.check_scheduling(options.get("model_name"), **scheduling)
        SchedParam(**{name: given for name, given in scheduling.items() if name in ("priority", "bpu_cores")})
    else:
        quant = QuantParams(hbDNNQuantiType.SCALE, axis=options.get("timeout_ms"), scale=value, zero_point=shapes)
        check_quantization(quant, (3,))
        dequantize(options.get("outputs"), quant)
        quantize(options.get("outputs"), quant, options.get("model_name"))


@given(
    st.sampled_from(["run", "run_async", "create_request", "scheduling", "quantization"]),
    _INPUTS,
    _OPTIONS,
    _SCHEDULING,
    _SHAPES,
)
def execute(method: str, value: Any, options: dict[str, Any], scheduling: dict[str, Any], shapes: Any) -> None:
    """Call a method, and then run() with good arguments."""
    runtime = _runtime()
    with suppress(TypeError, ValueError, HbmRuntimeError):
        _call(runtime, method, value, options, scheduling, shapes)
    runtime.set_scheduling_params(priority={"one": 0, "two": 0}, bpu_cores={"one": [0], "two": [0]})
    good = np.arange(4, dtype=np.float32).reshape(1, 4)
    assert np.array_equal(runtime.run({"x": good}, model_name="one")["one"]["y"], good)
