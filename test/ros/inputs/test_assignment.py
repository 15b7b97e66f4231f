# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which topic fills which inputs of a model."""

import pytest

from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.inputs.plan import assign_inputs


def test_one_topic_fills_all():
    assert assign_inputs("m", ["b", "a"], {"": ()}) == {"": ["b", "a"]}


def test_a_topic_fills_the_input_of_its_name_or_its_planes():
    assert assign_inputs("m", ["left_y", "left_uv", "speed"], {"speed": (), "left": ()}) == {
        "speed": ["speed"],
        "left": ["left_y", "left_uv"],
    }


def test_named_inputs_count_more_than_the_topics_name():
    assert assign_inputs("m", ["x", "y"], {"x": ["y"], "y": ["x"]}) == {"x": ["y"], "y": ["x"]}


@pytest.mark.parametrize(
    ("inputs", "wanted", "words"),
    [
        (["x"], {"": ["y"]}, ["'m.tensors'", "unknown input 'y'", "the model has 'x'"]),
        (["x", "y"], {"": ["x"]}, ["no topic fills 'y'", "'m.inputs'"]),
        (["x", "y"], {"a": (), "y": ()}, ["'m.a.tensors'", "'a'", "'x', 'y'"]),
        (["x", "y"], {"a": ["x", "y"], "b": ["y"]}, ["'m.b.tensors'", "'y'", "'m.a.tensors'"]),
    ],
)
def test_a_bad_assignment_names_the_parameter(inputs, wanted, words):
    with pytest.raises(ConfigurationError) as refusal:
        assign_inputs("m", inputs, wanted)
    for word in words:
        assert word in str(refusal.value)
