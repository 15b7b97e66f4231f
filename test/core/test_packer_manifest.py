# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which manifests the packer's reader takes: the same as the simulator's."""

import copy
import json
import random
import zipfile

import pytest
from manifest_cases import CASES, manifest_text

from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError
from hbm_runtime_core.packer import PackError, read_package


def read(tmp_path, text):
    path = tmp_path / "m.hbm"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", text.encode("utf-8", "surrogatepass"))
    return read_package(path, programs=False)


@pytest.mark.parametrize("case", CASES["good"], ids=lambda case: case["name"])
def test_a_good_manifest_is_read_and_written_back_without_a_change_of_meaning(tmp_path, case):
    manifest = read(tmp_path, manifest_text(case)).manifest
    again = read(tmp_path, json.dumps(manifest.to_json())).manifest
    assert again == manifest


@pytest.mark.parametrize("case", CASES["bad"], ids=lambda case: case["name"])
def test_a_bad_manifest_is_refused(tmp_path, case):
    with pytest.raises(PackError):
        read(tmp_path, manifest_text(case))


def test_bytes_that_are_not_utf_8_are_refused_with_the_name_of_the_file(tmp_path):
    path = tmp_path / "m.hbm"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", b'{"format": "\xff"}')
    with pytest.raises(PackError, match=r"m\.hbm: manifest\.json: not JSON"):
        read_package(path)


def test_a_byte_order_mark_before_the_manifest_is_skipped(tmp_path):
    assert read(tmp_path, "\ufeff" + manifest_text({})).manifest.soc == "s600"


def test_manifests_with_random_changes_are_judged_alike_by_both_readers(tmp_path):
    differences = []
    judged = {True: 0, False: 0}
    for seed in range(600):
        manifest = changed_manifest(random.Random(seed))
        is_good = {}
        try:
            read(tmp_path, json.dumps(manifest))
            is_good["packer"] = True
        except PackError:
            is_good["packer"] = False
        try:
            HB_HBMRuntime(str(tmp_path / "m.hbm"))
            is_good["simulator"] = True
        except HbmRuntimeError as error:
            is_good["simulator"] = error.code != -600002
        judged[is_good["packer"]] += 1
        if is_good["packer"] != is_good["simulator"]:
            differences.append((seed, is_good))
    assert not differences
    assert judged[True] > 30 and judged[False] > 300


VALUES = [
    *(0, 1, -1, 2, 3, 4, 255, 256, 1.0, 0.5, 1e300, 2**31, 2**32, 2**32 + 1, 2**53 + 2, 2**63, "", "x", "open", "U8", "F32"),
    *("none", "scale", "zeros", "copy", None, True, [], {}, [1], [-1], [4, 3], [0.5], {"kind": "zeros"}, {"type": "none"}),
]


def changed_manifest(rng):
    """The base manifest, all of whose members are inside of it, with one or two changes anywhere."""
    manifest = copy.deepcopy(CASES["base"])
    manifest["models"].pop(1)
    manifest["models"][0]["outputs"].pop(3)
    for _ in range(rng.choice((1, 1, 2))):
        place, key = rng.choice(list(places(manifest)))
        value = place[key]
        if rng.random() < 0.2:
            del place[key]
        elif rng.random() < 0.3 and isinstance(value, dict):
            value[rng.choice(["fill", "kind", "value", "axis", "program", "stride_align_bytes"])] = rng.choice(VALUES)
        elif rng.random() < 0.4 and isinstance(value, (int, float)):
            place[key] = value + rng.choice((1, -1, 2, 100, 0.5))
        else:
            place[key] = copy.deepcopy(rng.choice(VALUES))
    return manifest


def places(value):
    """Every object or list inside `value` with every key of it."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])
