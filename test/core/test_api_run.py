# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""run() in its three forms, scheduling and errors."""

import threading
import time

import numpy as np
import pytest
from api_models import CLASSIFIER, DETECTOR, DETECTOR_OUTPUTS, echo, pack

from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError

manual = pytest.mark.manual


@pytest.fixture(scope="module")
def runtime(detector_file, classifier_file):
    return HB_HBMRuntime([detector_file, classifier_file])


@pytest.fixture
def echo_runtime(echo_file):
    return HB_HBMRuntime(echo_file)


@pytest.fixture(scope="module")
def inputs(runtime):
    """For each model, an NV12 picture."""
    random = np.random.default_rng(0)
    return {
        model: {name: random.integers(0, 256, shape, np.uint8) for name, shape in runtime.input_shapes[model].items()}
        for model in runtime.model_names
    }


X = np.arange(32, dtype=np.float32).reshape(1, 4, 8)


@manual("`run(input_tensor)`: single model, single input")
def test_one_array_goes_to_the_only_input(echo_runtime):
    for results in (echo_runtime.run(X), echo_runtime.run(input_tensor=X), echo_runtime.run(X, "echo")):
        assert list(results) == ["echo"]
        np.testing.assert_array_equal(results["echo"]["y"], X)


@manual("`run(input_tensors)`: single model, several inputs")
def test_a_dictionary_goes_to_the_inputs_of_one_model(detector_file, inputs):
    runtime = HB_HBMRuntime(detector_file)
    for results in (runtime.run(inputs[DETECTOR]), runtime.run(input_tensors=inputs[DETECTOR])):
        shapes = {name: array.shape for name, array in results[DETECTOR].items()}
        assert shapes == {name: (1, side, side, 255) for name, side in DETECTOR_OUTPUTS.items()}
        assert list(shapes) == ["1310", "1312", "output"]


@manual("`run(multi_input_tensors)`: several models")
def test_a_nested_dictionary_runs_all_its_models(runtime, inputs):
    for results in (runtime.run(inputs), runtime.run(multi_input_tensors=inputs)):
        assert list(results) == list(inputs) == [DETECTOR, CLASSIFIER]
        assert results[CLASSIFIER]["prob"].shape == (1, 1000)


@manual("`run()`: nested dictionary that names some of the models")
def test_models_that_the_dictionary_leaves_out_do_not_run(runtime, inputs):
    assert list(runtime.run({CLASSIFIER: inputs[CLASSIFIER]})) == [CLASSIFIER]


@manual("`run(..., model_name=)`: selection and filtering")
def test_a_model_name_selects_and_filters(runtime, inputs):
    assert list(runtime.run(inputs[CLASSIFIER], model_name=CLASSIFIER)) == [CLASSIFIER]
    assert list(runtime.run(inputs, model_name=DETECTOR)) == [DETECTOR]


@manual("error: several models and no `model_name`")
def test_the_model_must_be_named_where_several_are_loaded(runtime, inputs):
    with pytest.raises(ValueError, match="model_name"):
        runtime.run(inputs[CLASSIFIER])


@manual("error: single-input form on a model of several inputs")
def test_one_array_does_not_do_for_several_inputs(runtime):
    with pytest.raises(ValueError, match="has 2 inputs"):
        runtime.run(np.zeros(1, np.uint8), model_name=CLASSIFIER)


@manual("`set_scheduling_params()`: defaults per model")
def test_defaults_are_stored_for_the_models_named(runtime):
    runtime.set_scheduling_params(
        priority={DETECTOR: 200}, bpu_cores={DETECTOR: [0, 1]}, custom_id={CLASSIFIER: 7}, device_id={CLASSIFIER: 0}
    )
    params = runtime.sched_params
    assert (params[DETECTOR].priority, params[DETECTOR].bpu_cores) == (200, [0, 1])
    assert (params[CLASSIFIER].priority, params[CLASSIFIER].customId) == (0, 7)
    runtime.set_scheduling_params({DETECTOR: 3}, None)
    assert (runtime.sched_params[DETECTOR].priority, runtime.sched_params[DETECTOR].bpu_cores) == (3, [0, 1])
    runtime.set_scheduling_params(bpu_cores={DETECTOR: [-1]})
    assert runtime.sched_params[DETECTOR].bpu_cores == [-1]


def test_an_empty_list_of_cores_lets_the_scheduler_choose_again(echo_runtime):
    echo_runtime.set_scheduling_params(bpu_cores={"echo": [0, 2]})
    assert echo_runtime.sched_params["echo"].bpu_cores == [0, 2]
    echo_runtime.set_scheduling_params(bpu_cores={"echo": []})
    assert echo_runtime.sched_params["echo"].bpu_cores == [-1]


@manual("precedence: run() > set_scheduling_params() > built-in")
def test_an_override_on_run_leaves_the_stored_default_alone(echo_runtime):
    echo_runtime.set_scheduling_params(priority={"echo": 5}, bpu_cores={"echo": [1]})
    echo_runtime.run(X, priority={"echo": 250}, bpu_cores={"echo": [2]}, custom_id={"echo": 1}, device_id={"echo": 0})
    params = echo_runtime.sched_params["echo"]
    assert (params.priority, params.bpu_cores, params.customId) == (5, [1], 0)


@manual("`run(..., priority=, bpu_cores=, custom_id=, device_id=)` from several threads")
def test_threads_share_one_read_only_input_with_overrides_of_their_own(echo_runtime):
    shared = X.copy()
    shared.flags.writeable = False
    failures = []

    def work(core: int) -> None:
        for _ in range(20):
            call = {"priority": {"echo": core}, "bpu_cores": {"echo": [core]}, "custom_id": {"echo": core}}
            if not np.array_equal(echo_runtime.run(shared, **call)["echo"]["y"], shared):
                failures.append(core)

    threads = [threading.Thread(target=work, args=(core,)) for core in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert echo_runtime.sched_params["echo"].priority == 0


@manual("outputs: arrays over device memory that live as long as the array")
def test_outputs_outlive_the_runtime_and_do_not_change_with_later_calls(echo_file):
    runtime = HB_HBMRuntime(echo_file)
    first = runtime.run(X)["echo"]["y"]
    second = runtime.run(X + 1)["echo"]["y"]
    del runtime
    np.testing.assert_array_equal(first, X)
    np.testing.assert_array_equal(second, X + 1)
    assert first.flags.writeable
    assert not first.flags.owndata


@manual("outputs: logical shape over padded strides")
def test_a_padded_output_is_a_view_of_its_logical_shape(runtime, inputs):
    output = runtime.run({DETECTOR: inputs[DETECTOR]})[DETECTOR]["1312"]
    assert output.shape == (1, 21, 21, 255)
    assert output.strides == (451584, 21504, 1024, 4)


@manual("inputs: non-contiguous arrays are copied")
def test_arrays_of_any_strides_and_byte_order_are_taken(echo_runtime):
    transposed = np.ascontiguousarray(X.transpose(0, 2, 1)).transpose(0, 2, 1)
    assert not transposed.flags.c_contiguous
    every_second = np.zeros((1, 4, 16), np.float32)
    every_second[:, :, ::2] = X
    for array in (transposed, every_second[:, :, ::2], X[:, ::-1][:, ::-1], X.astype(">f4")):
        np.testing.assert_array_equal(echo_runtime.run(array)["echo"]["y"], X)


@manual("error: ValueError for a wrong dtype or shape")
@pytest.mark.parametrize(
    ("array", "text"),
    [
        (X.astype(np.float64), r"model 'echo', input 'x': expected float32 \[1, 4, 8\], got float64"),
        (X[:, :3], r"expected float32 \[1, 4, 8\], got float32 \[1, 3, 8\]"),
        (X.reshape(4, 8), r"got float32 \[4, 8\]"),
        (np.zeros((0,), np.float32), r"got float32 \[0\]"),
        (np.array([["a"]], dtype=object), "object"),
    ],
)
def test_an_array_that_does_not_fit_is_refused_with_both_sides(echo_runtime, array, text):
    for kind in (ValueError, RuntimeError):
        with pytest.raises(kind, match=text):
            echo_runtime.run(array)
    np.testing.assert_array_equal(echo_runtime.run(X)["echo"]["y"], X)


def test_a_missing_input_is_named(runtime, inputs):
    with pytest.raises(ValueError, match="missing.*'data_uv'"):
        runtime.run({CLASSIFIER: {"data_y": inputs[CLASSIFIER]["data_y"]}})


def test_unknown_names_are_told_with_the_known_ones(runtime, inputs):
    with pytest.raises(ValueError, match=r"'nobody'.*'yolov5x_672x672_nv12'"):
        runtime.run({"nobody": inputs[CLASSIFIER]})
    with pytest.raises(ValueError, match=r"'data_z'.*'data_y'"):
        runtime.run({CLASSIFIER: inputs[CLASSIFIER] | {"data_z": np.zeros(1, np.uint8)}})


@pytest.mark.parametrize(
    "arguments",
    [{"priority": 7}, {"bpu_cores": [0]}, {"priority": {"echo": "high"}}, {"priority": {3: 3}}, {"colour": {"echo": 1}}],
)
def test_arguments_of_the_wrong_kind_are_type_errors(echo_runtime, arguments):
    with pytest.raises(TypeError):
        echo_runtime.run(X, **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"priority": {"echo": -1}},
        {"priority": {"echo": 256}},
        {"bpu_cores": {"echo": [9]}},
        {"bpu_cores": {"echo": [-1, 0]}},
        {"device_id": {"echo": -1}},
        {"priority": {"nobody": 1}},
    ],
)
def test_scheduling_out_of_range_is_refused_everywhere_and_changes_nothing(echo_runtime, arguments):
    before = echo_runtime.sched_params["echo"]
    for call in (lambda: echo_runtime.run(X, **arguments), lambda: echo_runtime.set_scheduling_params(**arguments)):
        for kind in (ValueError, RuntimeError):
            with pytest.raises(kind):
                call()
    after = echo_runtime.sched_params["echo"]
    assert (after.priority, after.bpu_cores) == (before.priority, before.bpu_cores)


@pytest.mark.parametrize(
    "values",
    [
        {"priority": -1},
        {"priority": 256},
        {"priority": 2**70},
        {"priority": "high"},
        {"bpu_cores": [9]},
        {"bpu_cores": [-1, 0]},
        {"bpu_cores": 0},
        {"custom_id": 2**63},
        {"device_id": -1},
    ],
)
def test_check_scheduling_raises_what_a_run_would(echo_runtime, values):
    by_model = {name: {"echo": value} for name, value in values.items()}
    with pytest.raises((ValueError, TypeError)) as expected:
        echo_runtime.run(X, **by_model)
    for check in (
        lambda: echo_runtime.check_scheduling("echo", **values),
        lambda: echo_runtime.create_request().start(**values),
        lambda: echo_runtime.set_scheduling_params(**by_model),
    ):
        with pytest.raises(expected.type) as caught:
            check()
        assert str(caught.value) == str(expected.value)


def test_check_scheduling_changes_nothing(echo_runtime):
    before = echo_runtime.sched_params["echo"]
    echo_runtime.check_scheduling("echo", priority=9, bpu_cores=[1], custom_id=-4, device_id=0)
    assert echo_runtime.sched_params["echo"] == before
    with pytest.raises(ValueError, match="'nobody' is not loaded"):
        echo_runtime.check_scheduling("nobody")


@pytest.mark.parametrize(
    ("compiled_cores", "bpu_cores", "at_once"),
    [(1, None, 4), (1, [-1], 4), (1, [2], 1), (1, [0, 3], 2), (2, [1, 2], 1), (4, [0, 1, 2, 3], 1)],
)
def test_check_scheduling_tells_how_many_tasks_the_cores_run_at_once(tmp_path, compiled_cores, bpu_cores, at_once):
    model = {**echo("timed", tmp_path), "bpu_cores": compiled_cores}
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", model))
    assert runtime.check_scheduling("echo", bpu_cores=bpu_cores) == at_once


def test_check_scheduling_uses_the_stored_default_for_what_is_not_given(tmp_path):
    runtime = HB_HBMRuntime(pack(tmp_path, "echo", {**echo("timed", tmp_path), "bpu_cores": 2}))
    with pytest.raises(ValueError, match="compiled for 2 cores and needs them named"):
        runtime.check_scheduling("echo", priority=3)
    runtime.set_scheduling_params(bpu_cores={"echo": [0, 1]})
    assert runtime.check_scheduling("echo", priority=3) == 1


def test_a_device_that_does_not_exist_is_refused_by_the_library(echo_runtime):
    with pytest.raises(HbmRuntimeError, match="device 0 is the only one, got 1") as caught:
        echo_runtime.run(X, device_id={"echo": 1})
    assert (caught.value.code, caught.value.model) == (-100001, "echo")


@pytest.mark.parametrize("nothing", [{}, {"echo": {}}, None, 5, "x"])
def test_input_that_is_no_input_is_refused(echo_runtime, nothing):
    with pytest.raises((ValueError, TypeError)):
        echo_runtime.run(nothing)


@pytest.mark.parametrize("engine", ["timed"], indirect=True)
def test_four_models_in_one_call_take_the_time_of_one(engine, tmp_path):
    names = [f"echo{index}" for index in range(4)]
    models = [echo(engine, tmp_path, name, latency_us=40_000) for name in names]
    runtime = HB_HBMRuntime(pack(tmp_path, "four", *models))
    durations = []
    for _ in range(10):  # a busy host delays some of them
        start = time.monotonic()
        runtime.run({name: {"x": X} for name in names})
        durations.append(time.monotonic() - start)
        if durations[-1] < 0.080:
            return
    raise AssertionError(f"four times 40 ms at once took {durations} s")
