# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What `hbm doctor` and the node find out about this machine, and that the remedies are real."""

import mmap
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hbm_runtime_core import host

CHECKOUT = Path(__file__).resolve().parents[2]
PROFILE = CHECKOUT / "config/fastdds.xml"
MIB = 1 << 20


class FileSystem:
    """What statvfs says about a /dev/shm of this size."""

    f_frsize = 4096

    def __init__(self, total_mib, free_mib):
        self.f_blocks, self.f_bavail = total_mib * MIB // 4096, free_mib * MIB // 4096


@pytest.fixture(autouse=True)
def no_profile_in_the_environment(monkeypatch):
    for name in ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE", "RMW_IMPLEMENTATION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shared_memory(monkeypatch):
    def set_size(total_mib, free_mib):
        monkeypatch.setattr(host.os, "statvfs", lambda _: FileSystem(total_mib, free_mib))

    return set_size


def test_the_default_of_docker_is_too_small_for_the_shipped_profile(shared_memory):
    shared_memory(64, 64)
    problem = host.shared_memory_problem(PROFILE)
    assert "/dev/shm holds 64 MiB, but Fast DDS takes 68 MiB of it for each process" in problem.detail
    assert "docker run --shm-size=512m" in problem.remedy


def test_room_for_one_process_is_not_enough_for_a_camera_and_a_node(shared_memory):
    shared_memory(100, 100)
    assert "a camera and the node are 2" in host.shared_memory_problem(PROFILE).detail


def test_a_folder_that_others_have_filled_is_reported(shared_memory):
    shared_memory(512, 10)
    problem = host.shared_memory_problem(PROFILE)
    assert problem.detail.startswith("only 10 of 512 MiB are free in /dev/shm")
    assert "fastdds shm clean" in problem.remedy


def test_enough_room_is_no_problem(shared_memory):
    shared_memory(512, 512)
    assert host.shared_memory_problem(PROFILE) is None


def test_a_process_that_has_its_segment_needs_no_more_room(shared_memory, tmp_path):
    segment = tmp_path / "fastrtps_0"
    with open(segment, "w+b") as file:
        file.truncate(67 * MIB)
        with mmap.mmap(file.fileno(), 67 * MIB):
            shared_memory(512, 10)
            assert host.shared_memory_problem(PROFILE, tmp_path) is None
    assert host.shared_memory_problem(PROFILE, tmp_path) is not None


def test_a_profile_of_the_environment_counts_more_than_the_default(shared_memory, monkeypatch, tmp_path):
    shared_memory(64, 64)
    small = tmp_path / "small.xml"
    small.write_text(PROFILE.read_text().replace("67108864", "1048576"))
    monkeypatch.setenv("FASTDDS_DEFAULT_PROFILES_FILE", str(small))
    assert host.shared_memory_problem(PROFILE) is None


def test_without_a_profile_or_with_another_middleware_nothing_is_reported(shared_memory, monkeypatch):
    shared_memory(1, 1)
    assert host.shared_memory_problem() is None
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp")
    assert host.shared_memory_problem(PROFILE) is None


def test_a_profile_that_cannot_be_read_is_reported(tmp_path):
    assert "No such file" in host.shared_memory_problem(tmp_path / "missing.xml").detail
    (tmp_path / "cut.xml").write_text("<dds>")
    assert "cut.xml cannot be read" in host.shared_memory_problem(tmp_path / "cut.xml").detail


def test_the_printed_size_is_enough_once_the_folder_is_mounted_again():
    script = f"""
mount -t tmpfs -o size=64m tmpfs /dev/shm
'{sys.executable}' -c '
import os, sys
from hbm_runtime_core import host
problem = host.shared_memory_problem("{PROFILE}")
command = problem.remedy.rpartition("or: sudo ")[2]
assert os.system(command) == 0, command
assert host.shared_memory_problem("{PROFILE}") is None
'
"""
    isolated = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*isolated, "mount", "-t", "tmpfs", "tmpfs", "/dev/shm"], capture_output=True).returncode:
        pytest.skip("this machine does not let a test mount its own /dev/shm")
    result = subprocess.run([*isolated, "sh", "-ec", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_cache_that_cannot_be_written_is_reported_with_the_variable_to_set(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.delenv("HBM_SIM_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    problem = host.network_cache_problem()
    assert problem.detail == f"{blocked} cannot be written: every start compiles its networks again"
    assert "HBM_SIM_CACHE_DIR" in problem.remedy
    monkeypatch.setenv("HBM_SIM_CACHE_DIR", str(tmp_path / "new" / "folder"))
    assert host.network_cache_problem() is None


def test_without_a_home_networks_are_not_kept(monkeypatch):
    for name in ("HBM_SIM_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert host.network_cache_problem().detail == "HOME is not set: every start compiles its networks again"
    monkeypatch.setenv("HBM_SIM_CACHE_DIR", "")
    assert host.network_cache_problem() is None


@pytest.mark.parametrize("variable", ["ROS_LOG_DIR", "ROS_HOME", "HOME"])
def test_a_folder_for_log_files_that_cannot_be_written_is_reported(monkeypatch, tmp_path, variable):
    blocked = tmp_path / "file"
    blocked.touch()
    for name in ("ROS_LOG_DIR", "ROS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(blocked))
    problem = host.log_folder_problem()
    assert problem.detail == f"{blocked} cannot be written: ROS cannot write log files"
    assert problem.remedy == "set ROS_LOG_DIR to a folder that can be written"
    monkeypatch.setenv("ROS_LOG_DIR", str(tmp_path / "new"))
    assert host.log_folder_problem() is None


def test_without_a_home_ros_has_no_folder_for_log_files(monkeypatch):
    for name in ("ROS_LOG_DIR", "ROS_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert host.log_folder_problem().detail == "HOME is not set: ROS has no folder for log files"


def test_few_open_files_are_reported(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 1024))
    assert host.open_files_problem().detail == "a process may open 64 files only"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    assert host.open_files_problem() is None


@pytest.mark.parametrize(("kind", "remedy"), [(resource.RLIMIT_DATA, "ulimit -d"), (resource.RLIMIT_AS, "ulimit -v")])
def test_little_memory_is_reported_with_the_limit_to_raise(monkeypatch, kind, remedy):
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda asked: (100 << 20, 1 << 30) if asked == kind else unlimited)
    assert str(host.memory_limit_problem()) == f"a process may allocate 100 MiB only; {remedy} unlimited"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1 << 30, 1 << 30))
    assert host.memory_limit_problem() is None


def test_a_missing_temporary_folder_is_reported(monkeypatch, tmp_path):
    def no_folder():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", no_folder)
    assert "TMPDIR" in host.temporary_folder_problem().remedy


def test_the_printed_limit_of_open_files_is_enough():
    check = f"'{sys.executable}' -c 'from hbm_runtime_core import host; print(host.open_files_problem())'"
    remedy = "ulimit -n 1024"
    result = subprocess.run(["sh", "-ec", f"ulimit -S -n 64\n{check}\n{remedy}\n{check}"], capture_output=True, text=True)
    assert result.stdout.splitlines() == [f"a process may open 64 files only; {remedy}", "None"]
