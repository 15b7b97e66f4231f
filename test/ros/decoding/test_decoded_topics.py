# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a model with a decoder publishes, on a graph: each topic, for those who subscribe to it alone."""

import time

import cv2
import numpy as np
import pytest
from ai_msgs.msg import PerceptionTargets
from foxglove_msgs.msg import ImageAnnotations, PointsAnnotation
from graph import nv12_picture, picture, wait_until
from hbm_runtime_ros.msg import InferenceResult
from hbm_runtime_ros.srv import ListModels
from model_packages import write_models
from node_process import NodeProcess
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CompressedImage, Image
from vision_msgs.msg import Detection2DArray
from yolo_models import HEIGHT, LABELS, OBJECTS, WIDTH, yolo_model

MODELS = ("boxes", "lazy", "latched", "plain", "slow")
SCALE = 2  # of the camera's pictures
QOS = QoSProfile(depth=100)
TYPES = {
    "result": InferenceResult,
    "detections": Detection2DArray,
    "annotations": ImageAnnotations,
    "targets": PerceptionTargets,
    "overlay": CompressedImage,
}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decoded")
    write_models(folder / "models.hbm", *(yolo_model(folder, name) for name in MODELS))
    groups = {
        name: {
            "file": "models.hbm",
            "model_name": name,
            "input_topic": f"/{name}/image",
            "decoder": "auto",
            "decoder.labels": list(LABELS),
            "overlay.max_rate_hz": 1000,
            "reliability": "reliable",
            "depth": 50,
        }
        for name in MODELS
    }
    groups["boxes"]["decoder.confidence"] = 0.3
    groups["lazy"]["lazy"] = True
    groups["plain"]["decoder"] = ""
    groups["slow"]["overlay.max_rate_hz"] = 4.0
    overrides = {"/hbm_inference/latched/detections": {"publisher": {"durability": "transient_local", "depth": 1}}}
    parameters = {"models": list(MODELS), "diagnostic_updater": {"period": 0.2}, "qos_overrides": overrides, **groups}
    with NodeProcess(folder, parameters) as process:
        yield process


@pytest.fixture(scope="module")
def photo():
    """A picture of the camera, twice as wide and high as the model's."""
    return nv12_picture(SCALE * WIDTH, SCALE * HEIGHT)


class Listener:
    """Subscribes to one topic of a model while the context lasts."""

    def __init__(self, graph, model, topic):
        self._graph = graph
        self._model = model
        self.messages = []
        self._subscription = graph.node.create_subscription(
            TYPES[topic], f"/hbm_inference/{model}/{topic}", self.messages.append, QOS
        )

    def __enter__(self):
        wait_until(lambda: self._subscription.get_publisher_count() > 0, "the node's publisher")
        return self

    def __exit__(self, *_):
        self._graph.node.destroy_subscription(self._subscription)

    def next(self, message):
        """The first message after a picture was sent; the header's stamp is the picture's."""
        count, stamps = len(self.messages), []

        def arrived():
            stamps.append(self._graph.publish(f"/{self._model}/image", message).header.stamp)
            time.sleep(0.05)
            return len(self.messages) > count

        wait_until(arrived, "a message")
        first = self.messages[count]
        stamp = first.header.stamp if hasattr(first, "header") else first.timestamp
        assert stamp in stamps
        return first


def expected_box(found):
    return np.array(found.box) * SCALE


def corners_of(bbox):
    x, y = bbox.center.position.x, bbox.center.position.y
    return np.array([x - bbox.size_x / 2, y - bbox.size_y / 2, x + bbox.size_x / 2, y + bbox.size_y / 2])


def test_boxes_come_in_pixels_of_the_camera_with_its_header(graph, photo):
    with Listener(graph, "boxes", "detections") as detections:
        message = detections.next(photo)
    assert message.header.frame_id == "camera"
    assert len(message.detections) == len(OBJECTS)
    for detection, found in zip(message.detections, OBJECTS):
        assert detection.header == message.header
        np.testing.assert_allclose(corners_of(detection.bbox), expected_box(found), atol=0.01)
        assert detection.bbox.center.theta == 0
        (hypothesis,) = detection.results
        assert hypothesis.hypothesis.class_id == LABELS[found.class_index]
        assert hypothesis.hypothesis.score == pytest.approx(found.score, abs=1e-4)
        assert hypothesis.pose.pose.orientation.w == 1


def test_annotations_show_outline_and_label_of_each_box(graph, photo):
    with Listener(graph, "boxes", "annotations") as annotations:
        message = annotations.next(photo)
    assert len(message.points) == len(message.texts) == len(OBJECTS)
    for points, text, found in zip(message.points, message.texts, OBJECTS):
        box = expected_box(found)
        assert points.type == PointsAnnotation.LINE_LOOP
        np.testing.assert_allclose([(each.x, each.y) for each in points.points], box[[[0, 1], [2, 1], [2, 3], [0, 3]]])
        assert text.text == f"{LABELS[found.class_index]} {found.score:.2f}"
        assert (text.position.x, text.position.y) == tuple(box[:2])
        assert text.background_color == points.outline_color


def test_targets_are_what_the_vendors_display_reads(graph, photo):
    with Listener(graph, "boxes", "targets") as targets:
        message = targets.next(photo)
    assert [target.type for target in message.targets] == [LABELS[found.class_index] for found in OBJECTS]
    for target, found in zip(message.targets, OBJECTS):
        (roi,) = target.rois
        rect = roi.rect
        np.testing.assert_allclose(
            [rect.x_offset, rect.y_offset, rect.x_offset + rect.width, rect.y_offset + rect.height],
            expected_box(found),
            atol=1,
        )
        assert roi.confidence == pytest.approx(found.score, abs=1e-4)


def test_the_overlay_is_the_cameras_picture_with_boxes(graph):
    grey = np.full((SCALE * HEIGHT, SCALE * WIDTH, 3), 100, np.uint8)
    message = picture(grey, SCALE * WIDTH, SCALE * HEIGHT, "bgr8", 3 * SCALE * WIDTH)
    with Listener(graph, "boxes", "overlay") as overlay:
        drawn = overlay.next(message)
    assert drawn.format == "jpeg"
    pixels = cv2.imdecode(np.frombuffer(drawn.data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape == grey.shape
    changed = np.abs(pixels.astype(int) - 100).max(2) > 40
    x0, y0, x1, y1 = expected_box(OBJECTS[0]).astype(int)
    assert changed[(y0 + y1) // 2, x0] and changed[y1 - 1, (x0 + x1) // 2]
    assert not changed[y0 + 20 : y1 - 20, x0 + 20 : x1 - 20].any()


def test_a_compressed_picture_is_drawn_too(graph):
    grey = np.full((SCALE * HEIGHT, SCALE * WIDTH, 3), 100, np.uint8)
    message = CompressedImage(format="jpeg", data=cv2.imencode(".jpg", grey)[1].tobytes())
    graph.unpublish("/slow/image")
    with Listener(graph, "slow", "overlay") as overlay:
        camera = graph.node.create_publisher(CompressedImage, "/slow/image", 10)
        wait_until(lambda: camera.get_subscription_count() > 0, "the node's subscription")
        wait_until(lambda: (camera.publish(message), time.sleep(0.1), overlay.messages)[-1], "an overlay")
    assert cv2.imdecode(np.frombuffer(overlay.messages[0].data, np.uint8), cv2.IMREAD_COLOR).shape == grey.shape
    graph.node.destroy_publisher(camera)
    wait_until(lambda: graph.node.count_publishers("/slow/image") == 0, "no publisher")


def test_the_overlay_keeps_its_rate_and_every_frame_is_inferred(graph, photo, diagnostics):
    before = diagnostics.counts("slow")["inferred"]
    with Listener(graph, "slow", "overlay") as overlay:
        overlay.next(photo)
        first, started = len(overlay.messages), time.monotonic()
        sent = 0
        while time.monotonic() - started < 2.0:
            graph.publish("/slow/image", photo)
            sent += 1
            time.sleep(0.02)
        took_s = time.monotonic() - started
        wait_until(lambda: diagnostics.counts("slow")["inferred"] - before >= sent, "all results")
    assert 2 <= len(overlay.messages) - first <= took_s * 4 + 2


def test_subscribers_come_and_go_on_each_topic(graph, photo):
    for _ in range(2):
        for topic in ("detections", "overlay", "result", "annotations"):
            with Listener(graph, "boxes", topic) as listener:
                listener.next(photo)


def test_frames_count_while_nobody_subscribes_to_anything(graph, photo, diagnostics):
    before = diagnostics.counts("boxes")["inferred"]
    for _ in range(5):
        graph.publish("/boxes/image", photo)
    wait_until(lambda: diagnostics.counts("boxes")["inferred"] == before + 5, "5 inferred frames")


def test_a_lazy_model_runs_for_a_subscriber_of_any_topic(graph, photo):
    camera = graph.node.create_publisher(Image, "/lazy/image", 10)
    time.sleep(0.3)
    assert camera.get_subscription_count() == 0
    for topic in ("detections", "overlay", "result"):
        with Listener(graph, "lazy", topic) as listener:
            listener.next(photo)
        wait_until(lambda: camera.get_subscription_count() == 0, "the end of the node's subscription")


def test_a_late_subscriber_of_a_latched_topic_gets_the_last_message(graph, photo):
    graph.publish("/latched/image", photo)
    late = []
    qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    time.sleep(0.5)
    graph.node.create_subscription(Detection2DArray, "/hbm_inference/latched/detections", late.append, qos)
    wait_until(lambda: late, "the last message")
    assert len(late[0].detections) == len(OBJECTS)


def test_thresholds_change_while_the_node_runs(graph, photo):
    with Listener(graph, "boxes", "detections") as detections:
        for values, count in (
            ({"boxes.decoder.confidence": 0.9}, 1),
            ({"boxes.decoder.confidence": 0}, 3),
            ({"boxes.decoder.confidence": 0.5, "boxes.decoder.max_detections": 1}, 1),
            ({"boxes.decoder.confidence": -1.0, "boxes.decoder.max_detections": 0, "boxes.decoder.iou": 0.4}, 3),
        ):
            assert all(result.successful for result in graph.set_parameters(values))
            wait_until(lambda count=count: len(detections.next(photo).detections) >= count, "the new threshold")
            found = [each for each in detections.next(photo).detections if each.results[0].hypothesis.score > 0.3]
            assert len(found) == count, values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"boxes.decoder.confidence": 2.0}, "must be 0 to 1, or -1, got 2"),
        ({"boxes.decoder.confidence": "high"}, "expected a double, got 'high'"),
        ({"boxes.decoder.iou": -0.5}, "must be 0 to 1, or -1, got -0.5"),
        ({"boxes.decoder.max_detections": -1}, "max_detections"),
        ({"boxes.overlay.max_rate_hz": 0.0}, "must be more than 0"),
        ({"boxes.overlay.quality": 101}, "quality"),
        ({"boxes.decoder.labels": ["a", "b", "c"]}, "read-only"),
        ({"boxes.decoder": "yolov8"}, "read-only"),
    ],
)
def test_values_that_are_not_allowed_are_refused_and_change_nothing(graph, values, words):
    (name,) = values
    before = graph.get_parameter(name)
    (result,) = graph.set_parameters(values)
    assert not result.successful
    assert words in result.reason
    assert graph.get_parameter(name) == before


def test_a_picture_that_cannot_be_read_costs_nobody_else_anything(graph, photo, diagnostics):
    bad = picture(np.zeros(10, np.uint8), 64, 64, "bgr8", 192)
    with Listener(graph, "boxes", "detections") as detections, Listener(graph, "boxes", "overlay") as overlay:
        for _ in range(3):
            graph.publish("/boxes/image", bad)
            assert len(detections.next(photo).detections) == len(OBJECTS)
        overlay.next(photo)
    assert diagnostics.counts("boxes")["picture"] >= 3


def test_the_node_reports_how_it_decodes(node, graph):
    infos = {info.name: info for info in graph.call(ListModels, "list_models").models}
    assert infos["boxes"].decoder == "yolov8"
    assert set(infos["boxes"].decoded_topics) == {
        f"/hbm_inference/boxes/{topic}" for topic in ("detections", "annotations", "overlay", "targets")
    }
    assert infos["plain"].decoder == "" and not infos["plain"].decoded_topics
    assert node.output.count("decoded as yolov8") == len(MODELS) - 1


def test_no_topic_of_decoded_results_without_a_decoder(graph):
    names = [name for name, _ in graph.node.get_topic_names_and_types()]
    assert "/hbm_inference/plain/result" in names
    assert "/hbm_inference/plain/detections" not in names


def test_the_parameters_are_visible_as_they_were_given(graph):
    assert graph.get_parameter("boxes.decoder") == "auto"
    assert graph.get_parameter("slow.overlay.max_rate_hz") == 4.0
