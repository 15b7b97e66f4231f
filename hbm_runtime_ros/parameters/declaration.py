# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Declares the parameters of the table on a node and reads them back as plain Python values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from rcl_interfaces.msg import IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from ..errors import ConfigurationError
from .spec import Kind, ParameterSpec

_NOTHING: Mapping[str, Any] = MappingProxyType({})

_TYPES = {
    Kind.INTEGER: Parameter.Type.INTEGER,
    Kind.DOUBLE: Parameter.Type.DOUBLE,
    Kind.BOOLEAN: Parameter.Type.BOOL,
    Kind.STRING: Parameter.Type.STRING,
    Kind.INTEGER_ARRAY: Parameter.Type.INTEGER_ARRAY,
    Kind.DOUBLE_ARRAY: Parameter.Type.DOUBLE_ARRAY,
    Kind.STRING_ARRAY: Parameter.Type.STRING_ARRAY,
}
_ARRAYS = (Parameter.Type.INTEGER_ARRAY, Parameter.Type.DOUBLE_ARRAY, Parameter.Type.STRING_ARRAY)


def descriptor(spec: ParameterSpec) -> ParameterDescriptor:
    """Return what `ros2 param describe` tells about a parameter."""
    constraints = []
    if spec.choices:
        constraints.append("one of " + ", ".join(choice or "''" for choice in spec.choices))
    if spec.constraint:
        constraints.append(spec.constraint)
    result = ParameterDescriptor(
        name=spec.name,
        type=_TYPES[spec.kind].value,
        description=spec.text,
        additional_constraints="; ".join(constraints),
        read_only=spec.read_only,
        # [0, 0, 0] in a parameter file is an array of integers, which rclpy refuses for doubles.
        dynamic_typing=spec.kind is Kind.DOUBLE_ARRAY,
    )
    if spec.bounds is not None:
        result.integer_range = [IntegerRange(from_value=spec.bounds[0], to_value=spec.bounds[1], step=1)]
    return result


def declare(
    node: Node, specs: Iterable[ParameterSpec], group: str = "", given: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    """Declare `specs` on `node`, below `group.` where that is given, and return their values by short name.

    Args:
        node: declares.
        specs: what to declare.
        group: of the parameters.
        given: values that count more than those of the command line and of parameter files, by short name.

    Raises:
        ConfigurationError: a value is of the wrong type or not allowed.
    """
    return {spec.name: _declare(node, spec, f"{group}.{spec.name}" if group else spec.name, given) for spec in specs}


def undeclare(node: Node, group: str) -> None:
    """Undeclare every parameter below `group.`."""
    for name in node.get_parameters_by_prefix(group):
        full_name = f"{group}.{name}"
        # The node's own descriptor, not a copy: what is read-only could never be undeclared.
        node.describe_parameter(full_name).read_only = False
        node.undeclare_parameter(full_name)


def _declare(node: Node, spec: ParameterSpec, full_name: str, given: Mapping[str, Any]) -> Any:
    """Declare one parameter and return its value."""
    value = given.get(spec.name, spec.default)
    if not _is_of(Parameter.Type.from_parameter_value(value), spec.kind):
        raise ConfigurationError(f"parameter '{full_name}': expected {_with_article(spec.kind)}, got {value!r}")
    try:
        parameter = node.declare_parameter(full_name, value, descriptor(spec), ignore_override=spec.name in given)
    except InvalidParameterTypeException as error:
        # rclpy puts the parameter's name behind its text.
        reason = str(error).removesuffix(f": {full_name}")
        raise ConfigurationError(f"parameter '{full_name}': expected {_with_article(spec.kind)}. {reason}") from error
    except InvalidParameterValueException as error:
        _, _, reason = str(error).removesuffix(f": {full_name}").partition("Reason: ")
        raise ConfigurationError(f"parameter '{full_name}': {reason or error}") from error
    if not _is_of(parameter.type_, spec.kind):
        # An empty list in a parameter file has no type, so rclpy lets it pass as "not set".
        came = "an empty or untyped value" if parameter.value is None else repr(plain(parameter))
        raise ConfigurationError(
            f"parameter '{full_name}': expected {_with_article(spec.kind)}, got {came}; the default is {spec.default!r}"
        )
    declared = plain(parameter)
    if spec.kind is Kind.DOUBLE_ARRAY:
        declared = [float(number) for number in declared]
    refusal = spec.why_not(declared, full_name)
    if refusal is not None:
        raise ConfigurationError(refusal)
    return declared


def plain(parameter: Parameter) -> Any:
    """Return a parameter's value; arrays, which arrive as list or array.array, as list."""
    if parameter.type_ in _ARRAYS:
        return list(parameter.value)
    return parameter.value


def _is_of(type_: Parameter.Type, kind: Kind) -> bool:
    return type_ == _TYPES[kind] or (kind is Kind.DOUBLE_ARRAY and type_ == Parameter.Type.INTEGER_ARRAY)


def _with_article(kind: Kind) -> str:
    return ("an " if kind.value[0] in "aeiou" else "a ") + kind.value
