# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types that are published for hbm_runtime_core.vision are those of its native module."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import hbm_runtime_core
from hbm_runtime_core import _vision, vision

STUB = ast.parse((Path(hbm_runtime_core.__file__).parent / "_vision.pyi").read_text())
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
METHODS = [(name, node.name) for name, body in CLASSES.items() for node in body.body if isinstance(node, ast.FunctionDef)]


def method_of(class_name, method):
    return next(node for node in CLASSES[class_name].body if node.name == method)


def is_property(class_name, method):
    return any(ast.unparse(decorator) == "property" for decorator in method_of(class_name, method).decorator_list)


def test_the_stub_declares_what_the_module_has():
    variables = {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign)}
    functions = {node.name for node in STUB.body if isinstance(node, ast.FunctionDef)}
    assert set(CLASSES) | variables | functions == {name for name in dir(_vision) if not name.startswith("_")}
    for name, declared in CLASSES.items():
        present = {member for member in vars(getattr(_vision, name)) if not member.startswith("_")}
        assert {node.name for node in declared.body if not node.name.startswith("_")} == present, name


@pytest.mark.parametrize(("class_name", "method"), METHODS)
def test_a_method_takes_the_arguments_that_its_stub_declares(class_name, method):
    attribute = inspect.getattr_static(getattr(_vision, class_name), method)
    assert is_property(class_name, method) == isinstance(attribute, property)
    if isinstance(attribute, property) or method in ("__eq__", "__hash__"):
        return
    declared = method_of(class_name, method).args
    signature = getattr(_vision, class_name).__dict__[method].__doc__.splitlines()[0]
    names = [argument.arg for argument in [*declared.args, *declared.kwonlyargs]]
    assert re.findall(r"(\w+): ", signature.partition(") -> ")[0]) == names


def test_every_public_name_is_documented():
    for name in vision.__all__:
        assert inspect.getdoc(getattr(vision, name)), name
