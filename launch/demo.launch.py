# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo: a camera of pictures, the inference node with two networks, and the viewer that uses both.

`make demo` packs the networks and starts this. By hand, afterwards:
ros2 launch hbm_runtime_ros demo.launch.py model_dir:=out/demo/models output_dir:=out/demo
"""

from pathlib import Path

from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from hbm_runtime_ros.demo.launch_actions import ends_all
from hbm_runtime_ros.demo.networks import ALPHABET_FILE, PARAMETER_FILE
from hbm_runtime_ros.launching import dds_profile, inference_node
from launch import LaunchContext, LaunchDescription

ARGUMENTS = (
    DeclareLaunchArgument("model_dir", description="Folder of the packed networks, their parameters and the alphabet."),
    DeclareLaunchArgument("output_dir", description="Folder for overlay.png and the measurements."),
    DeclareLaunchArgument(
        "input", default_value="", description="A picture, a folder or a video; empty = pictures of scikit-image."
    ),
    DeclareLaunchArgument("rate_hz", default_value="10.5", description="Pictures a second."),
    DeclareLaunchArgument(
        "frames", default_value="0", description="Pictures until the demo ends; 0 = until it is interrupted."
    ),
    DeclareLaunchArgument(
        "frames_per_picture", default_value="24", description="How many frames each still picture is shown for."
    ),
    DeclareLaunchArgument(
        "backend", default_value="", choices=["", "auto", "bpu", "sim"], description="As of inference.launch.py."
    ),
)


def start(context: LaunchContext) -> list:
    value = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    models = Path(value["model_dir"]).absolute()
    inference = inference_node(str(models / PARAMETER_FILE), backend=value["backend"])
    viewer = Node(
        package="hbm_runtime_ros",
        executable="text_viewer",
        parameters=[
            {
                "frames": int(value["frames"]),
                "output_dir": value["output_dir"],
                "alphabet_file": str(models / ALPHABET_FILE),
            }
        ],
        remappings=[
            ("detector/result", "hbm_inference/detector/result"),
            ("recogniser/result", "hbm_inference/recogniser/result"),
            ("models", "hbm_inference/models"),
            ("frames_sent", "image_source/frames_sent"),
        ],
        output="screen",
    )
    camera = Node(
        package="hbm_runtime_ros",
        executable="image_source",
        parameters=[
            {
                "input": value["input"],
                "rate_hz": float(value["rate_hz"]),
                "frames": int(value["frames"]),
                "frames_per_picture": int(value["frames_per_picture"]),
                # The inference node and the viewer.
                "wait_for_subscribers": 2,
            }
        ],
        output="screen",
    )
    return [
        # Without one of its nodes the demo is over; the camera alone may leave when it has shown everything.
        *(ends_all(node, only_failure=node is camera) for node in (inference, viewer, camera)),
        inference,
        viewer,
        camera,
    ]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, *dds_profile(), OpaqueFunction(function=start)])
