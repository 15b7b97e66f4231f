# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames wait for a model, and in which order their results leave."""

import threading

from hbm_runtime_ros.frame_queue import Frame, FrameQueue
from hbm_runtime_ros.turns import Turns


def frame(sequence: int) -> Frame:
    return Frame((b"",), sequence, received_ns=0, started_ns=0)


def test_the_oldest_frame_makes_room_for_the_newest():
    queue = FrameQueue(depth=2)
    for sequence in range(5):
        queue.put(frame(sequence))
    assert [queue.get().sequence, queue.get().sequence] == [3, 4]


def test_whoever_waits_for_a_frame_leaves_when_the_queue_closes():
    queue = FrameQueue(depth=1)
    got = []
    waiting = threading.Thread(target=lambda: got.append(queue.get()))
    waiting.start()
    queue.close()
    waiting.join(10)
    assert got == [None]


def test_a_closed_queue_gives_no_frame_that_still_waited():
    queue = FrameQueue(depth=1)
    queue.put(frame(0))
    queue.close()
    assert queue.get() is None


def test_frames_that_are_forgotten_are_counted():
    queue = FrameQueue(depth=3)
    for sequence in range(3):
        queue.put(frame(sequence))
    assert queue.clear() == 3
    queue.put(frame(3))
    assert queue.close() == 1
    assert queue.clear() == 0


def test_the_queue_tells_since_when_its_oldest_frame_waits():
    queue = FrameQueue(depth=2)
    assert queue.waiting_since_ns() is None
    for started_ns in (7, 8):
        queue.put(Frame((b"",), 0, received_ns=0, started_ns=started_ns))
    assert queue.waiting_since_ns() == 7
    queue.get()
    assert queue.waiting_since_ns() == 8


def test_turns_end_in_the_order_in_which_they_began():
    turns = Turns()
    first, second = turns.begin(), turns.begin()
    ended = []

    def end_second():
        with turns.wait_for(second):
            ended.append("second")

    late = threading.Thread(target=end_second)
    late.start()
    assert not turns.wait_for_all(0.05)
    with turns.wait_for(first):
        ended.append("first")
    late.join(10)
    assert ended == ["first", "second"]
    assert turns.wait_for_all(0)


def test_a_turn_that_fails_lets_the_next_one_pass():
    turns = Turns()
    first, second = turns.begin(), turns.begin()
    try:
        with turns.wait_for(first):
            raise RuntimeError("of the frame")
    except RuntimeError:
        pass
    with turns.wait_for(second):
        assert not turns.wait_for_all(0)
    assert turns.wait_for_all(0)
