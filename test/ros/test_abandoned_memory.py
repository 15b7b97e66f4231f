# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a killed process leaves in shared memory is removed when a node starts, and nothing else."""

import fcntl
import os
import time

import pytest

from hbm_runtime_ros.memory import remove_abandoned_segments

LONG_AGO_S = time.time() - 60


@pytest.fixture
def make_segment(tmp_path):
    """Makes a segment as Fast DDS does, and returns both of its files."""

    def make(number, made_s=LONG_AGO_S, prefix="fastrtps"):
        segment = tmp_path / f"{prefix}_{number:016x}"
        lock = segment.with_name(f"{segment.name}_el")
        segment.write_bytes(b"pictures")
        lock.touch()
        os.utime(lock, (made_s, made_s))
        return segment, lock

    return make


@pytest.mark.parametrize("prefix", ["fastrtps", "fastdds"])
def test_the_segment_of_a_killed_process_is_removed(tmp_path, make_segment, prefix):
    make_segment(1, prefix=prefix)
    remove_abandoned_segments(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_segment_of_a_running_process_stays(tmp_path, make_segment):
    segment, lock = make_segment(1)
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        remove_abandoned_segments(tmp_path)
    assert segment.exists()
    assert lock.exists()


def test_the_segment_of_a_process_that_has_not_locked_it_yet_stays(tmp_path, make_segment):
    segment, _ = make_segment(1, made_s=time.time())
    remove_abandoned_segments(tmp_path)
    assert segment.exists()


def test_a_lock_without_its_segment_does_not_keep_others_from_being_removed(tmp_path, make_segment):
    for number in range(3):
        make_segment(number)[0].unlink()
    remove_abandoned_segments(tmp_path)
    assert not list(tmp_path.iterdir())


def test_other_files_stay(tmp_path):
    names = ["fastrtps_port7411", "fastrtps_port7411_el", "sem.fastrtps_port7411_mutex", "of_somebody_else_el"]
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (LONG_AGO_S, LONG_AGO_S))
    remove_abandoned_segments(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)


def test_a_host_without_shared_memory_is_no_error(tmp_path):
    remove_abandoned_segments(tmp_path / "missing")
