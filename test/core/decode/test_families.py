# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Families other than YOLO: recognized by the shapes of their outputs, in integers and in real numbers."""

import numpy as np
import pytest
from decode_models import Recorded, load
from family_examples import EXAMPLES

from hbm_runtime_core import HbmValueError, decode

DTYPES = ["int8", "uint8", "int16", "int32"]


def example(name):
    return EXAMPLES[name](np.random.default_rng(0))


def model_of(folder, sample, outputs=None, **options):
    """A decoder of the example's outputs, and what a run of its model gives out."""
    folder.mkdir(exist_ok=True)
    recorded = outputs or {name: Recorded(values) for name, values in sample.outputs.items()}
    runtime, results = load(folder, recorded, picture=(sample.width, sample.height))
    return decode.for_model(runtime, "net", **{**sample.options, **options}), results


def fields(result):
    """The arrays of a result, and the text where it is one."""
    return {field: value for field, value in vars(result).items() if isinstance(value, np.ndarray | str)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_family_is_recognized_by_its_outputs(tmp_path, name):
    sample = example(name)
    decoder, _ = model_of(tmp_path, sample)
    assert decoder.family == sample.family
    assert decoder.how_recognized.startswith(f"{sample.family}, recognized by its outputs: ")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_family_that_does_not_fit_is_refused_with_what_it_expects(tmp_path, name):
    sample = example(name)
    other = "fcos" if sample.family != "fcos" else "blazeface"
    with pytest.raises(HbmValueError, match=rf"model 'net': family '{other}': expected .* got a picture of {sample.width}x"):
        model_of(tmp_path, sample, family=other)


@pytest.mark.parametrize("per_channel", [False, True], ids=["one scale", "a scale per channel"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_integers_give_what_their_real_values_give(tmp_path, name, dtype, per_channel):
    sample = example(name)
    integers = {output: sample.quantized(output, dtype, per_channel) for output in sample.outputs}
    reals = {output: Recorded(recorded.real) for output, recorded in integers.items()}
    of_integers, of_reals = (
        fields(decoder.decode(results))
        for decoder, results in (
            model_of(tmp_path / "integers", sample, integers, family=sample.family),
            model_of(tmp_path / "reals", sample, reals, family=sample.family),
        )
    )
    assert of_integers.keys() == of_reals.keys()
    assert min(map(len, of_integers.values())) > 0
    for field, value in of_integers.items():
        np.testing.assert_array_equal(value, of_reals[field], err_msg=field)


@pytest.mark.parametrize("name", EXAMPLES)
def test_padded_rows_give_what_dense_ones_give(tmp_path, name):
    sample = example(name)
    padded = {output: Recorded(values, align_bytes=128) for output, values in sample.outputs.items()}
    decoder, results = model_of(tmp_path, sample, padded)
    found, expected = (fields(decoder.decode(outputs)) for outputs in (results, sample.outputs))
    for field, value in found.items():
        np.testing.assert_array_equal(value, expected[field], err_msg=field)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_no_number_gives_no_infinite_result(tmp_path, name, value):
    sample = example(name)
    decoder, _ = model_of(tmp_path, sample)
    rng = np.random.default_rng(5)
    for share in (0.01, 1.0):
        outputs = {output: values.copy() for output, values in sample.outputs.items()}
        for values in outputs.values():
            values[rng.random(values.shape) < share] = value
        for field, found in fields(decoder.decode(outputs)).items():
            assert isinstance(found, str) or np.isfinite(found).all(), field


DETECTORS = [name for name in EXAMPLES if name not in ("semantic", "semantic_planes", "classification", "text_recognition")]


@pytest.mark.parametrize("name", DETECTORS)
def test_no_object_gives_empty_arrays(tmp_path, name):
    sample = example(name)
    decoder, _ = model_of(tmp_path, sample)
    found = decoder.decode({output: np.full_like(values, -100) for output, values in sample.outputs.items()})
    assert len(found) == 0
    assert found.boxes.shape == (0, 4) and found.scores.shape == found.classes.shape == (0,)


@pytest.mark.parametrize("name", DETECTORS)
def test_everything_above_the_threshold_gives_as_many_as_asked_for(tmp_path, name):
    sample = example(name)
    decoder, _ = model_of(tmp_path, sample, confidence=0.0, max_detections=7)
    found = decoder.decode(sample.outputs)
    assert len(found) == 7
    assert (np.diff(found.scores) <= 0).all()
    assert found.boxes.min() >= 0
    assert found.boxes[:, 2].max() <= sample.width and found.boxes[:, 3].max() <= sample.height


def test_the_order_of_a_dictionary_of_outputs_does_not_matter(tmp_path):
    sample = example("fcos")
    decoder, results = model_of(tmp_path, sample)
    reverse = dict(reversed(list(results.items())))
    np.testing.assert_array_equal(decoder.decode(results).boxes, decoder.decode(reverse).boxes)
