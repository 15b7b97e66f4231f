# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types that are published for hbm_runtime_core.decode are those of its native module."""

import ast
import inspect
from pathlib import Path

import pytest

import hbm_runtime_core
from hbm_runtime_core import _decode, decode

STUB = ast.parse((Path(hbm_runtime_core.__file__).parent / "_decode.pyi").read_text())
METHODS = [(None, node) for node in STUB.body if isinstance(node, ast.FunctionDef)] + [
    (cls.name, node) for cls in STUB.body if isinstance(cls, ast.ClassDef) for node in cls.body
]


def test_the_stub_declares_what_the_module_has():
    declared = {node.name for node in STUB.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert declared == {name for name in dir(_decode) if not name.startswith("_")}


@pytest.mark.parametrize("class_name, method", METHODS, ids=lambda value: getattr(value, "name", value))
def test_a_function_takes_the_arguments_that_are_declared(class_name, method):
    owner = getattr(_decode, class_name) if class_name else _decode
    signature = getattr(owner, method.name).__doc__.splitlines()[0]
    declared = [argument.arg for argument in [*method.args.args, *method.args.kwonlyargs]]
    assert all(f"{name}: " in signature for name in declared), signature
    assert signature.count(": ") == len(declared), signature


def test_every_public_name_is_documented():
    for name in decode.__all__:
        assert inspect.getdoc(getattr(decode, name)), name
