# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node end to end: started by its launch file, fed over DDS, asked over services."""

import tempfile
import time
import unittest
from pathlib import Path

import launch_testing
import launch_testing.actions
import numpy as np
import pytest
from ament_index_python.packages import get_package_share_directory
from graph import Graph, nv12_picture, picture, wait_until
from hbm_runtime_ros.msg import Tensor
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters
from rcl_interfaces.msg import ParameterType, ParameterValue

import hbm_runtime_core
import launch
from hbm_runtime_core import vision

FOLDER = Path(tempfile.mkdtemp(prefix="hbm_inference_launch_"))
BUSY_LATENCY_US = 300_000


@pytest.mark.launch_test
def generate_test_description():
    write_models(FOLDER / "echo.hbm", echo_model())
    write_models(FOLDER / "two.hbm", echo_model("slow", latency_us=BUSY_LATENCY_US), echo_model("wide", bpu_cores=2))
    parameters = write_parameters(
        FOLDER / "parameters.yaml",
        models=["echo", "slow", "wide"],
        echo={"file": "echo.hbm", "input_topic": "camera/image", "reliability": "reliable", "depth": 10, "priority": 7},
        slow={"file": str(FOLDER / "two.hbm"), "model_name": "slow", "input_topic": "slow/image"},
        wide={"file": "two.hbm", "model_name": "wide", "bpu_cores": [0, 1], "result_topic": "wide_boxes"},
    )
    launch_file = Path(get_package_share_directory("hbm_runtime_ros")) / "launch" / "inference.launch.py"
    node = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(launch_file)),
        launch_arguments={"params_file": str(parameters), "namespace": "robot", "backend": "sim"}.items(),
    )
    return launch.LaunchDescription([node, launch_testing.actions.ReadyToTest()])


class TestInference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.graph = Graph("/robot/hbm_inference")
        cls.results = cls.graph.results("/robot/hbm_inference/echo/result")

    @classmethod
    def tearDownClass(cls):
        cls.graph.__exit__()

    def infer(self, message):
        return self.graph.infer("/robot/camera/image", message, self.results)

    def test_results_equal_those_of_the_runtime_called_directly(self):
        message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
        result = self.infer(message)
        data = np.frombuffer(message.data, np.uint8)
        luma, chroma = np.split(data, [MODEL_WIDTH * MODEL_HEIGHT])
        expected = hbm_runtime_core.HB_HBMRuntime(str(FOLDER / "echo.hbm")).run(
            {
                "data_y": luma.reshape(1, MODEL_HEIGHT, MODEL_WIDTH, 1),
                "data_uv": chroma.reshape(1, MODEL_HEIGHT // 2, MODEL_WIDTH // 2, 2),
            }
        )["echo"]
        self.assertEqual([tensor.name for tensor in result.outputs], ["luma", "chroma", "boxes"])
        for tensor in result.outputs:
            self.assertEqual(list(tensor.shape), list(expected[tensor.name].shape))
            self.assertEqual(tensor.data.tobytes(), expected[tensor.name].tobytes())
        boxes = result.outputs[2]
        self.assertEqual((boxes.dtype_code, boxes.dtype_bits, boxes.dtype_lanes), (Tensor.DTYPE_INT, 32, 1))
        self.assertEqual((boxes.quant_type, boxes.quant_axis), (Tensor.QUANT_SCALE, -1))
        np.testing.assert_allclose(boxes.quant_scale, [0.1], rtol=1e-6)

    def test_the_header_of_the_picture_is_kept(self):
        message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
        message.header.frame_id = "left_camera_optical"
        result = self.infer(message)
        self.assertEqual(result.header.frame_id, "left_camera_optical")
        self.assertEqual(result.model, "echo")

    def test_a_larger_picture_is_letterboxed_and_the_result_says_how(self):
        width, height = 256, 128
        message = picture(np.full((height, width, 3), (40, 80, 200), np.uint8), width, height, "bgr8", width * 3)
        result = self.infer(message)
        runtime = hbm_runtime_core.HB_HBMRuntime(str(FOLDER / "echo.hbm"))
        inputs = runtime.create_request("echo").inputs
        placed = vision.for_model(runtime, "echo", resize="letterbox", pad_rgb=(114, 114, 114)).prepare(
            message.data, width, height, width * 3, "bgr8", inputs
        )
        self.assertEqual(result.outputs[0].data.tobytes(), inputs["data_y"].tobytes())
        self.assertEqual(result.outputs[1].data.tobytes(), inputs["data_uv"].tobytes())
        (transform,) = result.transforms
        self.assertEqual(list(transform.inputs), ["data_y", "data_uv"])
        self.assertEqual(transform.mode, "letterbox")
        self.assertEqual((transform.source_width, transform.source_height), (width, height))
        self.assertEqual((transform.model_width, transform.model_height), (MODEL_WIDTH, MODEL_HEIGHT))
        # A corner of the picture lands where the message's formula says.
        corner = placed.to_model([[width, height]])[0]
        self.assertAlmostEqual((width - transform.crop_left) * transform.scale_x + transform.pad_left, corner[0])
        self.assertAlmostEqual((height - transform.crop_top) * transform.scale_y + transform.pad_top, corner[1])
        self.assertEqual(transform.pad_top, 8.0)

    def test_every_encoding_of_the_core_arrives(self):
        width, height = MODEL_WIDTH, MODEL_HEIGHT
        white = {
            "nv12": (np.r_[np.full(width * height, 235), np.full(width * height // 2, 128)].astype(np.uint8), width),
            "bgr8": (np.full(width * height * 3, 255, np.uint8), width * 3),
            "rgb8": (np.full(width * height * 3, 255, np.uint8), width * 3),
            "mono8": (np.full(width * height, 255, np.uint8), width),
        }
        self.expect_white(white)

    def test_encodings_of_16_bits_and_mosaics_arrive(self):
        width, height = MODEL_WIDTH, MODEL_HEIGHT
        white = {
            "mono16": (np.full(width * height, 65535, np.uint16).view(np.uint8), width * 2),
            "bayer_rggb8": (np.full(width * height, 255, np.uint8), width),
        }
        self.expect_white(white)

    def expect_white(self, pictures):
        for encoding, (data, step) in pictures.items():
            with self.subTest(encoding):
                result = self.infer(picture(data, MODEL_WIDTH, MODEL_HEIGHT, encoding, step))
                luma = np.frombuffer(result.outputs[0].data, np.uint8)
                np.testing.assert_allclose(luma, 235, atol=1)

    def test_the_times_of_the_stages_add_up(self):
        timing = self.infer(nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)).timing
        stages = (timing.prepare_ns, timing.input_ns, timing.submit_ns, timing.device_ns, timing.output_ns)
        self.assertTrue(all(stage >= 0 for stage in stages), stages)
        # The model declares 1 ms, and may begin before its submission returns.
        self.assertGreater(timing.submit_ns + timing.device_ns, 900_000)
        self.assertLessEqual(sum(stages), timing.total_ns)
        self.assertLess(abs(time.time_ns() - timing.received_ns), 60e9)

    def test_bad_pictures_cost_themselves_only(self):
        good = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
        self.infer(good)
        bad = [
            picture(np.zeros(100, np.uint8), MODEL_WIDTH, MODEL_HEIGHT, "bgr8", MODEL_WIDTH * 3),
            picture(np.zeros(63 * 48 * 3 // 2, np.uint8), 63, 48, "nv12", 63),
            picture(np.zeros(0, np.uint8), 0, 0, "bgr8", 0),
            picture(np.zeros(100, np.uint8), MODEL_WIDTH, MODEL_HEIGHT, "mono16", 2 * MODEL_WIDTH),
            picture(np.zeros(100, np.uint8), 10, 10, "jpeg", 10),
        ]
        for message in bad:
            self.graph.publish("/robot/camera/image", message)
        after = self.infer(good)
        # Each of them was taken, and counted.
        wait_until(lambda: any("frame dropped" in text for text in self.graph.warnings()), "a warning")
        stamps = [result.header.stamp for result in self.results]
        self.assertFalse([message for message in bad if message.header.stamp in stamps])
        self.assertTrue(after.outputs)

    def test_an_unknown_encoding_is_told_once_with_the_known_ones(self):
        message = picture(np.zeros(100, np.uint8), 10, 10, "32FC1", 40)
        for _ in range(5):
            self.graph.publish("/robot/camera/image", message)
        logged = lambda: [text for text in self.graph.warnings() if "'32FC1'" in text]  # noqa: E731
        wait_until(lambda: bool(logged()), "a warning about the encoding")
        self.infer(nv12_picture(MODEL_WIDTH, MODEL_HEIGHT))
        self.assertEqual(len(logged()), 1)
        for known in ("nv12", "bgr8", "rgb8", "mono8", "mono16", "model 'echo'"):
            self.assertIn(known, logged()[0])

    def test_priority_and_cores_hold_from_the_next_frame_and_are_announced(self):
        lists = self.graph.model_lists()
        for priority, cores in ((200, [1, 2]), (3, [-1])):
            results = self.graph.set_parameters({"echo.priority": priority, "echo.bpu_cores": cores})
            self.assertTrue(all(result.successful for result in results), results)
            wait_until(
                lambda p=priority, c=cores: (
                    bool(lists) and (lists[-1].models[0].sched.priority, list(lists[-1].models[0].sched.bpu_cores)) == (p, c)
                ),
                "the new scheduling on ~/models",
            )
            self.assertEqual(self.graph.get_parameter("echo.priority"), priority)
            self.infer(nv12_picture(MODEL_WIDTH, MODEL_HEIGHT))

    def test_bad_scheduling_is_refused_with_the_range_and_changes_nothing(self):
        self.assertTrue(self.graph.set_parameters({"slow.priority": 11, "slow.bpu_cores": [2]})[0].successful)
        refusals = {
            "slow.priority": [(256, "0", "255"), (-1, "0", "255")],
            "slow.bpu_cores": [
                ([7], "7", "0 to 3", "s600"),
                ([0, 0], "duplicate core index 0"),
                ([-1, 0], "-1"),
                ([-2], "-2"),
            ],
            "slow.device_id": [(-1, "0")],
            "wide.bpu_cores": [([-1], "2 cores"), ([0], "2 cores"), ([0, 1, 2], "2 cores")],
        }
        for name, cases in refusals.items():
            for value, *words in cases:
                with self.subTest(f"{name} = {value}"):
                    (result,) = self.graph.set_parameters({name: value})
                    self.assertFalse(result.successful)
                    for word in words:
                        self.assertIn(word, result.reason)
        for value in (
            ParameterValue(type=ParameterType.PARAMETER_STRING, string_value="x"),
            ParameterValue(type=ParameterType.PARAMETER_BOOL_ARRAY),
        ):
            self.assertFalse(self.graph.set_raw_parameter("slow.bpu_cores", value).successful)
        self.assertFalse(self.graph.set_parameters({"echo.file": "other.hbm"})[0].successful)
        self.assertEqual(self.graph.get_parameter("slow.priority"), 11)
        self.assertEqual(list(self.graph.get_parameter("slow.bpu_cores")), [2])
        self.assertEqual(list(self.graph.get_parameter("wide.bpu_cores")), [0, 1])

    def test_parameters_describe_themselves(self):
        priority, cores = self.graph.describe_parameters(["echo.priority", "echo.bpu_cores"])
        self.assertIn("Higher runs first", priority.description)
        self.assertEqual((priority.integer_range[0].from_value, priority.integer_range[0].to_value), (0, 255))
        self.assertIn("[-1]", cores.additional_constraints)

    def test_services_answer_while_a_model_is_busy(self):
        results = self.graph.results("/robot/hbm_inference/slow/result")
        message = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
        first = self.graph.infer("/robot/slow/image", message, results)
        answers_s = []
        for priority in range(20):
            self.graph.publish("/robot/slow/image", message)
            time.sleep(0.02)
            started = time.monotonic()
            self.assertTrue(self.graph.set_parameters({"slow.priority": priority})[0].successful)
            answers_s.append(time.monotonic() - started)
        # A service that waits for the model takes most of its latency each time.
        self.assertLess(np.median(answers_s), BUSY_LATENCY_US / 1e6 / 2)
        self.assertGreater(first.timing.submit_ns + first.timing.device_ns, BUSY_LATENCY_US * 900)

    def test_the_model_list_is_latched_and_complete(self):
        lists = self.graph.model_lists()
        wait_until(lambda: bool(lists), "the latched list of models")
        echo, slow, wide = lists[-1].models
        self.assertEqual((lists[-1].backend, lists[-1].soc, lists[-1].bpu_core_count), ("sim", "s600", 4))
        self.assertEqual((echo.name, slow.name, wide.name), ("echo", "slow", "wide"))
        self.assertEqual((echo.file, slow.model_name), (str(FOLDER / "echo.hbm"), "slow"))
        self.assertEqual((echo.input_topics, wide.input_topics), (["/robot/camera/image"], ["/robot/image"]))
        self.assertEqual(wide.result_topic, "/robot/wide_boxes")
        self.assertEqual((wide.compiled_bpu_cores, list(wide.sched.bpu_cores)), (2, [0, 1]))
        self.assertEqual([tensor.name for tensor in echo.inputs], ["data_y", "data_uv"])
        self.assertEqual((echo.inputs[0].dtype, list(echo.inputs[0].stride_bytes)), ("uint8", [-1, -1, 1, 1]))
        self.assertEqual((echo.outputs[2].dtype, list(echo.outputs[2].shape)), ("int32", [1, 3, 4, 255]))
        self.assertEqual(list(echo.outputs[2].stride_bytes), [12288, 4096, 1024, 4])

    def test_models_on_two_topics_do_not_mix(self):
        wide_results = self.graph.results("/robot/wide_boxes")
        result = self.graph.infer("/robot/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, seed=5), wide_results)
        self.assertEqual(result.model, "wide")


@launch_testing.post_shutdown_test()
class TestShutdown(unittest.TestCase):
    def test_the_node_ends_cleanly(self, proc_info):
        launch_testing.asserts.assertExitCodes(proc_info)
