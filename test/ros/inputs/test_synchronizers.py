# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How messages of several topics become frames, without topics."""

import random

import pytest

from hbm_runtime_ros.inputs.assembler import LatestSynchronizer, StampSynchronizer

MS = 1_000_000


def run(synchronizer, arrivals):
    """Feed (topic, stamp) and return the frames, as tuples of stamps, and how many messages found no partner."""
    frames, unmatched = [], 0
    for topic, stamp_ns in arrivals:
        matched = synchronizer.add(topic, stamp_ns, stamp_ns)
        unmatched += matched.unmatched
        if matched.frame is not None:
            frames.append(matched.frame)
    return frames, unmatched


def waiting(synchronizer):
    return sum(map(len, synchronizer._waiting))


def test_latest_makes_a_frame_of_each_message_of_the_first_topic():
    arrivals = [(0, 1), (1, 2), (0, 3), (0, 4), (1, 5), (1, 6), (0, 7)]
    assert run(LatestSynchronizer(2), arrivals) == ([(3, 2), (4, 2), (7, 6)], 1)


def test_latest_waits_for_every_topic_once():
    assert run(LatestSynchronizer(3), [(0, 1), (2, 1), (0, 2), (1, 3), (0, 4)]) == ([(4, 3, 1)], 2)


def test_exact_takes_equal_stamps_only_and_gives_up_what_is_older():
    arrivals = [(0, 10), (0, 20), (1, 15), (1, 20), (0, 30), (1, 30)]
    assert run(StampSynchronizer(2, 5, 0), arrivals) == ([(20, 20), (30, 30)], 2)


def test_a_frame_leaves_with_the_last_of_its_messages_not_later():
    synchronizer = StampSynchronizer(2, 5, 10 * MS)
    assert synchronizer.add(0, "a", 0).frame is None
    assert synchronizer.add(1, "b", 9 * MS).frame == ("a", "b")


@pytest.mark.parametrize(("offset_ms", "matches"), [(0, True), (10, True), (-10, True), (11, False), (-11, False)])
def test_approximate_takes_stamps_within_the_slop(offset_ms, matches):
    frames, _ = run(StampSynchronizer(2, 5, 10 * MS), [(0, 100 * MS), (1, (100 + offset_ms) * MS)])
    assert bool(frames) == matches


def test_approximate_takes_the_closest_set_not_the_closest_of_each_topic():
    # -8 is closer to 0 than 9 is, but 9 and 5 lie together.
    arrivals = [(1, -8), (1, 9), (2, 5), (0, 0)]
    frames, unmatched = run(StampSynchronizer(3, 5, 10), [(topic, stamp + 100) for topic, stamp in arrivals])
    assert frames == [(100, 109, 105)]
    assert unmatched == 1


def test_of_equally_close_messages_the_newest_is_taken():
    assert run(StampSynchronizer(2, 5, 10), [(1, 95), (1, 105), (0, 100)]) == ([(100, 105)], 1)


def test_a_message_that_comes_twice_makes_one_frame():
    synchronizer = StampSynchronizer(2, 5, 0)
    frames, unmatched = run(synchronizer, [(0, 1), (0, 1), (1, 1)])
    assert (frames, unmatched) == ([(1, 1)], 1)
    assert run(synchronizer, [(1, 1)]) == ([], 0)


def test_no_queue_grows_beyond_its_size():
    synchronizer = StampSynchronizer(2, 3, 0)
    _, unmatched = run(synchronizer, [(0, stamp) for stamp in range(100)])
    assert unmatched == 97
    assert waiting(synchronizer) == 3


@pytest.mark.parametrize("slop_ns", [0, 5])
def test_a_clock_that_jumps_back_costs_no_more_than_what_waits(slop_ns):
    synchronizer = StampSynchronizer(2, 5, slop_ns)
    run(synchronizer, [(0, 10**12), (1, 10**12 + 100), (0, 10**12 + 200)])
    frames, unmatched = run(synchronizer, [(topic, stamp) for stamp in range(100, 1000, 100) for topic in (0, 1)])
    assert frames == [(stamp, stamp) for stamp in range(100, 1000, 100)]
    assert unmatched == 3


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("topics", [2, 3, 4])
def test_every_message_is_used_once_or_counted_whatever_is_lost_and_in_which_order_it_comes(seed, topics):
    chance = random.Random(seed)
    slop_ns, period_ns = 10, 100
    arrivals = []
    for index in range(60):
        for topic in range(topics):
            for _ in range(chance.choices((0, 1, 2), (2, 12, 1))[0]):
                stamp_ns = index * period_ns + chance.randint(0, slop_ns)
                arrivals.append((index * period_ns + chance.randint(0, 150), topic, stamp_ns))
    arrivals.sort()
    synchronizer = StampSynchronizer(topics, 5, slop_ns)
    frames, unmatched = run(synchronizer, [(topic, stamp) for _, topic, stamp in arrivals])
    assert len(frames) > 10
    assert len(arrivals) == len(frames) * topics + unmatched + waiting(synchronizer)
    assert all(max(frame) - min(frame) <= slop_ns for frame in frames)


def test_nothing_is_lost_where_nothing_is_missing():
    stamps = list(range(1000, 2000, 33))
    arrivals = [(topic, stamp + 2 * topic) for stamp in stamps for topic in (1, 0, 2)]
    frames, unmatched = run(StampSynchronizer(3, 5, 4), arrivals)
    assert frames == [(stamp, stamp + 2, stamp + 4) for stamp in stamps]
    assert unmatched == 0
