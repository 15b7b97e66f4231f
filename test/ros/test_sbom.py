# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`make sbom` lists what the installed package links, compiles in and needs."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bom():
    subprocess.run([CHECKOUT / "scripts/sbom"], check=True, capture_output=True)
    return json.loads((CHECKOUT / "out/sbom.cdx.json").read_text())


def test_it_is_cyclonedx_about_the_version_of_the_package(bom):
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    (version,) = re.findall(r"<version>(.*)</version>", (CHECKOUT / "package.xml").read_text())
    root = bom["metadata"]["component"]
    assert (root["name"], root["version"]) == ("hbm_runtime_ros", version)
    (needs,) = (each["dependsOn"] for each in bom["dependencies"] if each["ref"] == root["bom-ref"])
    assert sorted(needs) == sorted(each["bom-ref"] for each in bom["components"])


def test_every_linked_library_belongs_to_a_component_and_no_other_is_listed(bom):
    files = [file for file in Path(get_package_prefix("hbm_runtime_ros")).rglob("*.so*") if file.is_file()]
    headers = subprocess.run(["objdump", "-p", *files], capture_output=True, text=True, check=True).stdout
    linked = set(re.findall(r"^  NEEDED +(\S+)$", headers, re.MULTILINE))
    own = {file.name for file in files} | {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    listed = [each["value"] for component in bom["components"] for each in component.get("properties", ())]
    assert len(listed) == len(set(listed))
    assert set(listed) == linked - own


def test_every_component_has_a_version_and_a_purl_that_names_it(bom):
    for component in bom["components"]:
        assert component["version"] and component["purl"].startswith("pkg:")
    names = {component["name"].lower() for component in bom["components"]}
    headers = {"pybind11", "libxxhash-dev", "nlohmann-json3-dev"}
    assert headers | {"numpy", "pyyaml", "openvino", "launch_ros"} <= names
    assert {"rclpy", "ros-rclpy"} & names
