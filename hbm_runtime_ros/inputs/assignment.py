# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which topic fills which inputs of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import ConfigurationError


def assign_inputs(model: str, model_inputs: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the inputs that each topic fills, in the order of the model.

    Args:
        model: name of the model in the node.
        model_inputs: names of its inputs.
        wanted: for each topic by the name of its group of parameters ("" for a model with one topic), the value of its
            parameter `tensors`.

    Raises:
        ConfigurationError: an input has no topic or several, or a topic fills nothing. The text names the parameter.
    """
    assigned: dict[str, list[str]] = {}
    taken: dict[str, str] = {}
    for group, names in wanted.items():
        parameter = f"{model}.{group}.tensors" if group else f"{model}.tensors"
        chosen = _chosen(group, [name for name in names if name], model_inputs, parameter)
        for name in chosen:
            if name in taken:
                raise ConfigurationError(
                    f"parameter '{parameter}': the model's input '{name}' is filled by '{taken[name]}' already"
                )
            taken[name] = parameter
        assigned[group] = [name for name in model_inputs if name in chosen]
    left = [name for name in model_inputs if name not in taken]
    if left:
        raise ConfigurationError(
            f"model '{model}': no topic fills {_listed(left)} of its inputs; name a topic for each in '{model}.inputs', or "
            f"add the input to the `tensors` of a topic"
        )
    return assigned


def _chosen(group: str, names: Sequence[str], model_inputs: Sequence[str], parameter: str) -> list[str]:
    for name in names:
        if name not in model_inputs:
            raise ConfigurationError(
                f"parameter '{parameter}': the model has no input '{name}', it has {_listed(model_inputs)}"
            )
    if names or not group:
        return list(names or model_inputs)
    # The packer and the board's compiler call the planes of an NV12 input like this.
    own = [name for name in (group, f"{group}_y", f"{group}_uv") if name in model_inputs]
    if not own:
        raise ConfigurationError(
            f"parameter '{parameter}': say which inputs of the model this topic fills; there is none with the name "
            f"'{group}', there are {_listed(model_inputs)}"
        )
    return own


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
