# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every Python package of the set-up has the hashes of its version, and is installed with them."""

import re
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "scripts"))

from setup_environment.pins import HASHES, hash_file, python_sections, read_pins  # noqa: E402

SECTIONS = python_sections(read_pins())
REQUIREMENT = re.compile(
    r"^([\w.\[\]-]+==[^ ;\\]+)[^\\\n]*\\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def normalized(requirement):
    name, _, version = requirement.partition(";")[0].strip().partition("==")
    return re.sub(r"[-_.]+", "-", name).lower(), version


@pytest.mark.parametrize("section", SECTIONS)
def test_the_hashes_of_a_section_are_those_of_its_versions(section):
    locked = REQUIREMENT.findall(hash_file(section).read_text())
    assert sorted(normalized(each) for each, _ in locked) == sorted(map(normalized, SECTIONS[section])), "run `make lock`"


def test_there_are_no_hashes_of_other_sections():
    assert {file.stem for file in HASHES.glob("*.txt")} == set(SECTIONS)


def test_every_program_that_installs_packages_requires_hashes():
    files = [path for path in (CHECKOUT / "scripts").rglob("*") if path.is_file() and path.suffix in ("", ".py", ".sh")]
    texts = {path: path.read_text() for path in files}
    install = re.compile(r'pip"[, ]+"?(install|download)')
    found = {path.name: text for path, text in texts.items() if install.search(text)}
    assert set(found) == {"lock", "wheel", "test_aarch64", "python_environment.py", "ros_tools.py"}
    # The lock program makes the hashes, so it cannot have that of a new version of its own tool.
    assert [name for name, text in found.items() if "--require-hashes" not in text] == ["lock"]
