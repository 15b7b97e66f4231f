# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Constructors and properties of HB_HBMRuntime."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest
from api_models import CLASSIFIER, DETECTOR

from hbm_runtime_core import HB_HBMRuntime, QuantParams, SchedParam, hbDNNDataType

manual = pytest.mark.manual


@pytest.fixture(scope="module")
def runtime(detector_file, classifier_file):
    return HB_HBMRuntime([detector_file, classifier_file])


@manual("`HB_HBMRuntime(model_file: str)`")
def test_one_file_is_given_as_text_or_as_a_path(detector_file):
    for file in (detector_file, Path(detector_file)):
        assert HB_HBMRuntime(file).model_names == [DETECTOR]
    assert HB_HBMRuntime(model_file=detector_file).model_names == [DETECTOR]


@manual("`HB_HBMRuntime(model_files: List[str])`")
def test_several_files_are_given_as_a_list(detector_file, classifier_file):
    assert HB_HBMRuntime([classifier_file, detector_file]).model_names == [CLASSIFIER, DETECTOR]
    assert HB_HBMRuntime(model_files=[detector_file]).model_names == [DETECTOR]
    assert HB_HBMRuntime([Path(detector_file), classifier_file]).model_count == 2


@manual("`version`")
def test_version_is_read_from_class_and_instance_and_may_be_called(runtime):
    for version in (HB_HBMRuntime.version, runtime.version):
        assert isinstance(version, str)
        assert version
        assert version() == version


@manual("`model_names`", "`model_count`")
def test_models_are_told_in_load_order(runtime):
    assert runtime.model_names == [DETECTOR, CLASSIFIER]
    assert type(runtime.model_names) is list
    assert runtime.model_count == 2


@manual("`model_descs`", "`hbm_descs`")
def test_descriptions_of_models_and_files_are_told(runtime, detector_file, classifier_file):
    assert runtime.model_descs == {DETECTOR: "finds objects", CLASSIFIER: ""}
    assert runtime.hbm_descs == {detector_file: "detector file", classifier_file: ""}


@manual("`compile_bpu_core_num`")
def test_the_cores_a_model_was_compiled_for_are_told(runtime):
    assert runtime.compile_bpu_core_num == {DETECTOR: 1, CLASSIFIER: 1}


@manual("`input_counts`", "`input_names`")
def test_inputs_are_counted_and_named_in_model_order(runtime):
    assert runtime.input_counts == {DETECTOR: 2, CLASSIFIER: 2}
    assert runtime.input_names == {name: ["data_y", "data_uv"] for name in (DETECTOR, CLASSIFIER)}


@manual("`input_descs`")
def test_inputs_are_described(runtime):
    assert runtime.input_descs[DETECTOR] == {"data_uv": "camera", "data_y": "camera"}


@manual("`input_shapes`")
def test_input_shapes_are_lists(runtime):
    shapes = runtime.input_shapes[DETECTOR]
    assert shapes == {"data_uv": [1, 336, 336, 2], "data_y": [1, 672, 672, 1]}
    assert type(shapes["data_y"]) is list


@manual("`input_dtypes`")
def test_input_types_are_told(runtime):
    assert runtime.input_dtypes[DETECTOR] == {"data_uv": hbDNNDataType.U8, "data_y": hbDNNDataType.U8}


@manual("`input_quants`")
def test_inputs_without_quantisation_have_empty_arrays(runtime):
    quant = runtime.input_quants[DETECTOR]["data_y"]
    assert isinstance(quant, QuantParams)
    assert quant.quant_type == 0
    assert quant.scale.shape == quant.zero_point.shape == (0,)
    assert (quant.scale.dtype, quant.zero_point.dtype) == (np.float32, np.int32)


@manual("`input_strides`")
def test_strides_that_the_caller_chooses_are_minus_one(runtime):
    assert runtime.input_strides[DETECTOR] == {"data_uv": [-1, -1, 2, 1], "data_y": [-1, -1, 1, 1]}


@manual("`output_counts`", "`output_names`")
def test_outputs_are_counted_and_named_in_model_order(runtime):
    assert runtime.output_counts == {DETECTOR: 3, CLASSIFIER: 1}
    assert runtime.output_names[DETECTOR] == ["output", "1310", "1312"]


@manual("`output_descs`")
def test_outputs_are_described(runtime):
    assert runtime.output_descs[DETECTOR] == {"1310": "map of 42", "1312": "map of 21", "output": "map of 84"}


@manual("`output_shapes`", "`output_strides`")
def test_output_shapes_are_logical_and_strides_padded(runtime):
    assert runtime.output_shapes[DETECTOR] == {
        "1310": [1, 42, 42, 255],
        "1312": [1, 21, 21, 255],
        "output": [1, 84, 84, 255],
    }
    assert runtime.output_strides[DETECTOR] == {
        "1310": [1806336, 43008, 1024, 4],
        "1312": [451584, 21504, 1024, 4],
        "output": [7225344, 86016, 1024, 4],
    }


@manual("`output_dtypes`")
def test_output_types_are_told(runtime):
    assert runtime.output_dtypes[DETECTOR]["1310"] == hbDNNDataType.S32
    assert runtime.output_dtypes[CLASSIFIER]["prob"] == hbDNNDataType.F32


@manual("`output_quants`")
def test_scales_by_channel_are_told_with_their_axis(runtime):
    quant = runtime.output_quants[DETECTOR]["output"]
    assert (quant.quant_type.name, quant.axis) == ("SCALE", 3)
    np.testing.assert_array_equal(quant.scale, 0.5 + np.arange(255, dtype=np.float32) / 256)
    assert runtime.output_quants[CLASSIFIER]["prob"].quant_type.name == "NONE"


@manual("`sched_params`")
def test_scheduling_starts_with_the_built_in_defaults(detector_file):
    params = HB_HBMRuntime(detector_file).sched_params[DETECTOR]
    assert isinstance(params, SchedParam)
    assert (params.priority, params.customId, params.bpu_cores, params.deviceId) == (0, 0, [-1], 0)


def test_properties_are_read_only(runtime):
    for name in ("model_names", "model_count", "input_shapes", "sched_params"):
        with pytest.raises(AttributeError):
            setattr(runtime, name, None)


def test_what_a_property_hands_out_is_the_callers_own(runtime):
    runtime.input_shapes[DETECTOR]["data_y"].append(7)
    runtime.model_names.clear()
    assert runtime.input_shapes[DETECTOR]["data_y"] == [1, 672, 672, 1]
    assert runtime.model_names == [DETECTOR, CLASSIFIER]


def test_a_file_that_is_missing_is_named(tmp_path):
    missing = tmp_path / "missing.hbm"
    for kind in (FileNotFoundError, ValueError, RuntimeError):
        with pytest.raises(kind, match=r"missing\.hbm") as caught:
            HB_HBMRuntime(str(missing))
    assert caught.value.filename == str(missing)


@pytest.mark.parametrize("argument", [7, None, {"a": 1}, [1], object()])
def test_arguments_that_are_no_paths_are_type_errors(argument):
    with pytest.raises(TypeError):
        HB_HBMRuntime(argument)


def test_an_empty_list_of_files_is_refused():
    with pytest.raises(ValueError):
        HB_HBMRuntime([])


def test_two_models_of_one_name_are_refused_by_name(detector_file):
    with pytest.raises(RuntimeError, match=DETECTOR):
        HB_HBMRuntime([detector_file, detector_file])


def test_two_runtimes_may_share_a_file(detector_file):
    first, second = HB_HBMRuntime(detector_file), HB_HBMRuntime(detector_file)
    first.set_scheduling_params(priority={DETECTOR: 9})
    assert second.sched_params[DETECTOR].priority == 0


def test_dropped_runtimes_leave_no_descriptors_behind(echo_file):
    def open_descriptors() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    HB_HBMRuntime(echo_file)
    before = open_descriptors()
    for _ in range(50):
        runtime = HB_HBMRuntime(echo_file)
        runtime.run(np.zeros((1, 4, 8), np.float32))
        del runtime
    assert open_descriptors() <= before + 1
