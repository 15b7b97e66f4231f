# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types that are declared for the native module of hbm_runtime_core.overlay are those that it has."""

import ast
from pathlib import Path

import hbm_runtime_core
from hbm_runtime_core import _overlay

STUB = ast.parse((Path(hbm_runtime_core.__file__).parent / "_overlay.pyi").read_text())


def arguments_of(node):
    return [argument.arg for argument in node.args.args if argument.arg != "self"]


def arguments_in(signature):
    return [part.partition(":")[0].strip() for part in signature.partition("(")[2].split(", ") if ": " in part]


def test_the_stub_declares_what_the_module_has():
    classes = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
    functions = {node.name for node in STUB.body if isinstance(node, ast.FunctionDef)}
    assert set(classes) | functions == {name for name in dir(_overlay) if not name.startswith("_")}
    present = {member for member in vars(_overlay.Canvas) if not member.startswith("_")}
    assert {node.name for node in classes["Canvas"].body if not node.name.startswith("_")} == present


def test_every_method_takes_the_arguments_that_its_stub_declares():
    (canvas,) = (node for node in STUB.body if isinstance(node, ast.ClassDef))
    for node in canvas.body:
        native = getattr(_overlay.Canvas, node.name)
        if node.name.startswith("_") or isinstance(native, property):
            continue
        signature = native.__doc__.splitlines()[0].rpartition(" -> ")[0]
        names = [name for name in arguments_in(signature) if name.isidentifier() and name != "self"]
        assert names == arguments_of(node), node.name
