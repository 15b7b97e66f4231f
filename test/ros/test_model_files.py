# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files are absolute, in a package, or relative to the parameter file that names them; never to the working directory."""

import hashlib
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory
from model_packages import echo_model, write_models
from rclpy.serialization import serialize_message

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_ros import model_files
from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.model_files import ModelFileCache, ModelFileLocator, ModelHandle
from hbm_runtime_ros.parameters.files import ParameterFiles

NODE = "/robot/hbm_inference"


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "model.hbm"
    file.write_bytes(b"")
    return file


def locator(*files, model_dir=""):
    arguments = [text for file in files for text in ("--params-file", str(file))]
    return ModelFileLocator(NODE, ParameterFiles(["node", "--ros-args", *arguments]), model_dir)


def parameter_file(folder, key="/**", file="model.hbm", name="parameters.yaml"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(
        f"{key}:\n  ros__parameters:\n    a: {{file: {file}}}\n" if file else "/**:\n  ros__parameters: {x: 1}\n"
    )
    return path


def test_an_absolute_path_is_used_as_it_is(model):
    assert locator().find(str(model), "a.file") == model


def test_a_relative_path_starts_from_the_model_dir(model):
    assert locator(model_dir=str(model.parent)).find("model.hbm", "a.file") == model


def test_a_package_path_starts_from_its_share_folder():
    found = locator().find("package://hbm_runtime_ros/package.xml", "a.file")
    assert found == Path(get_package_share_directory("hbm_runtime_ros")) / "package.xml"


def test_the_working_directory_is_never_searched(model, monkeypatch):
    monkeypatch.chdir(model.parent)
    with pytest.raises(ConfigurationError, match="relative"):
        locator().find("model.hbm", "a.file")


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ConfigurationError, match="is not a file"):
        locator().find(str(tmp_path), "a.file")


@pytest.mark.parametrize(
    "key", ["/**", "/robot/hbm_inference", "/*/hbm_inference", "robot/hbm_inference", "/robot/**", "/**/hbm_inference"]
)
def test_a_relative_path_starts_from_the_file_that_names_it(model, key):
    assert locator(parameter_file(model.parent, key)).find("model.hbm", "a.file") == model


def test_a_nested_section_names_it(model):
    path = model.parent / "nested.yaml"
    path.write_text("robot:\n  hbm_inference:\n    ros__parameters: {a.file: model.hbm}\n")
    assert locator(path).find("model.hbm", "a.file") == model


@pytest.mark.parametrize("others", ["before", "behind"])
def test_other_parameter_files_do_not_matter(model, tmp_path, others):
    own = parameter_file(model.parent)
    other = parameter_file(tmp_path / "elsewhere", file="")
    files = (other, own) if others == "before" else (own, other)
    assert locator(*files).find("model.hbm", "a.file") == model


def test_of_several_files_that_name_it_the_last_one_counts(model, tmp_path):
    first = parameter_file(tmp_path / "elsewhere")
    assert locator(first, parameter_file(model.parent)).find("model.hbm", "a.file") == model


@pytest.mark.parametrize("key", ["/other", "/*", "/robot/other", "/hbm_inference"])
def test_a_section_of_another_node_does_not_count(model, key):
    with pytest.raises(ConfigurationError, match="no parameter file names it"):
        locator(parameter_file(model.parent, key)).find("model.hbm", "a.file")


def test_a_dictionary_of_a_launch_file_is_no_file_to_be_relative_to(model):
    with pytest.raises(ConfigurationError, match="absolute path"):
        locator(parameter_file(model.parent, name="launch_params_x1y2")).find("model.hbm", "a.file")


def test_a_parameter_file_for_another_node_is_named_with_the_sections_that_it_has(tmp_path):
    path = parameter_file(tmp_path, "hbm_infer")
    text = ParameterFiles(["--params-file", str(path)]).explain_missing_section(NODE)
    assert text == f"{path} has no section for {NODE} (it has /hbm_infer); use `/**`, which matches every node"


def test_a_model_has_the_sha256_of_its_file(tmp_path):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    model = ModelHandle(ModelFileCache("sim"), file, "echo", "")
    assert model.describe().sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_sha256_is_computed_once_for_the_models_of_one_file(tmp_path, monkeypatch):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    computed = []
    monkeypatch.setattr(model_files, "file_sha256", lambda path: computed.append(path) or "digits")
    cache = ModelFileCache("sim")
    first, second = (ModelHandle(cache, file, name, "") for name in ("first", "second"))
    assert [first.describe().sha256, second.describe().sha256, first.describe().sha256] == ["digits"] * 3
    assert computed == [file]


def test_a_file_that_was_closed_by_all_of_its_models_is_opened_again(tmp_path):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    cache = ModelFileCache("sim")
    first, second = (ModelHandle(cache, file, name, "") for name in ("first", "second"))
    assert second.runtime is first.runtime
    first.close()
    assert ModelHandle(cache, file, "third", "").runtime is second.runtime
    cache = ModelFileCache("sim")
    only = ModelHandle(cache, file, "only", "")
    only.close()
    assert ModelHandle(cache, file, "again", "").runtime is not only.runtime


def test_names_that_are_no_utf8_can_be_logged_and_sent(tmp_path, monkeypatch):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    model = ModelHandle(ModelFileCache("sim"), file, "echo", "")
    name = "相".encode("gbk").decode("utf-8", "surrogateescape")
    for facts in ("dtypes", "shapes", "strides", "quants", "descs"):
        of_model = {**getattr(model.runtime, f"output_{facts}")["echo"]}
        of_model[name] = of_model.pop("luma")
        monkeypatch.setattr(HB_HBMRuntime, f"output_{facts}", {"echo": of_model})
    model.output_names[0] = name
    assert model.describe_outputs().startswith("\\xcf\\xe0 U8 [1, ")
    assert serialize_message(model.describe())
