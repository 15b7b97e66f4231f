# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of the page about frames list what the node counts and measures."""

import re

from pages import CHECKOUT

from hbm_runtime_ros.errors import DropReason
from hbm_runtime_ros.monitoring.counters import STAGES

PAGE = (CHECKOUT / "docs/frames.md").read_text(encoding="utf-8")


def first_column(heading):
    section = PAGE.partition(f"# {heading}\n")[2].partition("\n#")[0]
    return re.findall(r"^\| `([\w ]+)` \|", section, re.MULTILINE)


def test_every_reason_for_a_dropped_frame_is_explained_in_the_order_of_the_code():
    assert first_column("Why a frame is dropped") == [str(reason) for reason in DropReason]


def test_every_stage_of_a_frame_is_explained_in_its_order():
    assert first_column("Stages of a frame") == list(STAGES)
