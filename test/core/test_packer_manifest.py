# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which manifests the packer's reader takes: the same as the simulator's."""

import json
import zipfile

import pytest
from manifest_cases import CASES, manifest_text

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
