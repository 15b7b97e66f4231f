# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The native writer of decoded results, read back by rclpy with the message types of the packages."""

import numpy as np
import pytest
from ai_msgs.msg import PerceptionTargets
from foxglove_msgs.msg import ImageAnnotations, OldImageAnnotations
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image, PointCloud2
from sensor_msgs_py.point_cloud2 import read_points_numpy
from vision_msgs.msg import Classification, Detection2DArray

from hbm_runtime_ros import _wire
from hbm_runtime_ros.decoded_topics import _TOPICS, DecodedTopic

HEADER = _wire.FrameHeader(-3, 999_999_999, "camera")
BOXES = np.array([[10, 20, 50, 40], [0, 0, 1, 1.5], [-3, 7, 5, 9]], np.float32)
SCORES = np.array([0.9, 0.5, 0.25], np.float32)
CLASSES = np.array([1, 0, 7], np.int32)
LABELS = ["Hund", "Füße 人"]
NAMES = ["Füße 人", "Hund", "7"]
WRITERS = [_wire.DetectionWriter(LABELS, with_metadata) for with_metadata in (True, False)]
WRITER = WRITERS[0]


def arrays(corners=None, keypoints=None, count=3):
    return _wire.DetectionArrays(
        boxes=BOXES[:count], scores=SCORES[:count], classes=CLASSES[:count], corners=corners, keypoints=keypoints
    )


def read(message, kind):
    """What rclpy reads, once it is sure that it read every byte as the same field."""
    found = deserialize_message(bytes(message), kind)
    again = serialize_message(found)
    assert len(again) == len(message)
    assert deserialize_message(again, kind) == found
    return found


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_detections_have_centers_sizes_and_names(count):
    found = read(WRITER.detections(HEADER, arrays(count=count)), Detection2DArray)
    assert (found.header.stamp.sec, found.header.stamp.nanosec, found.header.frame_id) == (-3, 999_999_999, "camera")
    assert len(found.detections) == count
    for detection, box, score, name in zip(found.detections, BOXES, SCORES, NAMES):
        center = detection.bbox.center
        assert (center.position.x, center.position.y) == ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        assert (detection.bbox.size_x, detection.bbox.size_y) == (box[2] - box[0], box[3] - box[1])
        assert detection.results[0].hypothesis.class_id == name
        assert detection.results[0].hypothesis.score == score
        assert not detection.results[0].pose.covariance.any()


def test_turned_boxes_have_an_angle():
    length, width, angle = 40.0, 10.0, 0.3
    along, across = (np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)]))
    corners = [
        np.array([100, 50]) + x * length / 2 * along + y * width / 2 * across
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    found = read(WRITER.detections(HEADER, arrays(np.array([corners], np.float32), count=1)), Detection2DArray)
    bbox = found.detections[0].bbox
    assert (bbox.center.position.x, bbox.center.position.y) == pytest.approx((100, 50), abs=1e-4)
    assert (bbox.size_x, bbox.size_y, bbox.center.theta) == pytest.approx((length, width, angle), abs=1e-4)


def test_classifications_have_names_and_scores():
    found = read(WRITER.classification(HEADER, ["Katze", "Ω"], SCORES[:2]), Classification)
    assert [(each.class_id, each.score) for each in found.results] == [("Katze", SCORES[0]), ("Ω", SCORES[1])]


@pytest.mark.parametrize("keypoint_count", [0, 1, 17])
def test_keypoints_are_a_cloud_with_a_row_for_each_detection(keypoint_count):
    keypoints = np.random.default_rng(1).uniform(0, 500, (3, keypoint_count, 3)).astype(np.float32)
    found = read(WRITER.keypoints(HEADER, arrays(keypoints=keypoints)), PointCloud2)
    assert (found.height, found.width) == (3, keypoint_count)
    if keypoint_count:
        points = read_points_numpy(found, ["x", "y", "visibility"]).reshape(3, keypoint_count, 3)
        np.testing.assert_array_equal(points, keypoints)
        assert not read_points_numpy(found, ["z"]).any()


def test_keypoints_of_results_without_any_are_an_empty_cloud():
    found = read(WRITER.keypoints(HEADER, arrays()), PointCloud2)
    assert (found.height, found.width, len(found.data)) == (3, 0, 0)


@pytest.mark.parametrize("dtype, encoding", [(np.uint8, "mono8"), (np.uint16, "mono16")])
def test_masks_are_pictures_of_numbers(dtype, encoding):
    numbers = np.arange(15, dtype=dtype).reshape(3, 5) * 17
    found = read(WRITER.image(HEADER, numbers), Image)
    assert (found.width, found.height, found.encoding, found.step) == (5, 3, encoding, 5 * numbers.itemsize)
    assert found.data.tobytes() == numbers.tobytes()


def test_a_jpeg_is_a_compressed_image():
    found = read(WRITER.jpeg(HEADER, b"\xff\xd8 picture"), CompressedImage)
    assert (found.format, found.data.tobytes(), found.header.frame_id) == ("jpeg", b"\xff\xd8 picture", "camera")


@pytest.mark.parametrize("writer, kind", zip(WRITERS, (ImageAnnotations, OldImageAnnotations)), ids=["today", "version 3"])
@pytest.mark.parametrize("keypoint_count", [0, 5])
def test_annotations_have_outlines_texts_and_keypoints(writer, kind, keypoint_count):
    keypoints = np.ones((3, keypoint_count, 3), np.float32) if keypoint_count else None
    found = read(writer.annotations(HEADER, arrays(keypoints=keypoints), (1920, 1080)), kind)
    assert [text.text for text in found.texts] == ["Füße 人 0.90", "Hund 0.50", "7 0.25"]
    outlines = [each for each in found.points if each.type == 2]
    assert len(outlines) == 3
    assert len(found.points) == (6 if keypoint_count else 3)
    for outline, box in zip(outlines, BOXES):
        assert [(point.x, point.y) for point in outline.points] == [
            (box[0], box[1]),
            (box[2], box[1]),
            (box[2], box[3]),
            (box[0], box[3]),
        ]
        assert outline.outline_color.a == 1 and outline.fill_color.a == 0
        assert outline.timestamp.sec == -3


@pytest.mark.parametrize("writer, kind", zip(WRITERS, (ImageAnnotations, OldImageAnnotations)), ids=["today", "version 3"])
def test_lines_of_text_stand_below_each_other(writer, kind):
    found = read(writer.line_annotations(HEADER, ["a", "b"], SCORES[:2], (640, 480)), kind)
    assert [text.text for text in found.texts] == ["a 0.90", "b 0.50"]
    assert 0 < found.texts[0].position.y < found.texts[1].position.y


@pytest.mark.parametrize("keypoint_count", [0, 17])
def test_targets_have_boxes_inside_the_picture_and_keypoints(keypoint_count):
    keypoints = np.full((3, keypoint_count, 3), 0.5, np.float32)
    found = read(WRITER.targets(HEADER, arrays(keypoints=keypoints), 30), PerceptionTargets)
    assert found.fps == 30
    assert [target.type for target in found.targets] == NAMES
    rects = [target.rois[0].rect for target in found.targets]
    assert [(each.x_offset, each.y_offset, each.width, each.height) for each in rects] == [
        (10, 20, 40, 20),
        (0, 0, 1, 2),
        (0, 7, 5, 2),
    ]
    for target in found.targets:
        assert [len(points.point) for points in target.points] == ([keypoint_count] if keypoint_count else [])


@pytest.mark.parametrize(
    "changed",
    [
        {"boxes": np.zeros((3, 5), np.float32)},
        {"scores": np.zeros(2, np.float32)},
        {"classes": np.zeros((3, 1), np.int32)},
        {"corners": np.zeros((3, 4), np.float32)},
        {"keypoints": np.zeros((2, 17, 3), np.float32)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_arrays_of_other_shapes_are_refused(changed):
    fitting = {"boxes": BOXES, "scores": SCORES, "classes": CLASSES, "corners": None, "keypoints": None}
    with pytest.raises(ValueError, match=r"expected boxes \[n, 4\]"):
        _wire.DetectionArrays(**{**fitting, **changed})


def test_names_without_scores_and_pictures_of_other_types_are_refused():
    with pytest.raises(ValueError, match="one score for each name"):
        WRITER.classification(HEADER, ["a"], SCORES)
    with pytest.raises(ValueError, match="expected uint8 or uint16"):
        WRITER.image(HEADER, np.zeros((2, 2), np.float32))
    with pytest.raises(ValueError, match="without gaps"):
        WRITER.image(HEADER, np.zeros((4, 4), np.uint8)[:, ::2])


@pytest.mark.parametrize("name", _TOPICS)
def test_every_type_has_a_layout_that_the_writer_knows(name):
    message_type, problem = _TOPICS[name].load()
    assert message_type is not None, problem


def test_a_package_with_other_fields_is_refused_with_both():
    topic = DecodedTopic("x", "vision_msgs/msg/Classification", ("header results(class_id score id)",))
    message_type, problem = topic.load()
    assert message_type is None
    assert problem == (
        "vision_msgs/msg/Classification: expected the fields header results(class_id score id), got header "
        "results(class_id score)"
    )


def test_a_package_that_is_not_installed_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setenv("ROS_DISTRO", "humble")
    topic = DecodedTopic("x", "no_such_msgs/msg/Thing", (), "install it with `sudo apt install ros-{}-no-such-msgs`")
    assert topic.load() == (
        None,
        "no_such_msgs is not installed; install it with `sudo apt install ros-humble-no-such-msgs`",
    )
