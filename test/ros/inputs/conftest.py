# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node for the tests of a file that need a graph: a model for each kind of input."""

import pytest
from input_models import MODELS, parameters_of
from model_packages import write_models
from node_process import NodeProcess


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    write_models(folder / "models.hbm", *MODELS)
    names = [each["name"] for each in MODELS]
    parameters = {"models": names, "diagnostic_updater": {"period": 0.2}, **{name: parameters_of(name) for name in names}}
    with NodeProcess(folder, parameters) as process:
        yield process
