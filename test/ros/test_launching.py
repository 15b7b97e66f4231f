# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The building blocks of the launch files, and the examples that are shipped."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from unittest import mock

import pytest
import yaml
from ament_index_python.packages import get_package_share_directory
from model_packages import echo_model, write_models
from test_start_failures import EXECUTABLE

from hbm_runtime_ros.compat import DDS_PROFILE_VARIABLES
from hbm_runtime_ros.launching import dds_profile, inference_node, loaned_messages
from launch import LaunchContext

CONFIG = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
EXAMPLES = sorted(CONFIG.glob("*_model*.yaml"))
VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")


@pytest.fixture(autouse=True)
def own_environment():
    """The actions of launch change the environment of the process, which the tests after these share."""
    with mock.patch.dict(os.environ):
        yield


def test_launch_files_bring_shared_memory_that_holds_pictures(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    context = LaunchContext()
    for action in dds_profile():
        action.execute(context)
    for variable in DDS_PROFILE_VARIABLES:
        profile = Path(context.environment[variable])
        segment_bytes = int(re.search(r"<segment_size>(\d+)<", profile.read_text())[1])
        assert segment_bytes >= 20 * 1920 * 1080 * 3 // 2


def test_loaned_messages_need_a_profile_and_two_variables():
    context = LaunchContext()
    for action in loaned_messages():
        action.execute(context)
    assert context.environment["RMW_FASTRTPS_USE_QOS_FROM_XML"] == "1"
    assert context.environment["ROS_DISABLE_LOANED_MESSAGES"] == "0"
    for variable in DDS_PROFILE_VARIABLES:
        assert "<data_sharing>" in Path(context.environment[variable]).read_text()


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_profile_of_the_user_stays(monkeypatch, variable):
    monkeypatch.setenv(variable, "/home/user/profile.xml")
    assert dds_profile() == []


def test_a_missing_parameter_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"there is no file /no/such\.yaml"):
        inference_node("/no/such.yaml")


def test_a_node_is_put_into_an_enclave_only_where_one_is_named(tmp_path):
    file = tmp_path / "parameters.yaml"
    file.touch()
    for enclave, expected in (("", []), ("/hbm_inference", ["--enclave", "/hbm_inference"])):
        words = [
            part.text for word in inference_node(str(file), enclave=enclave).cmd for part in word if hasattr(part, "text")
        ]
        assert [word for word in words if word.startswith(("--enclave", "/hbm"))] == expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_starts_with_the_models_it_names(tmp_path, example):
    parameters = yaml.safe_load(example.read_text())["/**"]["ros__parameters"]
    for model in parameters["models"]:
        write_models(tmp_path / parameters[model]["file"], echo_model(model))
    file = shutil.copy(example, tmp_path)
    node = subprocess.Popen([EXECUTABLE, "--ros-args", "--params-file", file], stderr=subprocess.PIPE, text=True)
    try:
        ready = set()
        for line in node.stderr:
            assert "[WARN]" not in line
            ready.update(re.findall(r"to /hbm_inference/(\w+)/result", line))
            if ready == set(parameters["models"]):
                break
        assert ready == set(parameters["models"])
    finally:
        node.terminate()
        assert node.wait(10) == 0
