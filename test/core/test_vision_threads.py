# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Preparations and the threads of a program."""

import threading
import time

import numpy as np
from pictures import guarded_planes, noise, nv12_model, preparation_of


def test_another_thread_runs_while_a_picture_is_prepared(tmp_path):
    """Within one call this thread never pauses for all of the call, as it would if the lock were held."""
    preparation = preparation_of(tmp_path, nv12_model(1280, 1280), interpolation="box")
    picture = noise(2160, 3840 * 3)
    into, _ = guarded_planes(1280, 1280)
    calls = []
    finished = threading.Event()

    def work():
        for _ in range(40):
            begin = time.perf_counter()
            preparation.prepare(picture, 3840, 2160, 3840 * 3, "bgr8", into)
            calls.append((begin, time.perf_counter()))
        finished.set()

    thread = threading.Thread(target=work)
    thread.start()
    stamps = []
    while not finished.is_set():
        stamps.append(time.perf_counter())
    thread.join()
    stamps = np.array(stamps)
    pauses = []
    for begin, end in calls:
        inside = stamps[(stamps > begin) & (stamps < end)]
        pauses.append(np.diff(np.concatenate([[begin], inside, [end]])).max() / (end - begin))
    # Other programs may stop this thread now and then; the lock would stop it in every call.
    assert min(pauses) < 0.8


def test_threads_may_share_a_preparation(tmp_path):
    preparation = preparation_of(tmp_path, nv12_model(96, 64))
    pictures = [noise(48 * (index + 1), 64, seed=index) for index in range(4)]
    expected = []
    for picture in pictures:
        into, _ = guarded_planes(96, 64)
        preparation.prepare(picture, 64, picture.shape[0], 64, "mono8", into)
        expected.append(into["data_y"].copy())
    wrong = []

    def work(index):
        for _ in range(100):
            into, _ = guarded_planes(96, 64)
            preparation.prepare(pictures[index], 64, pictures[index].shape[0], 64, "mono8", into)
            if not np.array_equal(into["data_y"], expected[index]):
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
