# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's second act: a camera, and the inference node with two models on one BPU core of the simulator.

`make demo` packs the models and starts this. By hand, afterwards:
ros2 launch hbm_runtime_ros contention.launch.py model_dir:=out/demo/models
ros2 param set /hbm_inference detector.priority 255
ros2 topic hz /hbm_inference/classifier/result
"""

from pathlib import Path

from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from hbm_runtime_ros.demo.contention_models import PARAMETER_FILE, PICTURE_HEIGHT, PICTURE_WIDTH
from hbm_runtime_ros.demo.launch_actions import ends_all
from hbm_runtime_ros.launching import dds_profile, inference_node
from launch import LaunchContext, LaunchDescription

ARGUMENTS = (
    DeclareLaunchArgument("model_dir", description="Folder of the packed models and their parameters."),
    DeclareLaunchArgument("rate_hz", default_value="75.0", description="Pictures a second, for both models."),
)


def start(context: LaunchContext) -> list:
    value = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    inference = inference_node(str(Path(value["model_dir"]).absolute() / PARAMETER_FILE), backend="sim")
    camera = Node(
        package="hbm_runtime_ros",
        executable="image_source",
        parameters=[
            {
                "width": PICTURE_WIDTH,
                "height": PICTURE_HEIGHT,
                "rate_hz": float(value["rate_hz"]),
                "wait_for_subscribers": 1,
            }
        ],
        output="screen",
    )
    return [ends_all(inference), ends_all(camera), inference, camera]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, *dds_profile(), OpaqueFunction(function=start)])
