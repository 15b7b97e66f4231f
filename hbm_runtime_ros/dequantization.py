# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which outputs of a model become floats in its results, as the parameter `dequantize` wants it."""

from __future__ import annotations

from .errors import ConfigurationError
from .loaded_model import LoadedModel
from .parameters.dequantize import parse_dequantize
from .tensor_types import ELEMENT_TYPES, is_quantized


def real_bits(text: str, model: LoadedModel) -> list[int]:
    """Return for each output of `model` the bits of the floats that it becomes, or 0 where it stays as it is.

    A word for every output leaves integers alone that the model does not quantise: they are no rounded real values but
    indices and the like.

    Raises:
        ConfigurationError: `text` names an output that the model has not, or one that has no real values.
    """
    for_all, named = parse_dequantize(text)
    parameter = f"parameter '{model.group}.dequantize'"
    for name in named:
        if name not in model.output_names:
            raise ConfigurationError(
                f"{parameter}: the model has no output '{name}', it has {', '.join(map(repr, model.output_names))}"
            )
        if named[name] and not _has_real_values(model, name):
            raise ConfigurationError(
                f"{parameter}: output '{name}' holds {_type_name(model, name)} that the model does not quantise: there "
                f"is nothing to dequantise. Say {name}=none, or leave it out"
            )
    return [named.get(name, for_all if _has_real_values(model, name) else 0) for name in model.output_names]


def _has_real_values(model: LoadedModel, name: str) -> bool:
    quantized = is_quantized(model.runtime.output_quants[model.name][name])
    return quantized or _type_name(model, name).startswith("float")


def _type_name(model: LoadedModel, name: str) -> str:
    return ELEMENT_TYPES[model.runtime.output_dtypes[model.name][name].name].name
