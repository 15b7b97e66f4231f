# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types that are declared for hbm_runtime_ros._rcl are those that it has."""

import ast
from pathlib import Path

import pytest

import hbm_runtime_ros
from hbm_runtime_ros import _rcl

STUB = ast.parse((Path(hbm_runtime_ros.__file__).parent / "_rcl.pyi").read_text())
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}


def test_the_stub_declares_the_classes_that_the_module_has():
    assert set(CLASSES) == {name for name in dir(_rcl) if not name.startswith("_")}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_members_that_its_stub_declares(name):
    declared = {node.name: node for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)}
    present = {member: value for member, value in vars(getattr(_rcl, name)).items() if not member.startswith("_")}
    assert {member for member in declared if not member.startswith("_")} == set(present)
    for member, value in present.items():
        decorators = [ast.unparse(decorator) for decorator in declared[member].decorator_list]
        assert isinstance(value, property) == ("property" in decorators), member


@pytest.mark.parametrize("name", CLASSES)
def test_a_method_has_the_arguments_that_its_stub_declares(name):
    for method in (node for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)):
        if method.decorator_list or method.name in ("__len__", "__buffer__"):
            continue
        text = getattr(getattr(_rcl, name), method.name).__doc__.splitlines()[0]
        arguments = [argument.arg for argument in method.args.args[1:]]
        assert all(f"{argument}: " in text for argument in arguments), text
        assert text.count(": ") == len(arguments) + 1, text
