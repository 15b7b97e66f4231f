# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A C++ package that finds the installed one reads and makes tensors with its header."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "cpp_package"


def build(source, folder):
    """Configure and build the CMake project in `source`."""
    common = {"capture_output": True, "text": True, "check": False}
    for command in (
        ["cmake", "-S", source, "-B", folder, "-G", "Ninja", f"-DPython3_EXECUTABLE={sys.executable}"],
        ["cmake", "--build", folder],
    ):
        done = subprocess.run(command, **common)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cpp_package")
    build(PACKAGE, folder)
    return folder


@pytest.mark.timeout(300)
@pytest.mark.parametrize("program", ["tensor_test", "library_test"])
def test_a_package_that_links_the_messages_or_the_tensor_library_alone_finds_the_headers(programs, program):
    done = subprocess.run([programs / program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
