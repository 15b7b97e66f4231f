# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of the node itself."""

from __future__ import annotations

from collections.abc import Sequence

from .spec import Kind, ParameterSpec, is_group_name

DEFAULT_NODE_NAME = "hbm_inference"


def check_model_names(names: Sequence[str]) -> str | None:
    """Return what is wrong with the names of models, or None. Empty names count for nothing."""
    seen = set()
    for name in names:
        if name and not is_group_name(name):
            return (
                f"'{name}' is no model name; it becomes part of parameter and topic names: a letter, then letters, "
                f"digits and underscores (the name inside the model file goes to `<name>.model_name`)"
            )
        if name in seen:
            return f"'{name}' stands there twice; give each model a name of its own"
        seen.add(name)
    return None


NODE_PARAMETERS = (
    ParameterSpec(
        "models",
        Kind.STRING_ARRAY,
        [""],
        "Names of the models to run. Each has a group of parameters `<name>.*`.",
        read_only=True,
        check=check_model_names,
    ),
    ParameterSpec(
        "backend",
        Kind.STRING,
        "",
        "What runs the models: 'bpu' = the board's accelerator, 'sim' = the simulator, 'auto' = the accelerator where its "
        "libraries are installed, else the simulator. Empty = what HBM_RUNTIME_BACKEND says, auto where it is unset.",
        choices=("", "auto", "bpu", "sim"),
        read_only=True,
    ),
    ParameterSpec(
        "model_dir",
        Kind.STRING,
        "",
        "Folder that relative model files are looked up in. The launch files set it to the folder of the parameter file; "
        "empty = the folder of the parameter file on the command line.",
        read_only=True,
    ),
    ParameterSpec(
        "autostart",
        Kind.BOOLEAN,
        True,
        "Configure and activate at the start. False waits for lifecycle transitions from outside.",
        read_only=True,
    ),
    ParameterSpec(
        "trace_file",
        Kind.STRING,
        "",
        "File for a Chrome trace of each frame's way (Perfetto opens it); %p becomes the number of the process. Named like "
        "HBM_SIM_TRACE, one file holds what node and simulator did. Empty = none.",
        read_only=True,
    ),
)
