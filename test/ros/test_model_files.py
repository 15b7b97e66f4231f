# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files are absolute, in a package, or beside the parameter file; the working directory plays no part."""

from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory

from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.model_files import folder_of_parameter_file, resolve_model_file


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "model.hbm"
    file.write_bytes(b"")
    return file


def test_an_absolute_path_is_taken_as_it_is(model):
    assert resolve_model_file(str(model), "a.file", None) == model


def test_a_relative_path_starts_from_the_model_folder(model):
    assert resolve_model_file("model.hbm", "a.file", model.parent) == model


def test_a_package_path_starts_from_its_share_folder():
    found = resolve_model_file("package://hbm_runtime_ros/package.xml", "a.file", None)
    assert found == Path(get_package_share_directory("hbm_runtime_ros")) / "package.xml"


def test_the_working_directory_is_never_searched(model, monkeypatch):
    monkeypatch.chdir(model.parent)
    with pytest.raises(ConfigurationError, match="relative"):
        resolve_model_file("model.hbm", "a.file", None)


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ConfigurationError, match="is not a file"):
        resolve_model_file(str(tmp_path), "a.file", None)


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ([], None),
        (["node", "--ros-args", "-p", "a:=b"], None),
        (["node", "--ros-args", "--params-file", "/x/y.yaml"], Path("/x")),
        (["node", "--ros-args", "--params-file", "/x/y.yaml", "--params-file", "/z/y.yaml"], Path("/z")),
        (["node", "--ros-args", "--params-file"], None),
    ],
)
def test_the_folder_of_the_parameter_file(arguments, folder):
    assert folder_of_parameter_file(arguments) == folder
