# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo: a camera of pictures, the inference node with two networks, and the viewer that uses both.

`make demo` packs the networks and starts this; by hand:
ros2 launch hbm_runtime_ros demo.launch.py model_dir:=out/demo/models output_dir:=out/demo
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, EmitEvent, IncludeLaunchDescription, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

ARGUMENTS = (
    ('model_dir', 'out/demo/models', 'folder of the packed networks and the alphabet'),
    ('output_dir', 'out/demo', 'folder for overlay.png'),
    ('input', '', 'a picture, a folder or a video; empty = the pictures that scikit-image ships'),
    ('rate_hz', '12.0', 'pictures a second'),
    ('frames', '0', 'pictures until the demo ends; 0 = until it is interrupted'),
    ('frames_per_picture', '24', 'how many frames each still picture is shown for'),
    ('backend', 'auto', 'what runs the networks: auto, bpu or sim'),
)


def generate_launch_description() -> LaunchDescription:
    share = Path(get_package_share_directory('hbm_runtime_ros'))

    def argument(name, kind=str):
        return ParameterValue(LaunchConfiguration(name), value_type=kind)

    camera = Node(
        package='hbm_runtime_ros',
        executable='image_source',
        parameters=[
            {
                'input': argument('input'),
                'rate_hz': argument('rate_hz', float),
                'frames': argument('frames', int),
                'frames_per_picture': argument('frames_per_picture', int),
                # The inference node and the viewer.
                'wait_for_subscribers': 2,
            }
        ],
        output='screen',
    )
    inference = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(share / 'launch' / 'inference.launch.py')),
        launch_arguments={
            'params_file': str(share / 'config' / 'demo.yaml'),
            'model_dir': LaunchConfiguration('model_dir'),
            'backend': LaunchConfiguration('backend'),
        }.items(),
    )
    viewer = Node(
        package='hbm_runtime_ros',
        executable='text_viewer',
        parameters=[
            {
                'frames': argument('frames', int),
                'output_dir': argument('output_dir'),
                'alphabet_file': PathJoinSubstitution([LaunchConfiguration('model_dir'), 'ppocr_v4_alphabet.txt']),
            }
        ],
        remappings=[
            ('detector/result', '/hbm_inference/detector/result'),
            ('recogniser/result', '/hbm_inference/recogniser/result'),
            ('models', '/hbm_inference/models'),
            ('frames_sent', '/image_source/frames_sent'),
        ],
        output='screen',
    )
    # The viewer ends when it has seen everything; a camera that cannot show its pictures ends with an error.
    over = RegisterEventHandler(OnProcessExit(target_action=viewer, on_exit=[_shutdown('the viewer has ended')]))
    no_camera = RegisterEventHandler(
        OnProcessExit(
            target_action=camera,
            on_exit=lambda event, _: [_shutdown('the camera failed')] if event.returncode else [],
        )
    )
    arguments = [DeclareLaunchArgument(name, default_value=value, description=text) for name, value, text in ARGUMENTS]
    # The node first: what its launch file sets for the middleware holds for the others, too.
    return LaunchDescription([*arguments, inference, viewer, camera, over, no_camera])


def _shutdown(reason: str) -> EmitEvent:
    return EmitEvent(event=Shutdown(reason=reason))
