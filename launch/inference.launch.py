# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Starts one inference node: ros2 launch hbm_runtime_ros inference.launch.py params_file:=/path/to/params.yaml."""

from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration

from hbm_runtime_ros.launching import dds_profile, inference_node, loaned_messages
from launch import LaunchContext, LaunchDescription

ARGUMENTS = (
    DeclareLaunchArgument(
        "params_file",
        description="YAML file with the node's parameters. Model files: absolute, package://... or relative to that file.",
    ),
    DeclareLaunchArgument(
        "namespace", default_value="", description="Namespace of the node and of relative topics; a robot's name."
    ),
    DeclareLaunchArgument(
        "backend",
        default_value="",
        choices=["", "auto", "bpu", "sim"],
        description="bpu = the board's accelerator, sim = simulator, auto = either; empty = as in params_file.",
    ),
    DeclareLaunchArgument(
        "log_level", default_value="info", choices=["debug", "info", "warn", "error", "fatal"], description="Of the node."
    ),
    DeclareLaunchArgument(
        "loaned_messages",
        default_value="false",
        choices=["true", "false"],
        description="true = pictures of hbm_img_msgs are read where a publisher with the same settings wrote them.",
    ),
    DeclareLaunchArgument("enclave", default_value="", description="SROS 2 enclave of the node, such as /hbm_inference."),
    DeclareLaunchArgument(
        "remap", default_value="", description="Other names for topics: 'image:=camera/image_raw', more after a blank."
    ),
)


def start(context: LaunchContext) -> list:
    values = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    loans = loaned_messages() if values.pop("loaned_messages") == "true" else []
    return [*loans, inference_node(**values)]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, *dds_profile(), OpaqueFunction(function=start)])
