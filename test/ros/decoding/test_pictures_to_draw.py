# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of every kind of message, as it is loaded to be drawn into."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from graph import nv12_picture, picture
from hbm_img_msgs.msg import HbmMsg480P
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage

from hbm_runtime_core import HB_HBMRuntime, HbmValueError, vision
from hbm_runtime_core.overlay import Canvas
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
from hbm_runtime_ros.inputs.pictures import CompressedImageReader, HbmemReader, ImageReader
from hbm_runtime_ros.inputs.slot import InferenceSlot
from hbm_runtime_ros.inputs.tensors import TensorListReader
from hbm_runtime_ros.monitoring.health import ThrottledLogger

WIDTH, HEIGHT = 2 * MODEL_WIDTH, 2 * MODEL_HEIGHT
NV12 = nv12_picture(WIDTH, HEIGHT)


class Loan(bytes):
    """A message whose publisher has overwritten it."""

    intact = False


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    runtime = HB_HBMRuntime(str(write_models(tmp_path_factory.mktemp("echo") / "echo.hbm", echo_model())))
    preparation = vision.for_model(runtime, "echo")

    def make(kind, picture_range="limited"):
        return kind(preparation, "", picture_range, ThrottledLogger(print))

    return make


def serialized(kind, message, wrap=bytes):
    return Message(MESSAGE_TYPES[kind], wrap(serialize_message(message)))


def hbmem(wrap=bytes):
    message = HbmMsg480P(width=WIDTH, height=HEIGHT, step=WIDTH, data_size=len(NV12.data))
    message.encoding[:4] = np.frombuffer(b"nv12", np.uint8)
    message.data[: len(NV12.data)] = np.array(NV12.data)
    return serialized("hbm_img_msgs/msg/HbmMsg480P", message, wrap)


def luma(canvas):
    return cv2.cvtColor(canvas.bgr(), cv2.COLOR_BGR2GRAY).astype(int)


def test_raw_and_lent_pictures_are_the_same(readers):
    raw, lent = Canvas(), Canvas()
    assert readers(ImageReader).load_picture(serialized("sensor_msgs/msg/Image", NV12), raw)
    assert readers(HbmemReader).load_picture(hbmem(), lent)
    assert raw.size == lent.size == (WIDTH, HEIGHT)
    np.testing.assert_array_equal(raw.bgr(), lent.bgr())


def test_the_range_of_a_picture_is_that_of_the_parameter(readers):
    dark = np.full(WIDTH * HEIGHT * 3 // 2, 128, np.uint8)
    dark[: WIDTH * HEIGHT] = 16
    message = serialized("sensor_msgs/msg/Image", picture(dark, WIDTH, HEIGHT, "nv12", WIDTH))
    for picture_range, expected in (("limited", 0), ("full", 16)):
        canvas = Canvas()
        assert readers(ImageReader, picture_range).load_picture(message, canvas)
        assert np.abs(luma(canvas) - expected).max() <= 1


def test_a_compressed_picture_is_decoded(readers):
    shown = np.full((HEIGHT, WIDTH, 3), 77, np.uint8)
    for suffix in (".jpg", ".png"):
        message = CompressedImage(format=suffix[1:], data=cv2.imencode(suffix, shown)[1].tobytes())
        canvas = Canvas()
        assert readers(CompressedImageReader).load_picture(serialized("sensor_msgs/msg/CompressedImage", message), canvas)
        assert np.abs(luma(canvas) - 77).max() <= 2


def test_a_lent_picture_that_was_overwritten_meanwhile_is_not_drawn(readers):
    assert not readers(HbmemReader).load_picture(hbmem(Loan), Canvas())


def test_a_picture_that_contradicts_itself_is_refused(readers):
    message = serialized("sensor_msgs/msg/Image", picture(np.zeros(10, np.uint8), WIDTH, HEIGHT, "bgr8", 3 * WIDTH))
    with pytest.raises(HbmValueError, match="bytes of data"):
        readers(ImageReader).load_picture(message, Canvas())


def test_of_several_topics_the_first_picture_is_drawn(readers):
    def request(_):
        return SimpleNamespace(inputs={})

    tensors = Message(MESSAGE_TYPES["hbm_runtime_ros/msg/TensorList"], b"")
    topics = [("state", {"tensors": TensorListReader.__new__(TensorListReader)}), ("camera", {"raw": readers(ImageReader)})]
    slot = InferenceSlot(request, topics, {})
    canvas = Canvas()
    assert slot.load_picture([tensors, serialized("sensor_msgs/msg/Image", NV12)], canvas)
    assert canvas.size == (WIDTH, HEIGHT)
    alone = InferenceSlot(request, topics[:1], {})
    assert not alone.load_picture([tensors], Canvas())
