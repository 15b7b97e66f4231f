# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames the recorder keeps, and when it writes them."""

import numpy as np
import pytest
from recorded_frames import DESCRIPTION, MEGABYTE, failed, frame

from hbm_runtime_ros import _wire
from hbm_runtime_ros.errors import ConfigurationError, DropReason
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
from hbm_runtime_ros.recording_file import Recording, kept, read_recording, write_recording

HBMEM = MESSAGE_TYPES["hbm_img_msgs/msg/HbmMsg480P"]


def test_frames_older_than_the_seconds_leave(recorder, writer, clock):
    for sequence in range(50):
        recorder.add(frame(sequence))
        clock.now_s += 0.1
    recorder.record()
    assert writer.sequences() == list(range(29, 50))


def test_frames_beyond_the_megabytes_leave_the_oldest_first(recorder, writer):
    for sequence in range(50):
        recorder.add(frame(sequence, size_bytes=MEGABYTE // 10))
    recorder.record()
    assert writer.sequences() == list(range(40, 50))


def test_a_message_larger_than_the_megabytes_is_not_kept_but_its_frame_is(recorder, writer):
    recorder.add(frame(1))
    recorder.add(frame(2, size_bytes=MEGABYTE + 1))
    recorder.record()
    assert [len(each.messages) for each in writer.recordings[-1].frames] == [1, 0]


def test_a_frame_that_took_longer_than_the_seconds_is_kept(recorder, writer, clock):
    clock.now_s += 60
    recorder.add(failed(1, DropReason.TIMEOUT))
    assert writer.sequences() == [1]


def test_frames_of_two_threads_are_written_in_their_order(recorder, writer):
    for sequence in (2, 1, 4, 3):
        recorder.add(frame(sequence))
    recorder.record()
    assert writer.sequences() == [1, 2, 3, 4]


@pytest.mark.parametrize("reason", list(DropReason), ids=str)
def test_a_frame_that_was_dropped_because_of_a_fault_is_written_and_others_are_not(recorder, writer, reason):
    recorder.add(frame(1))
    recorder.add(failed(2, reason))
    assert [each.description["reason"] for each in writer.recordings] == ([str(reason)] if reason.is_a_fault else [])


def test_one_reason_is_recorded_again_after_the_interval_only(recorder, writer, clock):
    recorder.add(failed(1))
    writer.complete()
    clock.now_s += 9
    recorder.add(failed(2))
    assert len(writer.recordings) == 1
    clock.now_s += 1
    recorder.add(failed(3))
    assert len(writer.recordings) == 2


def test_another_reason_is_recorded_within_the_interval(recorder, writer):
    recorder.add(failed(1))
    writer.complete()
    recorder.add(failed(2, DropReason.TIMEOUT))
    assert [each.description["reason"] for each in writer.recordings] == ["inference", "timeout"]


def test_no_other_recording_begins_while_one_is_written(recorder, writer):
    recorder.add(failed(1))
    recorder.add(failed(2, DropReason.TIMEOUT))
    assert len(writer.recordings) == 1
    writer.complete()
    recorder.add(failed(3, DropReason.TIMEOUT))
    assert len(writer.recordings) == 2


def test_a_frame_costs_nothing_more_when_the_node_ends(recorder, monkeypatch):
    def refuse(recording):
        raise ConfigurationError("the node is shutting down")

    monkeypatch.setattr(recorder, "_write", refuse)
    recorder.add(failed(1))
    with pytest.raises(ConfigurationError, match="shutting down"):
        recorder.record()


def test_warnings_are_written_with_the_frames(recorder, writer):
    printed = []
    log = recorder.logging(printed.append)
    log("frame dropped")
    recorder.add(failed(1))
    assert printed == ["frame dropped"] == [line.text for line in writer.recordings[-1].log]


def test_a_model_that_was_unloaded_has_no_frames(recorder):
    recorder.add(frame(1))
    recorder.restart(None)
    with pytest.raises(ConfigurationError, match="model 'detector' has had no frame since it was loaded"):
        recorder.record()


def test_the_last_file_is_known_when_it_is_complete(recorder, writer):
    recorder.add(failed(1))
    assert recorder.last_file == ""
    writer.complete()
    assert recorder.last_file == "1.mcap"


class Loan(np.ndarray):
    """A picture of hbm_img_msgs in memory of its publisher."""

    loaned = True
    intact = True


def loan(used_bytes):
    fields = np.array([5, 100, 7, 4, 6, used_bytes, 6], "<u4").tobytes() + b"nv12".ljust(12, b"\0")
    return np.frombuffer(fields + bytes([9]) * HBMEM.capacity_bytes, np.uint8).view(Loan)


def test_a_lent_picture_is_copied_as_a_serialized_message_up_to_its_end():
    memory = loan(36).copy().view(Loan)
    copy = kept(Message(HBMEM, memory))
    memory[:] = 0
    assert bytes(copy.data) == b"\0\1\0\0" + loan(36)[: 40 + 36].tobytes()


def test_a_lent_picture_that_was_overwritten_is_not_kept(recorder):
    memory = loan(36)
    memory.intact = False
    assert recorder.keep([Message(HBMEM, memory)]) == ()


def test_a_message_that_is_not_lent_is_kept_itself(recorder):
    (message,) = frame(1).messages
    assert recorder.keep([message])[0].data is message.data


def test_a_lent_picture_is_read_again_from_its_recording_as_it_was(tmp_path):
    lent = Message(HBMEM, loan(36).copy().view(Loan))
    record = frame(1)._replace(messages=(kept(lent),))
    with (tmp_path / "lent.mcap").open("wb") as stream:
        write_recording(stream, Recording(DESCRIPTION, [record]))
    ((message,),) = [each.messages for each in read_recording(tmp_path / "lent.mcap").frames]
    before, after = (_wire.parse_hbmem_image(each.data, HBMEM.capacity_bytes) for each in (lent, message))
    assert (after.index, after.width, after.height, after.data_size_bytes) == (5, 6, 4, 36)
    assert after.encoding == before.encoding
    assert np.array_equal(after.room[:36], before.room[:36])


@pytest.mark.parametrize("size_bytes", [0, 10, 10_000_000])
def test_a_damaged_message_is_written_as_it_came(tmp_path, size_bytes):
    record = frame(1)._replace(messages=(Message(HBMEM, bytes(size_bytes)),))
    with (tmp_path / "damaged.mcap").open("wb") as stream:
        write_recording(stream, Recording(DESCRIPTION, [record]))
    assert list(read_recording(tmp_path / "damaged.mcap").frames) == [record]
