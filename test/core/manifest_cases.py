# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The manifests of `manifests/cases.json`, which both readers must judge alike: the packer's and the simulator's.

A case changes the valid manifest `base`: `set` puts values at JSON pointers, `remove` takes one away, `repeat` puts
`count` elements, equal but for their names, in the place of one; or `text` is the whole document. `beyond_schema` marks
what breaks a rule between fields, which docs/reference/manifest.schema.json cannot express.
`test/cpp/simulator/dnn_manifest_cases_test.cpp` reads the same file.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

CASES = json.loads((Path(__file__).parent / "manifests" / "cases.json").read_text(encoding="utf-8"))


def manifest_text(case: dict[str, Any]) -> str:
    """The document of a case."""
    if "text" in case:
        return case["text"]
    manifest = copy.deepcopy(CASES["base"])
    for pointer, value in case.get("set", {}).items():
        place, key = _find(manifest, pointer)
        place[key] = value
    if "remove" in case:
        place, key = _find(manifest, case["remove"])
        del place[key]
    if "repeat" in case:
        place, key = _find(manifest, case["repeat"])
        place[key : key + 1] = [{**place[key], "name": f"{place[key]['name']}{i}"} for i in range(case["count"])]
    return json.dumps(manifest)


def _find(document: Any, pointer: str) -> tuple[Any, Any]:
    """The object or list that a JSON pointer leads into, and its last step."""
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        document = document[int(step) if isinstance(document, list) else step]
    return document, int(last) if isinstance(document, list) else last
