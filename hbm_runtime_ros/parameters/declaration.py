# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Declares the parameters of a dataclass on a node and reads them back; reports those that nobody reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, cast

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from hbm_runtime_core.names import did_you_mean

from ..compat import given_parameters
from ..errors import ConfigurationError
from .spec import Kind, ParameterSpec, specs
from .tables import INPUT_PARAMETERS

_NEW_NAMES = {spec.old_name: spec.name for spec in INPUT_PARAMETERS if spec.old_name}
_Table = TypeVar("_Table")
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

# Of rclpy and diagnostic_updater, declared when they are needed.
_OF_OTHER_PACKAGES = ("diagnostic_updater", "use_sim_time", "start_type_description_service")
_QOS_OVERRIDES = "qos_overrides"
_QOS_ENTITIES = ("subscription", "publisher")
_QOS_POLICIES = ("history", "depth", "reliability", "durability")


def declare(
    node: Node,
    table: type[_Table],
    group: str = "",
    given: Mapping[str, Any] = _NOTHING,
    defaults: Mapping[str, Any] = _NOTHING,
) -> _Table:
    """Declare the parameters of `table` on `node`, below `group.` where that is given, and return their values.

    Args:
        node: declares.
        table: dataclass of parameters, see parameter().
        group: of the parameters.
        given: values, by short name, that override those of the command line and of parameter files.
        defaults: other defaults than those of the table, by short name.

    Raises:
        ConfigurationError: a value has the wrong type or is not allowed.
    """
    values = {}
    for spec in specs(cast(Any, table)):  # mypy takes a type variable for a type without a hash
        if spec.name in defaults:
            spec = dataclasses.replace(spec, default=_as_ros(defaults[spec.name]))
        values[spec.name] = _declare(node, spec, f"{group}.{spec.name}" if group else spec.name, given)
    return table(**values)


def undeclare(node: Node, group: str) -> None:
    """Undeclare every parameter below `group.`."""
    for name in node.get_parameters_by_prefix(group):
        full_name = f"{group}.{name}"
        # The node's own descriptor, not a copy: a read-only parameter could never be undeclared.
        node.describe_parameter(full_name).read_only = False
        node.undeclare_parameter(full_name)


def plain(parameter: Parameter) -> Any:
    """Return a parameter's value; arrays, which rclpy gives as list or array.array, as list."""
    if parameter.type_ in _ARRAYS:
        return list(parameter.value)
    return parameter.value


def wrong_type(parameter: Parameter, spec: ParameterSpec) -> str | None:
    """Return what is wrong with the type of a parameter's value, or None."""
    if _is_of(parameter.type_, spec):
        return None
    # An empty list in a parameter file has no type, so rclpy accepts it as "not set".
    came = "an empty or untyped value" if parameter.value is None else repr(plain(parameter))
    return f"parameter '{parameter.name}': expected {_with_article(spec.type_names)}, got {came}"


def descriptor(spec: ParameterSpec) -> ParameterDescriptor:
    """Return what `ros2 param describe` prints of a parameter."""
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
        dynamic_typing=len(spec.kinds) > 1,
    )
    if spec.bounds is not None and spec.kind is Kind.INTEGER:
        result.integer_range = [IntegerRange(from_value=int(spec.bounds[0]), to_value=int(spec.bounds[1]), step=1)]
    elif spec.bounds is not None:
        result.floating_point_range = [FloatingPointRange(from_value=spec.bounds[0], to_value=spec.bounds[1])]
    return result


def _declare(node: Node, spec: ParameterSpec, full_name: str, given: Mapping[str, Any]) -> Any:
    """Declare one parameter and return its value."""
    value, is_given = _given_value(node, spec, full_name, given)
    if not _is_of(Parameter.Type.from_parameter_value(value), spec):
        raise ConfigurationError(f"parameter '{full_name}': expected {_with_article(spec.type_names)}, got {value!r}")
    try:
        parameter = node.declare_parameter(full_name, value, descriptor(spec), ignore_override=is_given)
    except InvalidParameterTypeException as error:
        # rclpy appends the parameter's name to its text.
        reason = str(error).removesuffix(f": {full_name}")
        raise ConfigurationError(f"parameter '{full_name}': expected {_with_article(spec.type_names)}. {reason}") from error
    except InvalidParameterValueException as error:
        _, _, reason = str(error).removesuffix(f": {full_name}").partition("Reason: ")
        raise ConfigurationError(f"parameter '{full_name}': {reason or error}") from error
    refusal = wrong_type(parameter, spec)
    if refusal is not None:
        raise ConfigurationError(f"{refusal}; the default is {spec.default!r}")
    declared = plain(parameter)
    refusal = spec.why_not(declared, full_name)
    if refusal is not None:
        raise ConfigurationError(refusal)
    return from_ros(declared, spec)


def _given_value(node: Node, spec: ParameterSpec, full_name: str, given: Mapping[str, Any]) -> tuple[Any, bool]:
    """Return the value to declare, and whether it overrides the command line and parameter files."""
    if spec.name in given:
        return given[spec.name], True
    if spec.old_name:
        old_name = full_name.removesuffix(spec.name) + spec.old_name
        overrides = given_parameters(node)
        renamed = f"parameter '{old_name}' is deprecated; rename it to '{full_name}'"
        if spec.old_name in given:
            node.get_logger().warning(renamed)
            return given[spec.old_name], True
        if old_name in overrides and full_name not in overrides:
            node.get_logger().warning(renamed)
            return plain(overrides[old_name]), True
    return spec.default, False


def from_ros(value: Any, spec: ParameterSpec) -> Any:
    """Return the value of a parameter, as plain() returns it, as its field takes it."""
    if spec.kind is Kind.DOUBLE:
        return float(value)
    if spec.kind is Kind.DOUBLE_ARRAY:
        return tuple(float(number) for number in value)
    if spec.kind is Kind.STRING_ARRAY and isinstance(value, list):
        return tuple(item for item in value if item != "")
    return tuple(value) if isinstance(value, list) else value


def _as_ros(value: Any) -> Any:
    """Return a value of a dataclass as rclpy takes it."""
    return (list(value) or [""]) if isinstance(value, tuple) else value


def _is_of(type_: Parameter.Type, spec: ParameterSpec) -> bool:
    return any(type_ == _TYPES[kind] for kind in spec.kinds)


def _with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def explain_unknown(given: Iterable[str], declared: Collection[str], models: Collection[str]) -> list[str]:
    """Return a warning for each parameter of `given` that is not in `declared`, one for a whole group without a model.

    Args:
        given: full names from the command line and from parameter files.
        declared: full names of the parameters that the node has.
        models: names of the node's models.
    """
    warnings = []
    groups = {*models, *(name.partition(".")[0] for name in declared if "." in name)}
    without_model: dict[str, list[str]] = {}
    for name in sorted(given):
        group = name.partition(".")[0]
        if name in declared or group in _OF_OTHER_PACKAGES or _renamed(name) in declared:
            continue
        if group == _QOS_OVERRIDES:
            warnings += _explain_qos_override(name)
        elif "." in name and group not in groups:
            without_model.setdefault(group, []).append(name)
        else:
            warnings.append(f"unknown parameter '{name}' (ignored){did_you_mean(name, declared)}")
    for group, names in without_model.items():
        warnings.append(
            f"the parameters of '{group}' ({', '.join(names)}) are ignored: `models` names no such model"
            f"{did_you_mean(group, models)}. They apply to a model that ~/load_model adds under that name"
        )
    return warnings


def explain_unused_qos_overrides(given: Iterable[str], topics: Collection[str]) -> list[str]:
    """Return a warning for each topic in the `qos_overrides` of `given` that is none of the node's `topics`."""
    named = {name.split(".")[1] for name in given if name.startswith(f"{_QOS_OVERRIDES}.") and name.count(".") >= 3}
    return [
        f"the parameters 'qos_overrides.{topic}.*' are ignored: the node has no topic {topic}{did_you_mean(topic, topics)}"
        for topic in sorted(named - set(topics))
    ]


def _explain_qos_override(name: str) -> list[str]:
    _, _, entity_and_policy = name.removeprefix(f"{_QOS_OVERRIDES}.").partition(".")
    entity, _, policy = entity_and_policy.partition(".")
    if not entity.startswith(_QOS_ENTITIES):
        return [f"unknown parameter '{name}' (ignored): expected qos_overrides.<topic>.<publisher or subscription>.<policy>"]
    if policy not in _QOS_POLICIES:
        return [
            f"unknown QoS policy '{policy}' in parameter '{name}' (ignored){did_you_mean(policy, _QOS_POLICIES)} "
            f"(known: {', '.join(_QOS_POLICIES)})"
        ]
    return []


def _renamed(name: str) -> str:
    prefix, dot, last = name.rpartition(".")
    return prefix + dot + _NEW_NAMES.get(last, last)
