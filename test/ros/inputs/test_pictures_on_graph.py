# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of every transport through a node: what arrives in the model, and what is refused."""

import time

import cv2
import numpy as np
import pytest
from graph import Graph, nv12_picture, picture, wait_until
from hbm_runtime_ros.msg import InferenceResult
from input_models import SHARED_TOPIC
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage

from hbm_runtime_core import HB_HBMRuntime, vision
from hbm_runtime_core.cli import main as hbm

WIDTH, HEIGHT = MODEL_WIDTH, MODEL_HEIGHT


@pytest.fixture(scope="module")
def results(graph):
    collected = {}

    def of(name):
        if name not in collected:
            collected[name] = graph.results(f"/hbm_inference/{name}/result")
        return collected[name]

    return of


@pytest.fixture(scope="module")
def direct(tmp_path_factory):
    """The same model without a node: prepares a picture and returns its luma and chroma."""
    runtime = HB_HBMRuntime(str(write_models(tmp_path_factory.mktemp("direct") / "echo.hbm", echo_model())))
    preparation = vision.for_model(runtime, "echo")
    inputs = runtime.create_request("echo").inputs

    def prepare(method, *arguments):
        getattr(preparation, method)(*arguments, inputs)
        return inputs["data_y"].tobytes(), inputs["data_uv"].tobytes()

    return prepare


def planes(result):
    return tuple(output.data.tobytes() for output in result.outputs[:2])


def scene(width=WIDTH, height=HEIGHT):
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) * 255 // (width + height)], -1).astype(np.uint8)


def compressed(extension, pixels, format_text, *options):
    done, data = cv2.imencode(extension, pixels, *options)
    assert done
    message = CompressedImage(format=format_text)
    message.header.frame_id = "usb_camera"
    message.data.frombytes(data.tobytes())
    return message


def warnings_with(graph, *words):
    return [text for text in graph.warnings() if all(word in text for word in words)]


def test_a_jpeg_is_decoded_as_the_core_does_it(graph, results, direct):
    message = compressed(".jpg", scene(160, 120), "bgr8; jpeg compressed bgr8")
    result = graph.infer("/compressed/image/compressed", message, results("compressed"))
    assert planes(result) == direct("prepare_jpeg", message.data)
    assert result.header.frame_id == "usb_camera"
    assert (result.transforms[0].source_width, result.transforms[0].source_height) == (160, 120)


@pytest.mark.parametrize("extension", [".jpg", ".png"])
def test_the_command_prepares_a_picture_as_the_node_does(graph, results, tmp_path, extension):
    message = compressed(extension, scene(160, 120), "")
    (tmp_path / f"scene{extension}").write_bytes(message.data.tobytes())
    model = write_models(tmp_path / "echo.hbm", echo_model())
    command = ["run", str(model), "--input", str(tmp_path / f"scene{extension}"), "-o", str(tmp_path / "out.npz")]
    assert hbm(command) == 0
    with np.load(tmp_path / "out.npz") as outputs:
        by_command = tuple(outputs[name].tobytes() for name in list(outputs)[:2])
    assert planes(graph.infer("/compressed/image/compressed", message, results("compressed"))) == by_command


@pytest.mark.parametrize("extension", [".png", ".bmp", ".webp"])
def test_other_formats_are_decoded_by_opencv_whatever_the_message_calls_them(graph, results, direct, extension):
    pixels = scene()
    message = compressed(extension, pixels, "jpeg", *([[cv2.IMWRITE_WEBP_QUALITY, 101]] if extension == ".webp" else []))
    result = graph.infer("/compressed/image/compressed", message, results("compressed"))
    assert planes(result) == direct("prepare", pixels, WIDTH, HEIGHT, WIDTH * 3, "bgr8")


@pytest.mark.parametrize("kind", ["grey", "alpha"])
def test_png_without_colours_or_with_transparency_is_a_picture(graph, results, direct, kind):
    pixels = scene()[:, :, 0] if kind == "grey" else np.dstack([scene(), np.full((HEIGHT, WIDTH), 7, np.uint8)])
    result = graph.infer("/compressed/image/compressed", compressed(".png", pixels, "png"), results("compressed"))
    expected = np.repeat(pixels[:, :, None], 3, 2) if kind == "grey" else pixels[:, :, :3]
    assert planes(result) == direct("prepare", np.ascontiguousarray(expected), WIDTH, HEIGHT, WIDTH * 3, "bgr8")


def cut(message, size):
    data = message.data.tobytes()
    message.data = type(message.data)("B", data[:size] if size >= 0 else data[: len(data) + size])
    return message


def damaged(message):
    message.data[len(message.data) // 2] ^= 0xFF
    return message


def depth_picture():
    message = compressed(".png", np.full((HEIGHT, WIDTH), 1000, np.uint16), "16UC1; compressedDepth png")
    message.data = type(message.data)("B", bytes(12) + message.data.tobytes())
    return message


def claiming(message, width, height):
    """A JPEG whose header claims another size."""
    data = message.data.tobytes()
    frame = data.index(b"\xff\xc0")
    changed = data[: frame + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[frame + 9 :]
    message.data = type(message.data)("B", changed)
    return message


def with_two_starts(message):
    message.data = type(message.data)("B", b"\xff\xd8" + message.data.tobytes())
    return message


BAD_COMPRESSED = {
    "jpeg with two starts": (lambda: with_two_starts(compressed(".jpg", scene(), "jpeg")), ["JPEG", "two SOI"]),
    "jpeg of millions": (
        lambda: claiming(compressed(".jpg", scene(), "jpeg"), 65500, 65500),
        ["65500x65500", "at most 16384"],
    ),
    "jpeg of distances": (lambda: compressed(".jpg", scene(), "16UC1; jpeg compressed"), ["'16UC1; jpeg", "distances"]),
    "jpeg cut in the middle": (lambda: cut(compressed(".jpg", scene(), "jpeg"), 400), ["JPEG"]),
    "jpeg cut after its mark": (lambda: cut(compressed(".jpg", scene(), "jpeg"), 3), ["JPEG"]),
    "png cut": (lambda: cut(compressed(".png", scene(), "png"), -30), ["cut off or damaged", "png"]),
    "png damaged": (lambda: damaged(compressed(".png", scene(), "png")), ["cut off or damaged"]),
    "no data": (lambda: CompressedImage(format="jpeg"), ["no data"]),
    "no picture": (lambda: CompressedImage(format="jpeg", data=list(b"hello world")), ["68 65 6c 6c"]),
    "depth": (depth_picture, ["compressedDepth", "distances"]),
    "16 bits": (lambda: compressed(".png", np.zeros((HEIGHT, WIDTH), np.uint16), "png"), ["16 bits"]),
}


def test_bad_compressed_pictures_are_dropped_with_the_cause_and_the_next_one_runs(graph, results):
    good = compressed(".jpg", scene(), "jpeg")
    topic = "/compressed/image/compressed"
    graph.infer(topic, good, results("compressed"))
    sent = []
    for make, _ in BAD_COMPRESSED.values():
        sent.append(graph.publish(topic, make()).header.stamp)
    graph.infer(topic, good, results("compressed"))
    assert not [result for result in results("compressed") if result.header.stamp in sent]
    # Warnings of one cause are throttled; those that hold for every picture are logged once each.
    for name in ("depth", "16 bits"):
        wait_until(lambda name=name: bool(warnings_with(graph, "'compressed'", *BAD_COMPRESSED[name][1])), name)
    assert warnings_with(graph, "model 'compressed': frame dropped")


@pytest.mark.parametrize("case", BAD_COMPRESSED)
def test_each_bad_compressed_picture_says_why(tmp_path, case):
    from rclpy.serialization import serialize_message

    from hbm_runtime_ros.errors import FrameError
    from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
    from hbm_runtime_ros.inputs.pictures import CompressedImageReader
    from hbm_runtime_ros.monitoring.health import ThrottledLogger

    runtime = HB_HBMRuntime(str(write_models(tmp_path / "echo.hbm", echo_model())))
    preparation = vision.for_model(runtime, "echo")
    make, words = BAD_COMPRESSED[case]
    message = Message(MESSAGE_TYPES["sensor_msgs/msg/CompressedImage"], serialize_message(make()))
    with pytest.raises(FrameError) as refused:
        reader = CompressedImageReader(preparation, "", "limited", ThrottledLogger(print))
        reader.fill(message, runtime.create_request("echo").inputs)
    for word in words:
        assert word in str(refused.value)


def test_a_topic_is_taken_as_whatever_its_publisher_sends_and_later_as_what_the_next_one_sends(graph, results):
    topic = "/changing/image"

    def logged(name):
        begin = f"{topic} carries sensor_msgs/msg/{name}: subscribing"
        return [log.msg for log in list(graph.logs) if log.msg.startswith(begin)]

    with Graph() as other:  # a participant has a topic as one type only
        other.infer(topic, compressed(".jpg", scene(), "jpeg"), results("changing"))
        wait_until(lambda: bool(logged("CompressedImage")), "the log of the new type")
    graph.infer(topic, nv12_picture(WIDTH, HEIGHT), results("changing"))
    wait_until(lambda: bool(logged("Image")), "the log of the old type")
    assert (len(logged("CompressedImage")), len(logged("Image"))) == (1, 1)


def test_two_types_on_one_topic_are_told_by_name(graph, results):
    topic = "/changing/image"
    graph.infer(topic, nv12_picture(WIDTH, HEIGHT), results("changing"))
    with Graph() as other:
        other.node.create_publisher(CompressedImage, topic, 1)
        both = "sensor_msgs/msg/Image and sensor_msgs/msg/CompressedImage"
        wait_until(lambda: bool(warnings_with(graph, topic, both, "changing.transport")), "a warning about two types")
        graph.infer(topic, nv12_picture(WIDTH, HEIGHT), results("changing"))


def test_models_of_one_topic_share_a_subscription_where_their_qos_is_the_same(graph, results):
    message = nv12_picture(WIDTH, HEIGHT, seed=3)
    graph.infer(SHARED_TOPIC, message, results("third"))
    for name in ("first", "second", "third"):
        result = graph.infer(SHARED_TOPIC, message, results(name))
        assert planes(result)[0] == message.data[: WIDTH * HEIGHT].tobytes()
    subscribers = [
        info for info in graph.node.get_subscriptions_info_by_topic(SHARED_TOPIC) if info.node_name == "hbm_inference"
    ]
    assert len(subscribers) == 2  # a depth of 10 for two models, 3 for the third


def test_a_float_model_gets_what_numpy_computes(graph, results):
    width, height = 160, 120
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    message = picture(pixels, width, height, "rgb8", width * 3, frame_id="")
    result = graph.infer("/normalised/image", message, results("normalised"))
    # region [8, 4, 128, 96] stretched to 64 x 48: every second pixel; the middle of two counts to the right one.
    cut_out = pixels[4:100, 8:136]
    reduced = cut_out[1::2, 1::2][:, :, ::-1].astype(np.float64)
    expected = (reduced - [10, 20, 30]) * [0.5, 0.25, 0.125]
    values = np.frombuffer(result.outputs[0].data, np.float32).reshape(3, HEIGHT, WIDTH).transpose(1, 2, 0)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-5)
    assert result.header.frame_id == "no_name"
    (transform,) = result.transforms
    assert (transform.crop_left, transform.crop_top, transform.scale_x, transform.scale_y) == (8, 4, 0.5, 0.5)


def nv12_with(width, height, step, said_height=None, extra=0):
    """NV12 in rows of `step` bytes, of which the picture's pixels are those of nv12_picture."""
    source = np.frombuffer(nv12_picture(width, height).data, np.uint8).reshape(-1, width)
    rows = np.full((len(source), step), 99, np.uint8)
    rows[:, :width] = source
    data = np.concatenate([rows.ravel(), np.zeros(extra, np.uint8)])
    return picture(data, width, said_height or height, "nv12", step)


@pytest.mark.parametrize(
    "message",
    [
        nv12_with(WIDTH, HEIGHT, WIDTH + 32),
        nv12_with(WIDTH, HEIGHT, WIDTH, said_height=HEIGHT * 3 // 2),
        nv12_with(WIDTH, HEIGHT, WIDTH + 16, said_height=HEIGHT * 3 // 2),
    ],
    ids=["padded rows", "height counts chroma", "both"],
)
def test_what_real_cameras_do_is_understood(graph, results, message):
    result = graph.infer("/plain/image", message, results("plain"))
    assert b"".join(planes(result)) == nv12_picture(WIDTH, HEIGHT).data.tobytes()


def test_numbers_that_are_put_right_are_logged_once(graph, results):
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)

    def logged():
        return len(warnings_with(graph, "'data_y', 'data_uv'", "its step is ignored"))

    for _ in range(3):
        luma, _ = planes(graph.infer("/plain/image", picture(pixels, WIDTH, HEIGHT, "bgr8", 0), results("plain")))
        assert set(luma) == {235}
    wait_until(lambda: logged() > 0, "the log of a step of zero")
    graph.infer("/plain/image", picture(pixels, WIDTH, HEIGHT, "bgr8", 7), results("plain"))
    assert logged() == 1


def test_of_two_readings_neither_is_published(graph, results):
    message = picture(np.zeros(WIDTH * HEIGHT * 2, np.uint8), WIDTH, HEIGHT, "nv12", WIDTH * 2)
    sent = graph.publish("/plain/image", message).header.stamp
    graph.infer("/plain/image", nv12_picture(WIDTH, HEIGHT), results("plain"))
    assert not [result for result in results("plain") if result.header.stamp == sent]
    wait_until(lambda: bool(warnings_with(graph, "'plain'", "expected 4608 bytes", "also 64x32")), "both readings")


def test_a_stamp_of_zero_is_kept_and_the_picture_runs(graph, results):
    collected = results("plain")
    message = nv12_picture(WIDTH, HEIGHT)

    def arrived():
        graph.publish_as_it_is("/plain/image", message)
        return any(result.header.stamp.sec == 0 for result in list(collected))

    wait_until(arrived, "the result of a picture without a stamp")


def test_a_publisher_that_restarts_with_another_resolution_goes_on(graph, results):
    for size in ((WIDTH, HEIGHT), (128, 128), (WIDTH, HEIGHT)):
        graph.unpublish("/plain/image")
        result = graph.infer("/plain/image", nv12_picture(*size), results("plain"))
        assert (result.transforms[0].source_width, result.transforms[0].source_height) == size


BYTES_A_PIXEL = {"nv12": 1, "nv21": 1, "nv24": 1, "mono8": 1, "8UC1": 1, "yuv422": 2, "uyvy": 2, "yuyv": 2, "yuv422_yuy2": 2}
BYTES_A_PIXEL |= {"bgr8": 3, "rgb8": 3, "8UC3": 3, "bgra8": 4, "rgba8": 4, "8UC4": 4}
ROWS = {"nv12": 1.5, "nv21": 1.5, "nv24": 3}


def blank(encoding, width=WIDTH, height=HEIGHT, more_bytes=0, step=None):
    row = width * BYTES_A_PIXEL[encoding]
    size = max(0, int(row * height * ROWS.get(encoding, 1)) + more_bytes)
    return picture(np.zeros(size, np.uint8), width, height, encoding, min(row, 2**32 - 1) if step is None else step)


def test_every_encoding_of_the_core_is_tried_below():
    assert set(BYTES_A_PIXEL) == set(vision.ENCODINGS)


@pytest.mark.parametrize("encoding", BYTES_A_PIXEL)
def test_bad_pictures_of_every_encoding_are_dropped_and_a_good_one_runs(graph, results, encoding):
    bad = [
        blank(encoding, more_bytes=-WIDTH * 20),
        blank(encoding, width=0),
        blank(encoding, height=0),
        blank(encoding, more_bytes=WIDTH * 20),
        blank(encoding, width=2**31, height=2**31, more_bytes=-(2**70)),
        blank(encoding, step=10**6, more_bytes=-1),
    ]
    if encoding in ("nv12", "nv21"):
        bad += [blank(encoding, width=63), blank(encoding, height=47)]
    sent = [graph.publish("/plain/image", message).header.stamp for message in bad]
    graph.infer("/plain/image", blank(encoding), results("plain"))
    assert not [result for result in results("plain") if result.header.stamp in sent]


def publish_changed(graph, topic, message, text, replacement):
    """Publish `message` with other bytes in place of `text`, which has as many."""
    payload = bytes(serialize_message(message)).replace(text, replacement)
    publisher = graph.node.create_publisher(type(message), topic, 10)
    wait_until(lambda: publisher.get_subscription_count() > 0, f"a subscriber on {topic}")
    return publisher, payload


def test_a_frame_id_that_is_not_utf8_reaches_the_result_byte_for_byte(graph, results):
    frame_id = "相机".encode("gbk")
    message = nv12_picture(WIDTH, HEIGHT)
    message.header.frame_id = "GBK!"
    raw_results = []
    graph.node.create_subscription(InferenceResult, "/hbm_inference/plain/result", raw_results.append, 10, raw=True)
    publisher, payload = publish_changed(graph, "/plain/image", message, b"GBK!", frame_id)

    def answered():
        publisher.publish(payload)
        time.sleep(0.05)
        return any(frame_id + b"\0" in result for result in raw_results)

    wait_until(answered, "a result with that frame_id")


@pytest.mark.parametrize("transport", ["raw", "compressed"])
def test_a_description_that_is_not_utf8_is_refused_as_an_unknown_one(graph, results, transport):
    if transport == "raw":
        message, topic = picture(np.zeros(WIDTH * HEIGHT, np.uint8), WIDTH, HEIGHT, "GBK!", WIDTH), "/plain/image"
    else:
        message, topic = compressed(".png", scene().astype(np.uint16), "GBK!"), "/compressed/image/compressed"
    text = "相机".encode("gbk")
    publisher, payload = publish_changed(graph, topic, message, b"GBK!", text)
    escaped = text.decode("utf-8", "backslashreplace")

    def refused():
        publisher.publish(payload)
        time.sleep(0.05)
        return warnings_with(graph, escaped)

    wait_until(refused, "a warning that shows the text")
    assert not warnings_with(graph, "unexpected error")
