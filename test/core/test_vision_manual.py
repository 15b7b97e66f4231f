# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""docs/pictures.md describes what the module does."""

import re
from pathlib import Path

from hbm_runtime_core import vision

MANUAL = (Path(__file__).parents[2] / "docs/pictures.md").read_text()


def names_in_table(heading):
    table = MANUAL.partition(heading)[2].partition("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def test_the_manual_lists_the_encodings():
    assert sorted(names_in_table("## Encodings\n\n")) == sorted(vision.ENCODINGS)


def test_the_manual_lists_the_modes():
    assert names_in_table("## Geometry\n\n") == ["stretch", "letterbox", "letterbox_top_left", "center_crop", "none"]
