# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of the demo. `make demo` packs the models and starts this for each act. By hand, afterwards, in the checkout:

PYTHONPATH=$PWD:$PYTHONPATH ros2 launch demo/demo.launch.py act:=reading model_dir:=out/demo/models input:=out/demo/pictures
PYTHONPATH=$PWD:$PYTHONPATH ros2 launch demo/demo.launch.py act:=contention model_dir:=out/demo/models rate_hz:=75.0
ros2 param set /hbm_inference detector.priority 255
ros2 topic hz /hbm_inference/classifier/result
"""

import sys
from pathlib import Path
from typing import Any

from launch.actions import DeclareLaunchArgument, EmitEvent, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from hbm_runtime_ros.launching import dds_profile, inference_node
from launch import LaunchContext, LaunchDescription

ARGUMENTS = (
    DeclareLaunchArgument(
        "act",
        choices=["reading", "finding", "contention"],
        description="Text that is found and read, text and layout and faces in one picture, or two models on one core.",
    ),
    DeclareLaunchArgument("model_dir", description="Folder of the packed models and their parameters."),
    DeclareLaunchArgument("rate_hz", default_value="10.5", description="Pictures per second."),
    DeclareLaunchArgument("width", default_value="1280", description="Of the camera, pixels; not of act:=contention."),
    DeclareLaunchArgument("height", default_value="720", description="Of the camera, pixels; not of act:=contention."),
    DeclareLaunchArgument(
        "backend", default_value="", choices=["", "auto", "bpu", "sim"], description="As of inference.launch.py."
    ),
    DeclareLaunchArgument("input", default_value="", description="A picture, a folder or a video; not of act:=contention."),
    DeclareLaunchArgument(
        "output_dir",
        default_value="out/demo",
        description="Folder for overlay.png and the measurements. Of act:=reading, as all below.",
    ),
    DeclareLaunchArgument(
        "frames", default_value="0", description="Pictures until the demo ends; 0 = until it is interrupted."
    ),
    DeclareLaunchArgument(
        "frames_per_picture", default_value="24", description="How many frames each still picture is shown for."
    ),
    DeclareLaunchArgument(
        "frames_per_line", default_value="3", description="The recogniser gets a line of text with every so many frames."
    ),
    DeclareLaunchArgument(
        "patience_s", default_value="2.0", description="Seconds without a result after which the viewer waits no longer."
    ),
)


def start(context: LaunchContext) -> list:
    value = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    models = Path(value["model_dir"]).absolute()
    if value["act"] == "contention":
        inference = inference_node(str(models / "contention.yaml"), backend="sim")
        camera = camera_node(value, width=320, height=240, wait_for_subscribers=1)
        return [ends_all(inference), ends_all(camera), inference, camera]
    size = {name: int(value[name]) for name in ("width", "height")}
    shown = str(Path(value["input"]).absolute()) if value["input"] else ""
    if value["act"] == "finding":
        inference = inference_node(str(models / "finding.yaml"), backend=value["backend"])
        # The inference node, and the program that shows what it finds.
        camera = camera_node(value, input=shown, **size, wait_for_subscribers=2)
        return [ends_all(inference), ends_all(camera), inference, camera]
    inference = inference_node(str(models / "reading.yaml"), backend=value["backend"])
    viewer = Node(
        executable=sys.executable,
        name="text_viewer",
        arguments=["-m", "demo.viewer"],
        parameters=[
            {
                "frames": int(value["frames"]),
                "frames_per_line": int(value["frames_per_line"]),
                "patience_s": float(value["patience_s"]),
                "output_dir": value["output_dir"],
            }
        ],
        remappings=[
            ("detector/detections", "hbm_inference/detector/detections"),
            ("recogniser/classifications", "hbm_inference/recogniser/classifications"),
            ("models", "hbm_inference/models"),
            ("frames_sent", "image_source/frames_sent"),
        ],
        output="screen",
    )
    camera = camera_node(
        value,
        input=shown,
        **size,
        frames=int(value["frames"]),
        frames_per_picture=int(value["frames_per_picture"]),
        wait_for_subscribers=2,  # the inference node and the viewer
    )
    return [
        # The camera and the viewer may leave when everything was shown: who has started the launch ends it.
        *(ends_all(node, only_failure=node is not inference) for node in (inference, viewer, camera)),
        inference,
        viewer,
        camera,
    ]


def camera_node(value: dict[str, str], **parameters: Any) -> Node:
    return Node(
        package="hbm_runtime_ros",
        executable="image_source",
        parameters=[{"rate_hz": float(value["rate_hz"]), **parameters}],
        output="screen",
    )


def ends_all(node: Node, *, only_failure: bool = False) -> RegisterEventHandler:
    """Return the action that ends the launch with `node`: any way it ends, or with an exit code other than 0 alone."""

    def on_exit(event: Any, _context: Any) -> list[EmitEvent]:
        if only_failure and event.returncode == 0:
            return []
        return [EmitEvent(event=Shutdown(reason=f"{event.process_name} ended with exit code {event.returncode}"))]

    return RegisterEventHandler(OnProcessExit(target_action=node, on_exit=on_exit))


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, *dds_profile(), OpaqueFunction(function=start)])
