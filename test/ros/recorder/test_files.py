# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings as files: what is in them, what is read from damaged ones, and the folder that they are in."""

import errno
import os
import random
import time

import pytest
import rclpy
from graph import wait_until
from mcap.reader import make_reader
from mcap.writer import Writer as McapWriter
from recorded_frames import DESCRIPTION, failed, frame
from sensor_msgs.msg import Image

from hbm_runtime_ros import recorder as recorder_module
from hbm_runtime_ros.parameters import RecorderParameters
from hbm_runtime_ros.recorder import Recorder
from hbm_runtime_ros.recording_file import (
    LogLine,
    Recording,
    RecordingError,
    message_definition,
    read_recording,
    write_recording,
)

RECORDING = Recording(
    DESCRIPTION, [frame(4, digests={"y": "0123"}), failed(5)], [LogLine(1_700_000_000_000_000_001, "dropped")]
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "recording.mcap"
    with path.open("wb") as stream:
        write_recording(stream, RECORDING)
    return path


def test_what_is_written_is_read_again(file):
    read = read_recording(file)
    assert read.description == DESCRIPTION
    assert list(read.frames) == [frame(4, digests={"y": "0123"}), failed(5)]
    assert read.log == RECORDING.log


def test_everything_in_a_file_is_a_ros_message_with_its_definition(file):
    with file.open("rb") as stream:
        found = [(schema.name, schema.encoding, channel.topic, channel.message_encoding)
                 for schema, channel, _ in make_reader(stream, validate_crcs=True).iter_messages()]  # fmt: skip
    assert sorted(set(found)) == [
        ("rcl_interfaces/msg/Log", "ros2msg", "/rosout", "cdr"),
        ("sensor_msgs/msg/Image", "ros2msg", "/camera/image", "cdr"),
        ("std_msgs/msg/String", "ros2msg", "/hbm_inference/detector/frames", "cdr"),
    ]


def test_a_message_that_several_frames_have_is_written_once(tmp_path):
    (shared,) = frame(1).messages
    frames = [each._replace(messages=(shared, *each.messages)) for each in (frame(1), frame(2))]
    description = {**DESCRIPTION, "topics": [{"topic": "/slow"}, {"topic": "/camera/image"}]}
    with (tmp_path / "shared.mcap").open("wb") as stream:
        write_recording(stream, Recording(description, frames))
    with (tmp_path / "shared.mcap").open("rb") as stream:
        assert len(list(make_reader(stream).iter_messages(topics=["/slow"]))) == 1
    assert list(read_recording(tmp_path / "shared.mcap").frames) == frames


def test_a_definition_contains_those_of_the_messages_in_it():
    assert message_definition(Image).split("=" * 80 + "\n") == [
        "std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\nuint8 is_bigendian\nuint32 step\nuint8[] data\n",
        "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n",
        "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec",
    ]


def test_arrays_and_strings_with_bounds_are_defined_as_in_a_file():
    class Message:
        @staticmethod
        def get_fields_and_field_types():
            return {
                "a": "sequence<double, 3>",
                "b": "string<10>",
                "c": "uint8[12]",
                "d": "boolean",
                "e": "sequence<string<5>>",
                "f": "octet",
                "g": "string<5>[2]",
                "h": "sequence<float>",
            }

    assert message_definition(Message).splitlines() == [
        "float64[<=3] a", "string<=10 b", "uint8[12] c", "bool d", "string<=5[] e", "byte f", "string<=5[2] g", "float32[] h"
    ]  # fmt: skip


def test_a_damaged_file_is_an_error_that_names_it(file):
    good = file.read_bytes()
    chance = random.Random(3)
    for _ in range(300):
        damaged = bytearray(good)
        for _ in range(chance.choice((1, 8))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        file.write_bytes(damaged)
        try:
            read_recording(file)
        except RecordingError as error:
            assert str(file) in str(error)


def test_a_file_that_ends_early_is_an_error(file):
    good = file.read_bytes()
    for size in range(0, len(good) - 1, 97):
        file.write_bytes(good[:size])
        with pytest.raises(RecordingError, match=r"expected an? (complete )?MCAP file|damaged"):
            read_recording(file)


def test_a_foreign_mcap_file_is_an_error_that_says_what_was_expected(tmp_path):
    with (tmp_path / "foreign.mcap").open("wb") as stream:
        foreign = McapWriter(stream)
        foreign.start()
        foreign.finish()
    with pytest.raises(RecordingError, match="expected a recording of the inference node, got another MCAP file"):
        read_recording(tmp_path / "foreign.mcap")


def test_a_recording_of_another_format_is_an_error_that_names_both(tmp_path):
    with (tmp_path / "newer.mcap").open("wb") as stream:
        newer = McapWriter(stream)
        newer.start()
        newer.add_metadata("hbm_runtime_ros recording", {"format": "2"})
        newer.finish()
    with pytest.raises(RecordingError, match="format of the recording must be 1, got 2"):
        read_recording(tmp_path / "newer.mcap")


def test_no_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(RecordingError, match="cannot read .*nothing.mcap: No such file"):
        read_recording(tmp_path / "nothing.mcap")


class Log:
    def __init__(self):
        self.lines = []
        self.info = self.warning = self.lines.append


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "recordings"


@pytest.fixture
def node_recorder(context, folder, monkeypatch):
    node = rclpy.create_node("recorded", context=context)
    log = Log()
    monkeypatch.setattr(node, "get_logger", lambda: log)
    recorder = Recorder(node, RecorderParameters(str(folder), most_files=3, interval_s=0.0))
    recorder.log = log
    yield recorder
    recorder.close(10)
    node.destroy_node()


def write(node_recorder):
    model = node_recorder.of_model("detector")
    model.restart(lambda: DESCRIPTION)
    model.add(frame(1))
    return model.record().result(10)


def test_a_file_is_named_by_time_model_and_reason_and_the_log_names_it(node_recorder, folder):
    file = write(node_recorder)
    assert file.parent == folder and file.match("recording_????????T*_detector_request.mcap")
    assert str(file) in node_recorder.log.lines[-1]
    assert read_recording(file).description["versions"]["hbm_runtime_ros"]


def test_the_oldest_files_beyond_the_most_are_deleted_and_others_are_left_alone(node_recorder, folder):
    folder.mkdir()
    (folder / "a_bag.mcap").touch()
    files = [write(node_recorder) for _ in range(6)]
    assert sorted(os.listdir(folder)) == ["a_bag.mcap", *(file.name for file in files[-3:])]


def test_what_a_killed_process_has_begun_is_deleted_when_it_is_old(node_recorder, folder):
    folder.mkdir()
    for name, age_s in (("killed", 3600), ("writing", 1)):
        (folder / f".recording_{name}.mcap.part").touch()
        os.utime(folder / f".recording_{name}.mcap.part", (time.time() - age_s,) * 2)
    file = write(node_recorder)
    assert sorted(os.listdir(folder)) == [".recording_writing.mcap.part", file.name]


def test_a_full_disk_is_logged_once_and_leaves_no_file(node_recorder, folder, monkeypatch):
    written = recorder_module.write_recording

    def fill(stream, recording):
        written(stream, recording)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(recorder_module, "write_recording", fill)
        for _ in range(3):
            with pytest.raises(OSError, match="No space left on device"):
                write(node_recorder)
    assert os.listdir(folder) == []
    assert len(node_recorder.log.lines) == 1 and "No space left on device" in node_recorder.log.lines[0]
    write(node_recorder)
    assert len(os.listdir(folder)) == 1


def test_a_folder_that_cannot_be_made_is_logged_and_the_frame_continues(node_recorder, folder):
    folder.write_text("a file")
    model = node_recorder.of_model("detector")
    model.restart(lambda: DESCRIPTION)
    model.add(failed(1))
    wait_until(lambda: node_recorder.log.lines, "a line of the log")
    assert "no recording in" in node_recorder.log.lines[0] and "exists" in node_recorder.log.lines[0]


def test_recordings_that_are_under_way_are_complete_when_the_node_has_ended(node_recorder, folder):
    model = node_recorder.of_model("detector")
    model.restart(lambda: DESCRIPTION)
    model.add(failed(1))
    node_recorder.close(10)
    (name,) = os.listdir(folder)
    assert len(read_recording(folder / name).frames) == 1
    model.add(failed(2))  # too late, and no error
