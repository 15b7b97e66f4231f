# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which parameter file gives a parameter its value: a path in a file is relative to that file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

_OPTION = "--params-file"
_PARAMETERS = "ros__parameters"
# launch_ros writes the dictionaries of a launch file into files of this name.
_LAUNCH_PREFIX = "launch_params_"


class ParameterFiles:
    """The parameter files of a command line, in their order.

    Args:
        arguments: of the command line, with `--params-file FILE` any number of times.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self.paths = [Path(value).absolute() for option, value in zip(arguments, arguments[1:]) if option == _OPTION]

    def source_of(self, parameter: str, node: str) -> Path | None:
        """Return the file that gives `parameter` of `node`, a fully qualified name, its value; None = no file does.

        As in rcl, the last one counts.
        """
        return next((path for path in reversed(self.paths) if parameter in _parameters(path, node)), None)

    def folders(self, node: str) -> list[Path]:
        """Return the folders of the files that have parameters for `node`: relative paths in them start there."""
        named = [path for path in self.paths if _parameters(path, node) and not is_written_by_launch(path)]
        return list(dict.fromkeys(path.parent for path in named))

    def explain_missing_section(self, node: str) -> str:
        """Return why no file has parameters for `node`, a fully qualified name; empty where there is no file."""
        texts = []
        for path in self.paths:
            names = [name for name, _ in _sections(_load(path))]
            if is_written_by_launch(path) or any(_matches(name, node) for name in names):
                continue
            found = f"it has {', '.join(names)}" if names else "it has none with 'ros__parameters'"
            texts.append(f"{path} has no section for {node} ({found}); use `/**`, which matches every node")
        return "; ".join(texts)


def is_written_by_launch(path: Path) -> bool:
    """Return whether launch_ros wrote this parameter file, from a dictionary in a launch file."""
    return path.name.startswith(_LAUNCH_PREFIX)


def _parameters(path: Path, node: str) -> set[str]:
    """Return the full names of the parameters that the file has for `node`."""
    names: set[str] = set()
    for section, values in _sections(_load(path)):
        if _matches(section, node):
            names.update(_flat(values, ""))
    return names


class _Loader(yaml.SafeLoader):
    """Refuses aliases, as rcl does: a few lines of them stand for any number of parameters, or for themselves."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        events: Any = super()  # without types
        if events.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not supported")
        return events.compose_node(parent, index)


def _load(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_bytes(), _Loader)
    except Exception:  # of OSError and YAMLError, but also whatever a value such as `!!float` causes
        return {}  # rclpy.init() reports a file that cannot be read
    return content if isinstance(content, dict) else {}


def _sections(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the node name, with wildcards, and the parameters of each section."""
    for key, value in content.items():
        name = f"{prefix}/{str(key).strip('/')}"
        if not isinstance(value, dict):
            continue
        if isinstance(value.get(_PARAMETERS), dict):
            yield name, value[_PARAMETERS]
        yield from _sections({k: v for k, v in value.items() if k != _PARAMETERS}, name)


def _matches(section: str, node: str) -> bool:
    tokens = section.strip("/").split("/")
    pattern = "".join({"**": "(/[^/]+)*", "*": "/[^/]+"}.get(token, "/" + re.escape(token)) for token in tokens)
    # A name without a namespace in the file means the node in the root namespace, as rcl reads it.
    return re.fullmatch(pattern, node) is not None


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
