# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files are absolute, in a package, or relative to the parameter file; services name only those in allowed directories."""

import os
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory

from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.file_locator import FileLocator
from hbm_runtime_ros.parameters.files import ParameterFiles

NODE = "/robot/hbm_inference"


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "model.hbm"
    file.write_bytes(b"")
    return file


class Locator(FileLocator):
    """Returns paths instead of open files."""

    def find(self, file, parameter, **options):
        with self.open(str(file), parameter, **options) as opened:
            return opened.path


def locator(*files, model_dir="", allowed=()):
    arguments = [text for file in files for text in ("--params-file", str(file))]
    return Locator(NODE, ParameterFiles(["node", "--ros-args", *arguments]), str(model_dir), [str(each) for each in allowed])


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


# What services may name.


@pytest.fixture
def secret(tmp_path):
    """A file outside of the folder `models`, which is allowed."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "model.hbm").write_bytes(b"")
    file = tmp_path / "secret.hbm"
    file.write_bytes(b"")
    return file


def refusal(found, file, parameter="a.file"):
    with pytest.raises(ConfigurationError) as error:
        found.find(file, parameter, from_service=True)
    return str(error.value)


def from_service(found, file):
    return found.find(file, "a.file", from_service=True)


def test_a_service_may_name_a_file_below_an_allowed_directory(secret):
    models = secret.parent / "models"
    found = locator(allowed=[secret.parent / "elsewhere", models])
    (models / "deeper").mkdir()
    (models / "deeper" / "other.hbm").write_bytes(b"")
    assert from_service(found, models / "model.hbm") == models / "model.hbm"
    assert from_service(found, models / "deeper/../deeper/other.hbm") == models / "deeper" / "other.hbm"


def ways_out(secret):
    """Paths that a service may not name, by what is tried."""
    models = secret.parent / "models"
    (models / "link.hbm").symlink_to(secret)
    (models / "folder").symlink_to(secret.parent)
    (models / "dangling.hbm").symlink_to(secret.parent / "none.hbm")
    return {
        "absolute": secret,
        "parent": models / "../secret.hbm",
        "relative": "../secret.hbm",
        "symbolic link to a file": models / "link.hbm",
        "symbolic link to a folder": "folder/secret.hbm",
        "symbolic link to nothing": "dangling.hbm",
        "missing": secret.parent / "none.hbm",
        "missing below a file": secret / "none.hbm",
        "missing behind a link": "folder/none.hbm",
        "prefix of the name": secret.parent / "models.hbm",
        "a folder": secret.parent,
        "a device": "/dev/null",
        "package": "package://hbm_runtime_ros/package.xml",
        "unknown package": "package://no_such_package/package.xml",
        "home": "~/secret.hbm",
        "not readable": "/proc/1/mem",
    }


def test_files_outside_give_one_error_whether_they_exist_or_not(secret):
    models = secret.parent / "models"
    found = locator(model_dir=models)
    for what, file in ways_out(secret).items():
        expected = f"parameter 'a.file' must be a file below one of `allowed_model_dirs` ({models}), got '{file}'"
        assert refusal(found, file) == expected, what


def test_the_home_of_another_user_is_not_expanded(secret):
    found = locator(model_dir=secret.parent / "models")
    assert "there is no file" in refusal(found, "~root/x.hbm")
    assert "there is no file" in refusal(found, "~nobody_of_this_name/x.hbm")


def test_parent_folders_are_taken_out_of_a_path_before_anything_is_looked_up(secret):
    found = locator(allowed=[secret.parent / "models"])
    there, missing = secret.parent / "models/../models/model.hbm", secret.parent / "none/../models/model.hbm"
    assert from_service(found, there) == from_service(found, missing)


def test_a_missing_file_in_an_allowed_directory_is_described(secret):
    assert refusal(locator(allowed=[secret.parent / "models"]), secret.parent / "models" / "mode.hbm").endswith(
        "there is no file " + str(secret.parent / "models" / "mode.hbm") + f"; {secret.parent / 'models'} contains model.hbm"
    )


def test_an_allowed_directory_may_be_a_symbolic_link(secret):
    current = secret.parent / "current"
    current.symlink_to("models")
    found = locator(allowed=[current])
    assert from_service(found, current / "model.hbm") == secret.parent / "models" / "model.hbm"
    assert "must be a file below" in refusal(found, secret)


def test_a_link_that_is_made_between_check_and_opening_is_noticed(secret, monkeypatch):
    models = secret.parent / "models"
    found, resolve = locator(allowed=[models]), os.path.realpath

    def slow_realpath(path):
        resolved = resolve(path)
        if str(resolved).endswith("model.hbm"):
            (models / "model.hbm").unlink()
            (models / "model.hbm").symlink_to(secret)
        return resolved

    monkeypatch.setattr(os.path, "realpath", slow_realpath)
    assert "must be a file below" in refusal(found, models / "model.hbm")


def test_a_pipe_is_refused_without_waiting_for_its_writer(secret):
    os.mkfifo(secret.parent / "models" / "pipe.hbm")
    assert refusal(locator(model_dir=secret.parent / "models"), "pipe.hbm").endswith("pipe.hbm is not a file")


def test_without_the_parameter_the_directories_of_the_parameter_files_are_allowed(secret):
    first, second = parameter_file(secret.parent / "models"), parameter_file(secret.parent / "more")
    found = locator(first, second, parameter_file(secret.parent / "others", "/other"))
    assert found.describe_allowed() == f"{first.parent}, {second.parent}"
    assert from_service(found, first.parent / "model.hbm") == first.parent / "model.hbm"
    assert "must be a file below" in refusal(found, secret)


def test_without_parameter_files_services_may_name_no_files(secret):
    found = locator(parameter_file(secret.parent, name="launch_params_x1y2"))
    assert found.describe_allowed() == "none; set the parameter to directories with model files"
    assert "must be a file below one of `allowed_model_dirs` (none; " in refusal(found, secret)


def test_allowed_directories_may_be_in_a_package_or_relative_to_the_parameter_file(secret):
    parameters = secret.parent / "parameters.yaml"
    parameters.write_text(
        "/**:\n  ros__parameters: {models: [a], allowed_model_dirs: [package://hbm_runtime_ros, models]}\n"
    )
    found = locator(parameters, allowed=["package://hbm_runtime_ros", "models"])
    assert from_service(found, "package://hbm_runtime_ros/package.xml").name == "package.xml"
    assert from_service(found, "models/model.hbm") == secret.parent / "models" / "model.hbm"
    assert "must be a file below" in refusal(found, secret)


def test_files_that_the_parameter_file_names_may_be_anywhere(secret):
    assert locator(allowed=[secret.parent / "models"]).find(secret, "a.file") == secret


@pytest.mark.parametrize(
    "content",
    [
        "a: &x {ros__parameters: *x}",
        "a: &x\n  b: *x\n",
        "a: 2001-99-99",
        "a: !!float",
        "a: !!bool x",
        "a: " + "[" * 500,
        "a: " + "9" * 5000,
        "\t",
    ],
    ids=["alias", "alias of itself", "date", "float", "bool", "nested", "digits", "tab"],
)
def test_a_file_that_rcl_refuses_or_yaml_cannot_hold_has_no_parameters(tmp_path, content):
    path = tmp_path / "params.yaml"
    path.write_text(content)
    files = ParameterFiles(["--params-file", str(path)])
    assert files.source_of("models", NODE) is None
    assert "it has none with 'ros__parameters'" in files.explain_missing_section(NODE)
