# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Declares the parameters of the table on a node and reads them back as plain Python values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rcl_interfaces.msg import IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from ..errors import ConfigurationError
from .spec import Kind, ParameterSpec

_TYPES = {
    Kind.INTEGER: Parameter.Type.INTEGER,
    Kind.DOUBLE: Parameter.Type.DOUBLE,
    Kind.BOOLEAN: Parameter.Type.BOOL,
    Kind.STRING: Parameter.Type.STRING,
    Kind.INTEGER_ARRAY: Parameter.Type.INTEGER_ARRAY,
    Kind.STRING_ARRAY: Parameter.Type.STRING_ARRAY,
}


def descriptor(spec: ParameterSpec) -> ParameterDescriptor:
    """Return what `ros2 param describe` tells about a parameter."""
    constraints = []
    if spec.choices:
        constraints.append("one of " + ", ".join(choice or "''" for choice in spec.choices))
    if spec.kind is Kind.INTEGER_ARRAY:
        # rcl checks ranges of single numbers only: say here what the node checks itself.
        constraints.append("indices from 0, or [-1]")
    result = ParameterDescriptor(
        name=spec.name,
        type=_TYPES[spec.kind].value,
        description=spec.text,
        additional_constraints="; ".join(constraints),
        read_only=spec.read_only,
    )
    if spec.bounds is not None:
        result.integer_range = [IntegerRange(from_value=spec.bounds[0], to_value=spec.bounds[1], step=1)]
    return result


def declare(node: Node, specs: Iterable[ParameterSpec], group: str = "") -> dict[str, Any]:
    """Declare `specs` on `node`, below `group.` where that is given, and return their values by short name.

    Raises:
        ConfigurationError: a value from the command line or a parameter file is of the wrong type or not allowed.
    """
    values = {}
    for spec in specs:
        full_name = f"{group}.{spec.name}" if group else spec.name
        try:
            parameter = node.declare_parameter(full_name, spec.default, descriptor(spec))
        except InvalidParameterTypeException as error:
            # rclpy puts the parameter's name behind its text.
            reason = str(error).removesuffix(f": {full_name}")
            raise ConfigurationError(f"parameter '{full_name}': expected {_with_article(spec.kind)}. {reason}") from error
        except InvalidParameterValueException as error:
            _, _, reason = str(error).removesuffix(f": {full_name}").partition("Reason: ")
            raise ConfigurationError(f"parameter '{full_name}': {reason or error}") from error
        if parameter.type_ != _TYPES[spec.kind]:
            # An empty list in a parameter file has no type, so rclpy lets it pass as "not set".
            raise ConfigurationError(
                f"parameter '{full_name}': expected {_with_article(spec.kind)}, got an empty or untyped value; "
                f"the default is {spec.default!r}"
            )
        value = plain(parameter)
        refusal = spec.why_not(value, full_name)
        if refusal is not None:
            raise ConfigurationError(refusal)
        values[spec.name] = value
    return values


def plain(parameter: Parameter) -> Any:
    """Return a parameter's value; arrays, which arrive as list or array.array, as list."""
    if parameter.type_ in (Parameter.Type.INTEGER_ARRAY, Parameter.Type.STRING_ARRAY):
        return list(parameter.value)
    return parameter.value


def _with_article(kind: Kind) -> str:
    return ("an " if kind.value[0] in "aeiou" else "a ") + kind.value
