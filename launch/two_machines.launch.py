# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One side of a pair of machines: a camera on one, the inference node on the other, which may be the robot and its base.

on the machine with the camera:
ros2 launch hbm_runtime_ros two_machines.launch.py side:=camera peer:=192.168.1.20
on the machine with the accelerator:
ros2 launch hbm_runtime_ros two_machines.launch.py side:=inference peer:=192.168.1.10 params_file:=/path/to/params.yaml

Both need the same ROS_DOMAIN_ID and clocks that agree (chrony, PTP). `peer` is the address of the other machine; with it
they find each other where the network passes no multicast, as many wireless ones do.
"""

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from hbm_runtime_ros.launching import dds_profile, inference_node
from launch import LaunchContext, LaunchDescription

ARGUMENTS = (
    DeclareLaunchArgument("side", choices=["camera", "inference"], description="What runs on this machine."),
    DeclareLaunchArgument("peer", default_value="", description="Address of the other machine; empty = found by multicast."),
    DeclareLaunchArgument("params_file", default_value="", description="As of inference.launch.py; of side:=inference."),
    DeclareLaunchArgument(
        "backend", default_value="", choices=["", "auto", "bpu", "sim"], description="As of inference.launch.py."
    ),
    DeclareLaunchArgument(
        "camera_package", default_value="hbm_runtime_ros", description="Package of the camera's driver; of side:=camera."
    ),
    DeclareLaunchArgument(
        "camera_executable", default_value="image_source", description="Its executable; it publishes on the topic image."
    ),
)


def discovery(peer: str) -> list[SetEnvironmentVariable]:
    """Look beyond this machine, also at `peer`. Variables of Iron and later; Humble always looks around by multicast."""
    variables = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}
    if peer:
        variables["ROS_STATIC_PEERS"] = peer
    return [SetEnvironmentVariable(name, value) for name, value in variables.items()]


def start(context: LaunchContext) -> list:
    value = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    if value["side"] == "inference":
        node = inference_node(value["params_file"], backend=value["backend"])
    else:
        node = Node(package=value["camera_package"], executable=value["camera_executable"], output="screen")
    return [*discovery(value["peer"]), node]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, *dds_profile("fastdds_network.xml"), OpaqueFunction(function=start)])
