# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""The command `ros2 launch`, for the ROS 2 that comes as wheels: the package index has launch, but not this verb of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import AnyLaunchDescriptionSource, get_launch_description_from_any_launch_file
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from ros2cli.command import CommandExtension

from launch import LaunchContext, LaunchDescription, LaunchService


class LaunchCommand(CommandExtension):
    """Run a launch file."""

    def add_arguments(self, parser: ArgumentParser, cli_name: str) -> None:
        """Takes the arguments that `ros2 launch` takes on a full ROS 2."""
        parser.add_argument("-d", "--debug", action="store_true", help="show debug messages of launch")
        parser.add_argument("-n", "--noninteractive", action="store_true", help="run without a terminal")
        parser.add_argument("-p", "--print", action="store_true", dest="print_file", help="print the launch file and exit")
        parser.add_argument("-s", "--show-args", action="store_true", help="print the launch file's arguments and exit")
        parser.add_argument("package_or_path", help="a package, or the path of a launch file")
        parser.add_argument("rest", nargs="*", metavar="file, arguments", help="the launch file, then name:=value …")

    def main(self, *, parser: ArgumentParser, args: Namespace) -> int:
        """Runs the launch file until all its processes have ended. Returns launch's exit code."""
        arguments = list(args.rest)
        if Path(args.package_or_path).is_file():
            file = Path(args.package_or_path)
        elif arguments and ":=" not in arguments[0]:
            file = _find_launch_file(args.package_or_path, arguments.pop(0), parser)
        else:
            parser.error(f"{args.package_or_path!r} is no file; for a package, name its launch file as well")
        if wrong := [argument for argument in arguments if ":=" not in argument]:
            parser.error(f"{wrong[0]!r} is no launch argument: expected name:=value")
        pairs = [(name, value) for name, _, value in (argument.partition(":=") for argument in arguments)]
        if args.show_args:
            _show_arguments(get_launch_description_from_any_launch_file(str(file)))
            return 0
        if args.print_file:
            print(f"{file}\n{file.read_text()}")
            return 0
        include = IncludeLaunchDescription(AnyLaunchDescriptionSource(str(file)), launch_arguments=pairs)
        service = LaunchService(argv=arguments, noninteractive=args.noninteractive, debug=args.debug)
        service.include_launch_description(LaunchDescription([include]))
        return int(service.run())


def _find_launch_file(package: str, name: str, parser: ArgumentParser) -> Path:
    try:
        share = Path(get_package_share_directory(package))
    except LookupError:
        parser.error(f"no package {package!r} in AMENT_PREFIX_PATH")
    found = sorted(path for path in share.rglob(name) if path.is_file())
    if len(found) != 1:
        listing = ", ".join(str(path) for path in found) or "none"
        parser.error(f"expected one file {name!r} below {share}, found {listing}")
    return found[0]


def _show_arguments(description: LaunchDescription) -> None:
    context = LaunchContext()
    print("Arguments (pass arguments as '<name>:=<value>'):")
    for argument in description.get_launch_arguments():
        print(f"\n    '{argument.name}':\n        {argument.description}")
        if argument.default_value is not None:
            default = perform_substitutions(context, normalize_to_list_of_substitutions(argument.default_value))
            print(f"        (default: '{default}')")
        if argument.choices:
            print(f"        one of: {', '.join(argument.choices)}")
