# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types that are published are those of the native module, whatever the version of pybind11 that it was built with."""

import ast
import inspect
from pathlib import Path

import pytest

import hbm_runtime_core
from hbm_runtime_core import _native

STUB = ast.parse((Path(hbm_runtime_core.__file__).parent / "_native.pyi").read_text())

# What every object has, and what pybind11 adds for its own use.
INHERITED = set(dir(object)) | {"__module__", "__entries", "__getstate__", "__setstate__", "__dict__", "__weakref__"}


def public_names(names) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def declared_classes() -> dict[str, ast.ClassDef]:
    return {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}


def members_of(declared: ast.ClassDef) -> dict[str, list[ast.stmt]]:
    members: dict[str, list[ast.stmt]] = {}
    for node in declared.body:
        if isinstance(node, ast.FunctionDef):
            members.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.AnnAssign):
            members.setdefault(node.target.id, []).append(node)
    return members


def test_the_stub_declares_what_the_module_has():
    declared = {node.name for node in STUB.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert declared == public_names(dir(_native))


@pytest.mark.parametrize("name", declared_classes())
def test_a_class_has_what_its_stub_declares_and_no_more(name):
    declared = set(members_of(declared_classes()[name])) - INHERITED
    present = {member for member in vars(getattr(_native, name)) if member not in INHERITED}
    assert public_names(declared) == public_names(present)
    assert {member for member in declared if member.startswith("__")} <= set(dir(getattr(_native, name)))


@pytest.mark.parametrize("name", declared_classes())
def test_properties_are_properties_on_both_sides(name):
    for member, nodes in members_of(declared_classes()[name]).items():
        decorators = [ast.unparse(decorator) for node in nodes for decorator in getattr(node, "decorator_list", [])]
        attribute = inspect.getattr_static(getattr(_native, name), member, None)
        if "property" in decorators:
            assert isinstance(attribute, property), f"{name}.{member}"
            assert (attribute.fset is not None) == (f"{member}.setter" in decorators), f"{name}.{member}"


@pytest.mark.parametrize("method", ["run", "run_async"])
def test_the_signature_in_the_docstring_is_the_declared_one(method):
    declared = members_of(declared_classes()["HB_HBMRuntime"])[method][0].args
    signature = inspect.signature(getattr(_native.HB_HBMRuntime, method))
    expected = [argument.arg for argument in [*declared.args, *declared.kwonlyargs]]
    assert [name for name in signature.parameters if name != "self"] == expected[1:]


@pytest.mark.parametrize(
    "class_name, method",
    [
        ("HB_HBMRuntime", "set_scheduling_params"),
        ("InferRequest", "run"),
        ("InferRequest", "start"),
        ("InferRequest", "wait"),
        ("HB_HBMRuntime", "check_scheduling"),
        ("HB_HBMRuntime", "create_request"),
        ("QuantParams", "__init__"),
    ],
)
def test_the_arguments_of_a_bound_method_are_the_declared_ones(class_name, method):
    declared = members_of(declared_classes()[class_name])[method][0].args
    text = getattr(getattr(_native, class_name), method).__doc__.splitlines()[0]
    position = 0
    for argument in [*declared.args, *declared.kwonlyargs][1:]:
        position = text.find(f"{argument.arg}: ", position)
        assert position >= 0, f"{argument.arg} is not in {text}"


def test_every_public_name_is_documented():
    for name in hbm_runtime_core.__all__:
        assert inspect.getdoc(getattr(hbm_runtime_core, name)), name
