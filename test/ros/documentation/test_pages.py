# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that the documentation shows can be done as it is shown."""

import os
import re
import shutil
from pathlib import Path

import pytest
from not_run import NOT_RUN, not_run
from page_run import PageRun
from pages import CHECKOUT, LANGUAGES, PAGES, blocks
from sample_files import write_sample_files

pytestmark = pytest.mark.networks

ALL_BLOCKS = [block for page in PAGES for block in blocks(page)]


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample_files")
    write_sample_files(folder)
    return folder


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_every_block_of_a_page_runs_in_order(page, sample_files, tmp_path, monkeypatch):
    shutil.copytree(sample_files, tmp_path / "reader")
    (tmp_path / "logs").mkdir()
    monkeypatch.chdir(tmp_path / "reader")
    monkeypatch.setenv("CMAKE_PREFIX_PATH", str(Path(__file__).parent / "rclcpp_stand_in"), prepend=os.pathsep)
    monkeypatch.setenv("CMAKE_GENERATOR", "Ninja")
    with PageRun(tmp_path / "reader", tmp_path / "logs") as run:
        for block in blocks(page):
            run.run(block)


@pytest.mark.parametrize("block", ALL_BLOCKS, ids=str)
def test_a_block_names_its_language(block):
    assert block.language in LANGUAGES
    if block.language == "text":
        assert not re.search(r"^(\$|ros2|hbm|make|python3|pip|colcon) ", block.text, re.MULTILINE), (
            "commands are in a block of sh"
        )


@pytest.mark.parametrize(
    "block", [block for block in ALL_BLOCKS if block.file_name and block.language in ("python", "yaml")], ids=str
)
def test_a_file_that_a_page_shows_is_used_on_that_page(block):
    shell = [each for each in blocks(block.page) if each.language in ("sh", "console") and each.line > block.line]
    assert any(block.file_name in command for each in shell for _, command in each.commands())


@pytest.mark.parametrize("row", NOT_RUN, ids=lambda row: row.pattern)
def test_a_command_that_is_not_run_stands_in_a_page_and_is_covered_elsewhere(row):
    shell = [block for block in ALL_BLOCKS if block.language in ("sh", "console")]
    assert any(not_run(block.page, command) is row for block in shell for _, command in block.commands())
    assert row.reason and (CHECKOUT / row.covered_by).exists()


def test_both_readmes_show_the_same_blocks():
    chinese = [(block.language, block.text) for block in blocks("README.zh-CN.md")]
    assert chinese == [(block.language, block.text) for block in blocks("README.md")]


def test_both_readmes_link_to_the_same_pages():
    english, chinese = (
        set(re.findall(r"\]\(([^)]+)\)", (CHECKOUT / page).read_text(encoding="utf-8")))
        for page in ("README.md", "README.zh-CN.md")
    )
    assert english - {"README.zh-CN.md"} == chinese - {"README.md"}


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_a_readme_has_at_most_200_lines(page):
    assert len((CHECKOUT / page).read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("page", [*PAGES, "README.zh-CN.md"])
def test_a_link_leads_to_a_file_and_to_a_heading(page):
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", prose):
        file = ((CHECKOUT / page).parent / target).resolve() if target else CHECKOUT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in anchors, f"{page}: {target}#{anchor}"


@pytest.mark.parametrize("page", [*PAGES, "README.zh-CN.md"])
def test_a_page_names_no_folder_of_one_machine(page):
    assert not re.search(r"/(?:home|root|work|Users)/", (CHECKOUT / page).read_text(encoding="utf-8"))
