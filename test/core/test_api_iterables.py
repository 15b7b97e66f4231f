# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lists may be any iterable, and numbers whatever counts as an int."""

import enum
from collections import deque
from pathlib import Path

import numpy as np
import pytest
from api_models import echo, pack

from hbm_runtime_core import HB_HBMRuntime, QuantParams, SchedParam, hbDNNQuantiType

manual = pytest.mark.manual
X = np.arange(32, dtype=np.float32).reshape(1, 4, 8)

ITERABLES = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
    "generator": lambda items: (item for item in items),
    "map": lambda items: map(type(items[0]), items),
    "iterator": iter,
    "array": np.array,
    "keys": lambda items: dict.fromkeys(items).keys(),
    "values": lambda items: dict(enumerate(items)).values(),
    "reversed": lambda items: reversed(list(items)),
}


class Level(enum.IntEnum):
    HIGH = 200


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return [pack(folder, name, echo("timed", folder, name)) for name in ("first", "second")]


@pytest.fixture
def runtime(echo_file):
    return HB_HBMRuntime(echo_file)


@manual("a list of files is any iterable of paths")
@pytest.mark.parametrize("kind", ITERABLES)
@pytest.mark.parametrize("path", [str, Path])
def test_files_come_in_any_iterable(files, kind, path):
    runtime = HB_HBMRuntime(ITERABLES[kind]([path(file) for file in files]))
    assert sorted(runtime.model_names) == ["first", "second"]
    assert set(runtime.hbm_descs) == set(files)
    assert {type(key) for key in runtime.hbm_descs} == {str}


@pytest.mark.parametrize("nothing", [3, None, 2.5, {}, {"a.hbm": 1}, [3], [None], [["a.hbm"]]])
def test_what_holds_no_paths_is_a_type_error(nothing):
    with pytest.raises(TypeError, match=r"expected str(,| or) os\.PathLike"):
        HB_HBMRuntime(nothing)


@pytest.mark.parametrize("nothing", [[], (), iter([]), set(), np.array([], str)])
def test_no_file_at_all_is_refused(nothing):
    with pytest.raises(ValueError, match="at least one path"):
        HB_HBMRuntime(nothing)


@manual("a list of cores is any iterable of ints")
@pytest.mark.parametrize("kind", ITERABLES)
def test_cores_come_in_any_iterable(runtime, kind):
    runtime.set_scheduling_params(bpu_cores={"echo": ITERABLES[kind]([1, 2])})
    assert sorted(runtime.sched_params["echo"].bpu_cores) == [1, 2]
    runtime.run(X, bpu_cores={"echo": ITERABLES[kind]([1, 2])})
    runtime.run_async(X, bpu_cores={"echo": ITERABLES[kind]([1, 2])}).result(60)
    runtime.create_request().run(bpu_cores=ITERABLES[kind]([1, 2]))
    assert runtime.check_scheduling("echo", bpu_cores=ITERABLES[kind]([1, 2])) == 2
    assert sorted(SchedParam(bpu_cores=ITERABLES[kind]([1, 2])).bpu_cores) == [1, 2]


@pytest.mark.parametrize("cores", [0, "0", b"\0", {0: 1}, 1.0, [0.0], np.array([0.0]), ["0"], [[0]]])
def test_what_holds_no_cores_is_a_type_error(runtime, cores):
    for call in (
        lambda: runtime.run(X, bpu_cores={"echo": cores}),
        lambda: runtime.set_scheduling_params(bpu_cores={"echo": cores}),
        lambda: runtime.create_request().start(bpu_cores=cores),
        lambda: SchedParam(bpu_cores=cores),
    ):
        with pytest.raises(TypeError):
            call()


def test_an_iterable_that_fails_raises_its_own_error(runtime):
    def broken():
        yield 0
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        runtime.run(X, bpu_cores={"echo": broken()})
    with pytest.raises(KeyError, match="mine"):
        HB_HBMRuntime(f"{core}.hbm" for core in broken())


@manual("`bpu_cores` reads back as it was set")
@pytest.mark.parametrize("cores", [[2, 0], [0, 0], [3], [0, 1, 2, 3], [3, 3, 1], [-1]])
def test_cores_read_back_as_they_were_set(runtime, cores):
    runtime.set_scheduling_params(bpu_cores={"echo": cores})
    assert runtime.sched_params["echo"].bpu_cores == cores
    runtime.set_scheduling_params(priority={"echo": 1})
    assert runtime.sched_params["echo"].bpu_cores == cores
    runtime.run(X, bpu_cores={"echo": cores})


def test_repeated_cores_count_once(tmp_path):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", {**echo("timed", tmp_path), "bpu_cores": 2}))
    with pytest.raises(ValueError, match=r"compiled for 2 cores and takes exactly as many, got \[0, 0\]"):
        runtime.run(X, bpu_cores={"echo": [0, 0]})
    runtime.run(X, bpu_cores={"echo": [0, 1, 0]})


@manual("numbers may be bool, IntEnum or numpy integers")
@pytest.mark.parametrize(
    ("number", "expected"),
    [(True, 1), (False, 0), (-0, 0), (Level.HIGH, 200), (np.True_, 1), (np.uint8(7), 7), (np.int64(7), 7), (np.array(7), 7)],
)
def test_a_number_is_whatever_counts_as_an_int(runtime, number, expected):
    runtime.set_scheduling_params(priority={"echo": number}, custom_id={"echo": number})
    params = runtime.sched_params["echo"]
    assert (params.priority, params.customId) == (expected, expected)
    runtime.run(X, priority={"echo": number}, device_id={"echo": False}, bpu_cores={"echo": [True]})


@pytest.mark.parametrize("number", [1.0, -0.0, "1", None.__class__, [1], np.float32(1), np.array([1, 2]), 1j])
def test_what_is_no_int_is_a_type_error(runtime, number):
    with pytest.raises(TypeError):
        runtime.set_scheduling_params(priority={"echo": number})


@manual("`run(multi_input_tensors={})`")
def test_no_model_at_all_gives_an_empty_result(runtime):
    assert runtime.run(multi_input_tensors={}) == {}
    assert runtime.run(multi_input_tensors={}, timeout_ms=60_000, outputs={"y": X}, timing={}) == {}
    assert runtime.run_async(multi_input_tensors={}).result(60) == {}
    for call in (lambda: runtime.run({}), lambda: runtime.run(input_tensors={}), lambda: runtime.run(input_tensor={})):
        with pytest.raises(ValueError, match="dictionary is empty"):
            call()


@pytest.mark.parametrize("kind", sorted(set(ITERABLES) - {"reversed"}))
def test_scales_come_in_any_iterable(kind):
    quant = QuantParams(hbDNNQuantiType.SCALE, 0, ITERABLES[kind]([0.5, 2.0]), ITERABLES[kind]([3, 4]))
    assert sorted(quant.scale) == [0.5, 2.0]
    quant.scale = ITERABLES[kind]([8.0, 1.0])
    quant.zero_point = ITERABLES[kind]([1, 2])
    assert sorted(quant.scale) == [1.0, 8.0]
    assert sorted(quant.zero_point) == [1, 2]


@pytest.mark.parametrize("kind", sorted(set(ITERABLES) - {"set", "frozenset", "keys", "reversed"}))
def test_shapes_come_in_any_iterable(kind, tmp_path):
    tensor = {"dtype": "U8", "shape": [-1, 3]}
    output = {"name": "y", **tensor, "fill": {"kind": "copy", "input": "x"}}
    runtime = HB_HBMRuntime(pack(tmp_path, "m", {"name": "m", "inputs": [{"name": "x", **tensor}], "outputs": [output]}))
    assert runtime.create_request(shapes={"x": ITERABLES[kind]([5, 3])}).inputs["x"].shape == (5, 3)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda r: r.run(X, priority=200), "priority: expected a dictionary {model name: int}, got int; write priority={'echo': 200}"),
        (lambda r: r.run(X, priority="high"), "got str; write priority={'echo': 200}"),
        (lambda r: r.run(X, bpu_cores=[0, 1]), "bpu_cores: expected a dictionary {model name: list of cores}, got list; write bpu_cores={'echo': [0, 1]}"),
        (lambda r: r.run(X, bpu_cores=2), "got int; write bpu_cores={'echo': [2]}"),
        (lambda r: r.run(X, bpu_cores="0"), "got str; write bpu_cores={'echo': [0]}"),
        (lambda r: r.run(X, custom_id=7), "write custom_id={'echo': 7}"),
        (lambda r: r.run(X, device_id=0), "write device_id={'echo': 0}"),
        (lambda r: r.set_scheduling_params(5), "write priority={'echo': 5}"),
        (lambda r: r.run_async(X, priority=5), "write priority={'echo': 5}"),
        (lambda r: r.run(X, outputs=X), "got numpy.ndarray; write outputs={'y': array}"),
        (lambda r: r.create_request().run(outputs=X), "write outputs={'y': array}"),
        (lambda r: r.create_request(shapes=[1, 4, 8]), "got list; write shapes={'x': [1, 4, 8]}"),
        (lambda r: r.run([1, 2]), "got list; write {'x': array}"),
        (lambda r: r.run(X, timing=[]), "got list; write times = {} and timing=times"),
    ],
)  # fmt: skip
def test_an_error_about_a_missing_dictionary_shows_the_right_form(runtime, call, text):
    with pytest.raises(TypeError) as caught:
        call(runtime)
    assert text in str(caught.value)
