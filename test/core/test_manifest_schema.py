# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of the manifest judges as the readers do, but for the rules between fields."""

import json
import re
from pathlib import Path

import pytest
from manifest_cases import CASES, manifest_text

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "manifest.schema.json").read_text(encoding="utf-8"))

IS_TYPE = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: IS_TYPE["number"](value) and value == int(value),
}
CHECKS = {
    "type": lambda value, kind: IS_TYPE[kind](value),
    "const": lambda value, constant: value == constant and isinstance(value, bool) == isinstance(constant, bool),
    "enum": lambda value, options: value in options,
    "minimum": lambda value, low: not IS_TYPE["number"](value) or value >= low,
    "maximum": lambda value, high: not IS_TYPE["number"](value) or value <= high,
    "exclusiveMinimum": lambda value, low: not IS_TYPE["number"](value) or value > low,
    "pattern": lambda value, pattern: not isinstance(value, str) or re.search(pattern, value) is not None,
    "minItems": lambda value, count: not isinstance(value, list) or len(value) >= count,
    "maxItems": lambda value, count: not isinstance(value, list) or len(value) <= count,
    "items": lambda value, schema: not isinstance(value, list) or all(is_valid(item, schema) for item in value),
    "required": lambda value, names: not isinstance(value, dict) or all(name in value for name in names),
    "properties": lambda value, schemas: (
        not isinstance(value, dict) or all(is_valid(value[name], schemas[name]) for name in schemas if name in value)
    ),
    "oneOf": lambda value, schemas: sum(is_valid(value, schema) for schema in schemas) == 1,
    "$ref": lambda value, reference: is_valid(value, SCHEMA["$defs"][reference.removeprefix("#/$defs/")]),
}
NOTES = ("$schema", "$defs", "title", "description")


def is_valid(value, schema):
    """Judges by the keywords of JSON Schema that the schema uses."""
    unknown = set(schema) - set(CHECKS) - set(NOTES) - {"additionalProperties"}
    assert not unknown, f"add these keywords: {unknown}"
    if schema.get("additionalProperties") is False and isinstance(value, dict) and set(value) - set(schema["properties"]):
        return False
    return all(CHECKS[keyword](value, schema[keyword]) for keyword in schema if keyword in CHECKS)


@pytest.mark.parametrize("case", CASES["good"], ids=lambda case: case["name"])
def test_a_good_manifest_fits_the_schema(case):
    assert is_valid(json.loads(manifest_text(case)), SCHEMA)


@pytest.mark.parametrize("case", [case for case in CASES["bad"] if "text" not in case], ids=lambda case: case["name"])
def test_a_bad_manifest_does_not_fit_the_schema_unless_it_breaks_a_rule_between_fields(case):
    assert is_valid(json.loads(manifest_text(case)), SCHEMA) == case.get("beyond_schema", False)
