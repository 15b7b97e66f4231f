# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The files around the code name commands, versions and distributions that exist."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOW = CHECKOUT / ".github/workflows/test.yaml"


def read(name):
    return (CHECKOUT / name).read_text(encoding="utf-8")


def test_every_make_target_of_workflow_and_container_exists():
    texts = [
        read(name) for name in (".github/workflows/test.yaml", "Dockerfile", ".devcontainer/devcontainer.json", ".ci/run")
    ]
    # A value of GitHub's matrix is not known here.
    texts = [re.sub(r"\$\{\{.*?\}\}", "value", text) for text in texts]
    commands = {command for text in texts for command in re.findall(r'\bmake [a-z-]+(?: [A-Z]+=(?:\w+|"[^"]+"))?', text)}
    assert len(commands) >= 2
    for command in commands:
        subprocess.run(f"make -n {command.removeprefix('make ')}", shell=True, cwd=CHECKOUT, check=True, capture_output=True)


@pytest.mark.parametrize(
    "hook", yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"], ids=lambda hook: hook["id"]
)
def test_every_hook_before_a_commit_is_a_check_of_the_tests(hook):
    checks = read("scripts/lint") + read("test/core/test_reference.py")
    assert hook["entry"].split()[0] in checks


def test_the_workflow_tests_every_distribution_that_the_readme_names():
    matrix = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["ros"]["strategy"]["matrix"]["distribution"]
    (row,) = re.findall(r"^\| ROS 2 \|(.*)\|$", read("README.md"), re.MULTILINE)
    assert sorted(matrix) == sorted(name.lower() for name in re.findall(r"[A-Z][a-z]+", row))


def test_the_workflow_fuzzes_every_target_and_runs_parts_of_the_sanitizers():
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    assert [step["run"] for step in jobs["fuzz"]["steps"] if "run" in step] == ["make fuzz SECONDS=10"]
    unknown = subprocess.run([CHECKOUT / "scripts/sanitize", "?"], capture_output=True, text=True)
    known = re.search(r"expected (.+)\)", unknown.stderr)[1].split(", ")
    assert set(jobs["sanitizers"]["strategy"]["matrix"]["part"]) <= set(known)
    assert 'make sanitize PARTS="${{ matrix.part }}"' in [step.get("run") for step in jobs["sanitizers"]["steps"]]


def test_every_extra_that_the_pages_install_exists():
    extras = re.search(r"\[project.optional-dependencies\]\n(.*?)\n\n", read("pyproject.toml"), re.DOTALL)[1]
    for page in [CHECKOUT / "README.md", *CHECKOUT.glob("docs/**/*.md")]:
        for name in re.findall(r"pip install '[^'\[]+\[(\w+)\]'", page.read_text(encoding="utf-8")):
            assert re.search(rf"^{name} = ", extras, re.MULTILINE), f"{page.name}: {name}"


def test_the_changelog_names_the_version_of_the_package():
    (version,) = re.findall(r"<version>(.*)</version>", read("package.xml"))
    assert version in read("CHANGELOG.rst")


def test_the_license_is_complete_and_named_in_the_package():
    text = read("LICENSE")
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text and "9. Accepting Warranty" in text
    assert '<license file="LICENSE">Apache-2.0</license>' in read("package.xml")


def test_every_package_that_cmake_finds_with_ament_is_a_dependency():
    files = [CHECKOUT / "CMakeLists.txt", CHECKOUT / "test/CMakeLists.txt", *CHECKOUT.glob("cmake/*.cmake")]
    found = {name for file in files for name in re.findall(r"find_package\(([a-z_]+) REQUIRED\)", file.read_text())}
    assert {"ament_cmake", "ament_cmake_pytest", "rcl"} <= found
    assert found <= set(re.findall(r"depend>([\w-]+)</", read("package.xml")))


def test_every_row_of_the_threat_model_names_tests_that_exist():
    page = read("docs/security.md")
    sections = re.findall(r"^### (From .*?)\n\n(.*?)(?=\n##)", page, re.MULTILINE | re.DOTALL)
    assert len(sections) == 3
    for name, section in sections:
        for row in section.strip().splitlines()[2:]:
            tests = re.findall(r"`(test/[\w/.]+)`", row)
            assert tests or "vendor's library alone reads it" in row, f"{name}: {row}"
            assert [test for test in tests if not (CHECKOUT / test).is_file()] == [], name


def test_every_promise_names_tests_and_checks_that_exist():
    checks = re.findall(r'^    "(\w+)": Check\(', read("reliability/checks.py"), re.MULTILINE)
    rows = [line for line in read("docs/reliability.md").splitlines() if line.startswith("|") and "`test/" in line]
    assert len(rows) > 20
    for row in rows:
        assert [test for test in re.findall(r"`(test/[\w/.]+)`", row) if not (CHECKOUT / test).is_file()] == [], row
        assert [check for check in re.findall(r"`(\w+)=\d+`", row) if check not in checks] == [], row
