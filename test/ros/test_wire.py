# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The native reader and writer of serialized messages, against rclpy's own."""

import ctypes
import struct
import sys

import numpy as np
import pytest
from hbm_img_msgs.msg import HbmMsg480P
from hbm_runtime_ros.msg import ImageTransform, InferenceResult, Tensor, TensorList
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image

from hbm_runtime_ros import _wire

TIMING_FIELDS = ("received_ns", "prepare_ns", "input_ns", "submit_ns", "device_ns", "output_ns", "total_ns")


def picture(width=6, height=4, encoding="rgb8", frame_id="camera", channels=3):
    message = Image(width=width, height=height, encoding=encoding, step=width * channels)
    message.header.stamp.sec = -5
    message.header.stamp.nanosec = 999_999_999
    message.header.frame_id = frame_id
    message.data.frombytes(np.arange(width * height * channels, dtype=np.uint8).tobytes())
    return message


def assert_equal_but_for_padding(payload, expected):
    """rclpy leaves old bytes in the padding between fields, the writer zeros."""
    assert len(payload) == len(expected)
    differing = np.flatnonzero(np.frombuffer(payload, np.uint8) != np.frombuffer(expected, np.uint8))
    assert not np.frombuffer(payload, np.uint8)[differing].any()


def tensor_type(name="out", code=Tensor.DTYPE_FLOAT, bits=32, packed_length=0, scale=(), zero_point=(), axis=-1):
    return _wire.TensorType(
        name=name,
        dtype_code=code,
        dtype_bits=bits,
        packed_length=packed_length,
        quant_type=Tensor.QUANT_SCALE if scale else Tensor.QUANT_NONE,
        quant_scale=list(scale),
        quant_zero_point=list(zero_point),
        quant_axis=axis,
    )


def write(writer, outputs, header=None, sequence=7, transforms=(), timing=(1, 2, 3, 4, 5, 6, 7)):
    return writer.write(
        header=header or _wire.FrameHeader(3, 4, "camera"),
        sequence=sequence,
        transforms=list(transforms),
        timing=timing,
        outputs=list(outputs),
    )


@pytest.mark.parametrize("frame_id", ["", "a", "camera", "kamera_ä", "x" * 100])
@pytest.mark.parametrize("encoding", ["nv12", "bgr8", "8UC1"])
def test_a_picture_reads_as_rclpy_wrote_it(frame_id, encoding):
    message = picture(encoding=encoding, frame_id=frame_id)
    image = _wire.parse_image(serialize_message(message))
    assert (image.header.stamp_sec, image.header.stamp_nanosec) == (-5, 999_999_999)
    assert image.header.frame_id == frame_id
    assert (image.width, image.height, image.encoding, image.step_bytes) == (6, 4, encoding, 18)
    assert image.is_bigendian is False
    assert image.data.tobytes() == message.data.tobytes()


def test_the_data_of_a_picture_is_a_view_that_outlives_the_message_variable():
    payload = serialize_message(picture())
    address = np.frombuffer(payload, np.uint8).ctypes.data
    references = sys.getrefcount(payload)
    data = _wire.parse_image(payload).data
    assert address < data.ctypes.data < address + len(payload)
    assert not data.flags.writeable
    assert sys.getrefcount(payload) > references
    del payload
    assert data[:4].tolist() == [0, 1, 2, 3]


def test_a_big_endian_picture_reads_the_same():
    frame_id = b"camera\0"
    body = struct.pack(">iII", -5, 999_999_999, len(frame_id)) + frame_id
    body += b"\0" * (-len(body) % 4)
    body += struct.pack(">III", 2, 4, 6) + b"mono8\0" + b"\1"
    body += b"\0" * (-len(body) % 4)
    body += struct.pack(">II", 4, 8) + bytes(range(8))
    image = _wire.parse_image(b"\0\0\0\0" + body)
    assert (image.header.stamp_sec, image.header.frame_id) == (-5, "camera")
    assert (image.height, image.width, image.encoding, image.step_bytes) == (2, 4, "mono8", 4)
    assert image.is_bigendian is True
    assert image.data.tolist() == list(range(8))


def test_every_cut_of_a_picture_is_refused():
    payload = serialize_message(picture())
    for length in range(len(payload) - 1):
        with pytest.raises(_wire.WireError, match="was it cut"):
            _wire.parse_image(payload[:length])


def test_lengths_beyond_the_message_are_refused_and_named():
    payload = bytearray(serialize_message(picture()))
    payload[12:16] = b"\xff\xff\xff\xff"
    with pytest.raises(ValueError, match=r"header\.frame_id' needs 4294967295 bytes from byte 16"):
        _wire.parse_image(bytes(payload))


def test_a_string_without_its_nul_is_refused():
    payload = bytearray(serialize_message(picture(frame_id="abc")))
    payload[19] = ord("d")
    with pytest.raises(_wire.WireError, match="NUL"):
        _wire.parse_image(bytes(payload))


@pytest.mark.parametrize("holder", [bytes, bytearray, memoryview, lambda payload: np.frombuffer(payload, np.uint8)])
def test_a_picture_is_read_from_whatever_holds_bytes_and_keeps_it(holder):
    payload = serialize_message(picture())
    held = holder(bytes(payload))
    image = _wire.parse_image(held)
    data = image.data
    assert address_of(held) <= data.ctypes.data < address_of(held) + len(payload)
    assert _wire.read_stamp_ns(held) == -5 * 10**9 + 999_999_999
    del held, image
    assert data.tobytes() == picture().data.tobytes()


def test_a_bytearray_cannot_be_resized_under_a_picture_that_was_read_from_it():
    payload = bytearray(serialize_message(picture()))
    image = _wire.parse_image(payload)
    with pytest.raises(BufferError):
        payload.clear()
    del image
    payload.clear()


def test_a_buffer_with_gaps_is_refused():
    with pytest.raises(ValueError, match="contiguous"):
        _wire.parse_image(memoryview(serialize_message(picture()))[::2])
    with pytest.raises(TypeError):
        _wire.parse_image("text")


def loan_of(serialized):
    """The C struct as the middleware lends it: the serialized message without its header."""

    class Loan(ctypes.c_uint8 * (len(serialized) - 4)):
        loaned = True

    return Loan.from_buffer_copy(serialized[4:])


def test_a_loaned_picture_reads_as_the_serialized_one():
    message = HbmMsg480P(index=3, height=4, width=6, step=6, data_size=36)
    message.time_stamp.sec, message.time_stamp.nanosec = 5, 6
    message.encoding[:4] = np.frombuffer(b"nv12", np.uint8)
    message.data[:] = np.arange(message.data.size) % 251
    serialized = serialize_message(message)
    images = [_wire.parse_hbmem_image(each, message.data.size) for each in (serialized, loan_of(serialized))]
    fields = [
        (image.index, image.stamp_sec, image.stamp_nanosec, image.height, image.width, image.step_bytes)
        + (image.data_size_bytes, image.encoding, image.room.tobytes())
        for image in images
    ]
    assert fields[0] == fields[1]
    assert fields[0][:8] == (3, 5, 6, 4, 6, 6, 36, b"nv12")
    assert _wire.read_hbmem_stamp_ns(loan_of(serialized)) == 5 * 10**9 + 6
    with pytest.raises(_wire.WireError, match="data"):
        _wire.parse_hbmem_image(loan_of(serialized[:-1]), message.data.size)


# "Camera 1" as programs write it that do not know UTF-8.
GBK = "相机一".encode("gbk")


def with_text(message, placeholder, text=GBK):
    return serialize_message(message).replace(placeholder, text.ljust(len(placeholder), b"_"))


def test_a_frame_id_that_is_no_utf8_reaches_the_result_byte_for_byte():
    image = _wire.parse_image(with_text(picture(frame_id="FRAMEFRAME"), b"FRAMEFRAME"))
    assert image.header.frame_id.encode("utf-8", "surrogateescape") == GBK + b"____"
    again = _wire.FrameHeader(image.header.stamp_sec, image.header.stamp_nanosec, image.header.frame_id)
    for header in (image.header, again):
        assert GBK + b"____\0" in bytes(write(_wire.ResultWriter("m", []), [], header=header))


def test_other_texts_that_are_no_utf8_can_be_printed():
    escaped = GBK.decode("utf-8", "backslashreplace")
    image = _wire.parse_image(with_text(picture(encoding="ENCODE"), b"ENCODE"))
    assert image.encoding == escaped
    compressed = _wire.parse_compressed_image(with_text(CompressedImage(format="FORMAT"), b"FORMAT"))
    assert compressed.format == escaped
    _, (tensor,) = _wire.parse_tensor_list(with_text(TensorList(tensors=[Tensor(name="TENSOR")]), b"TENSOR"))
    assert tensor.name == escaped
    assert escaped.isprintable()


def test_an_output_whose_name_is_no_utf8_keeps_its_bytes():
    name = GBK.decode("utf-8", "surrogateescape")
    transform = _wire.ImageTransform(
        inputs=[name], mode="m", source_width=1, source_height=1, model_width=1, model_height=1,
        scale_x=1, scale_y=1, pad_left=0, pad_top=0, crop_left=0, crop_top=0,
    )  # fmt: skip
    payload = write(_wire.ResultWriter("m", [tensor_type(name)]), [np.ones(1, np.float32)], transforms=[transform])
    assert bytes(payload).count(GBK + b"\0") == 2


@pytest.mark.parametrize("header", [b"\0\2\0\0", b"\0\6\0\0", b"\1\0\0\0"])
def test_encodings_other_than_plain_cdr_are_refused(header):
    with pytest.raises(_wire.WireError, match="unknown CDR encoding"):
        _wire.parse_image(header + serialize_message(picture())[4:])


@pytest.mark.parametrize("frame_id", ["", "camera", "x" * 9])
@pytest.mark.parametrize("output_name", ["o", "output", "logits_1"])
def test_a_result_is_byte_for_byte_what_rclpy_writes_but_for_padding(frame_id, output_name):
    scores = np.linspace(0, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    boxes = np.arange(-5, 5, dtype=np.int8)
    writer = _wire.ResultWriter(
        "detector",
        [
            tensor_type(output_name),
            tensor_type("boxes", Tensor.DTYPE_INT, 8, scale=[0.5, 0.25], zero_point=[1, -1], axis=1),
        ],
    )
    transform = {
        "inputs": ["data_y", "data_uv"],
        "mode": "letterbox",
        "source_width": 1920,
        "source_height": 1080,
        "model_width": 640,
        "model_height": 640,
        "scale_x": 1 / 3,
        "scale_y": 0.3,
        "pad_left": 0.5,
        "pad_top": 140.0,
        "crop_left": 1.0,
        "crop_top": 2.0,
    }
    payload = write(
        writer,
        [scores, boxes],
        header=_wire.FrameHeader(3, 4, frame_id),
        transforms=[_wire.ImageTransform(**transform)],
    )

    expected = InferenceResult(model="detector", sequence=7, transforms=[ImageTransform(**transform)])
    expected.header.stamp.sec, expected.header.stamp.nanosec = 3, 4
    expected.header.frame_id = frame_id
    for index, field in enumerate(TIMING_FIELDS):
        setattr(expected.timing, field, index + 1)
    expected.outputs = [
        Tensor(
            name=output_name, dtype_code=Tensor.DTYPE_FLOAT, dtype_bits=32, dtype_lanes=1, shape=[2, 3, 4], quant_axis=-1
        ),
        Tensor(
            name="boxes",
            dtype_code=Tensor.DTYPE_INT,
            dtype_bits=8,
            dtype_lanes=1,
            shape=[10],
            quant_type=Tensor.QUANT_SCALE,
            quant_scale=[0.5, 0.25],
            quant_zero_point=[1, -1],
            quant_axis=1,
        ),
    ]
    expected.outputs[0].data.frombytes(scores.tobytes())
    expected.outputs[1].data.frombytes(boxes.tobytes())
    assert_equal_but_for_padding(payload, serialize_message(expected))
    assert deserialize_message(bytes(payload), InferenceResult) == expected


def test_a_result_without_outputs_or_transforms_is_what_rclpy_writes():
    expected = InferenceResult(model="m", sequence=7)
    expected.header.frame_id = "camera"
    expected.header.stamp.sec, expected.header.stamp.nanosec = 3, 4
    for index, field in enumerate(TIMING_FIELDS):
        setattr(expected.timing, field, index + 1)
    payload = write(_wire.ResultWriter("m", []), [])
    assert_equal_but_for_padding(payload, serialize_message(expected))
    assert deserialize_message(bytes(payload), InferenceResult) == expected


RAMP = np.arange(2 * 5 * 6 * 8).reshape(2, 5, 6, 8)


@pytest.mark.parametrize(
    "cut",
    [
        lambda ramp: ramp,
        lambda ramp: ramp[..., :7],
        lambda ramp: ramp[:, :, :5],
        lambda ramp: ramp[:, 1:4, ::2, ::3],
        lambda ramp: ramp[:, ::-1],
        lambda ramp: ramp[..., ::-1],
        lambda ramp: ramp.transpose(0, 3, 1, 2),
        lambda ramp: ramp.T,
        lambda ramp: ramp[:1, :, :1],
        lambda ramp: ramp[:0],
        lambda ramp: ramp[0, 0, 0, :1].reshape(()),
        lambda ramp: np.broadcast_to(ramp[0, 0, 0], (3, 8)),
    ],
    ids=[
        "dense",
        "padded",
        "cut",
        "stepped",
        "flipped",
        "mirrored",
        "nchw",
        "transposed",
        "thin",
        "empty",
        "scalar",
        "repeated",
    ],
)
@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "f8", "f4"])
def test_any_strides_come_out_compact(cut, dtype):
    array = cut(RAMP.astype(dtype))
    writer = _wire.ResultWriter("m", [tensor_type(bits=array.itemsize * 8)])
    tensor = deserialize_message(bytes(write(writer, [array])), InferenceResult).outputs[0]
    assert list(tensor.shape) == list(array.shape)
    assert tensor.data.tobytes() == array.tobytes()


def test_packed_4_bit_tensors_tell_their_logical_shape():
    writer = _wire.ResultWriter("m", [tensor_type(code=Tensor.DTYPE_INT, bits=4, packed_length=5)])
    tensor = deserialize_message(bytes(write(writer, [np.zeros((2, 3), np.uint8)])), InferenceResult).outputs[0]
    assert (list(tensor.shape), tensor.dtype_bits, len(tensor.data)) == ([2, 5], 4, 6)


def address_of(view):
    return np.frombuffer(view, np.uint8).ctypes.data


def test_the_buffer_is_used_again_once_nobody_holds_it():
    writer = _wire.ResultWriter("m", [tensor_type()])
    first = write(writer, [np.ones(1000, np.float32)])
    address = address_of(first)
    del first
    assert address_of(write(writer, [np.zeros(1000, np.float32)])) == address


def test_a_result_that_is_still_held_is_not_overwritten():
    writer = _wire.ResultWriter("m", [tensor_type()])
    first = write(writer, [np.ones(1000, np.float32)])
    copy = bytes(first)
    part = first[:100]
    del first
    write(writer, [np.zeros(1000, np.float32)])
    assert part == copy[:100]


def test_a_result_outlives_its_writer():
    writer = _wire.ResultWriter("m", [tensor_type()])
    result = write(writer, [np.ones(1000, np.float32)])
    del writer
    assert deserialize_message(bytes(result), InferenceResult).outputs[0].shape[0] == 1000


def test_a_result_is_read_only():
    result = write(_wire.ResultWriter("m", [tensor_type()]), [np.ones(1, np.float32)])
    with pytest.raises(TypeError, match="read-only"):
        result[0] = 1


def test_equal_results_are_equal_bytes_in_a_buffer_that_held_others():
    writer = _wire.ResultWriter("m", [tensor_type("a"), tensor_type("bcd", bits=8)])
    outputs = [np.ones(3, np.float32), np.ones(3, np.uint8)]
    first = bytes(write(writer, outputs))
    write(writer, [np.full(3, np.nan, np.float32), np.full(3, 255, np.uint8)], sequence=2**64 - 1)
    assert write(writer, outputs) == first


def test_outputs_that_do_not_fit_the_model_are_refused():
    writer = _wire.ResultWriter("m", [tensor_type("scores")])
    with pytest.raises(ValueError, match="model 'm': expected 1 outputs, got 2"):
        write(writer, [np.ones(1, np.float32)] * 2)
    with pytest.raises(ValueError, match="output 'scores': expected elements of 4 bytes, got 8"):
        write(writer, [np.ones(1)])
