# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Starts an inference node for each of several robots, in the robot's namespace:

ros2 launch hbm_runtime_ros multi_robot.launch.py robots:=robot1,robot2 params_file:=/path/to/params.yaml

Relative topics stay with their robot: /robot1/image, /robot2/image. What differs between robots is in the same file,
in sections of their own: `/robot1/hbm_inference:` in addition to `/**:`.
"""

import re

from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration

from hbm_runtime_ros.launching import dds_profile, inference_node
from launch import LaunchContext, LaunchDescription

ARGUMENTS = (
    DeclareLaunchArgument("robots", description="Names of the robots, with commas between them; they become namespaces."),
    DeclareLaunchArgument("params_file", description="As of inference.launch.py, for all robots."),
    DeclareLaunchArgument(
        "backend", default_value="", choices=["", "auto", "bpu", "sim"], description="As of inference.launch.py."
    ),
)


def start(context: LaunchContext) -> list:
    value = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    robots = [name.strip() for name in value["robots"].split(",")]
    for name in robots:
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
            raise ValueError(f"robots: '{name}' is no namespace: a letter, then letters, digits and underscores")
    if len(set(robots)) != len(robots):
        raise ValueError(f"robots: duplicate name in {value['robots']}")
    return [inference_node(value["params_file"], namespace=name, backend=value["backend"]) for name in robots]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, *dds_profile(), OpaqueFunction(function=start)])
