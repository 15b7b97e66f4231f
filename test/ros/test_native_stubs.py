# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types that are declared for the node's native modules are those that they have."""

import ast
from pathlib import Path

import pytest

from hbm_runtime_ros import _rcl, _wire

STUBS = {
    module: ast.parse((Path(module.__file__).parent / f"{module.__name__.rpartition('.')[2]}.pyi").read_text())
    for module in (_rcl, _wire)
}
CLASSES = [
    pytest.param(getattr(module, node.name, None), node, id=f"{module.__name__}.{node.name}")
    for module, stub in STUBS.items()
    for node in stub.body
    if isinstance(node, ast.ClassDef)
]


def public(names):
    return {name for name in names if not name.startswith("_")}


def functions(body):
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def assert_same_arguments(native, declared, skipped):
    """The first line of a native function's docstring is its signature."""
    text = native.__doc__.splitlines()[0]
    arguments = [argument.arg for argument in [*declared.args.args[skipped:], *declared.args.kwonlyargs]]
    position = 0
    for argument in arguments:
        position = text.find(f"{argument}: ", position)
        assert position >= 0, f"{argument} is not in its place in {text}"
    assert text.count(": ") == len(arguments) + skipped, text


@pytest.mark.parametrize("module", STUBS, ids=lambda module: module.__name__)
def test_the_stub_declares_the_classes_and_functions_that_the_module_has(module):
    declared = {node.name: node for node in STUBS[module].body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(declared) == public(dir(module))
    for name, node in functions(STUBS[module].body).items():
        assert_same_arguments(getattr(module, name), node, 0)


@pytest.mark.parametrize("native, declared", CLASSES)
def test_a_class_has_the_members_that_its_stub_declares(native, declared):
    members = functions(declared.body)
    present = {name: getattr(native, name) for name in public(vars(native))}
    assert public(members) == set(present)
    for name, value in present.items():
        decorators = [ast.unparse(decorator) for decorator in members[name].decorator_list]
        assert isinstance(value, property) == ("property" in decorators), name


@pytest.mark.parametrize("native, declared", CLASSES)
def test_a_method_has_the_arguments_that_its_stub_declares(native, declared):
    for name, node in functions(declared.body).items():
        if not node.decorator_list and name not in ("__len__", "__buffer__"):
            assert_same_arguments(getattr(native, name), node, 1)
