# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The SROS 2 policy of config/one_model.yaml allows what the running nodes have on the graph, and no more."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory
from graph import Graph, wait_until
from model_packages import echo_model, write_models
from node_process import EXECUTABLE
from rclpy.action import get_action_client_names_and_types_by_node, get_action_server_names_and_types_by_node

CONFIG = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
POLICY = CONFIG / "sros2" / "one_model.policy.xml"

# What a profile can allow, and what ROS calls the entities that need it.
RULES = {
    ("topics", "publish"): lambda node, name: node.get_publisher_names_and_types_by_node(name, "/"),
    ("topics", "subscribe"): lambda node, name: node.get_subscriber_names_and_types_by_node(name, "/"),
    ("services", "reply"): lambda node, name: node.get_service_names_and_types_by_node(name, "/"),
    ("services", "request"): lambda node, name: node.get_client_names_and_types_by_node(name, "/"),
    ("actions", "execute"): lambda node, name: get_action_server_names_and_types_by_node(node, name, "/"),
    ("actions", "call"): lambda node, name: get_action_client_names_and_types_by_node(node, name, "/"),
}
NODES = ("hbm_inference", "image_source")
# Services that a distribution does not have yet.
NEW_SERVICES = {"humble": ("get_type_description",)}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Both nodes in their enclaves. With use_sim_time, they have all that they can have."""
    folder = tmp_path_factory.mktemp("policy")
    shutil.copy(CONFIG / "one_model.yaml", folder)
    write_models(folder / "detector.hbm", echo_model())
    commands = {
        "hbm_inference": [EXECUTABLE, "--ros-args", "--params-file", str(folder / "one_model.yaml")],
        "image_source": [EXECUTABLE.parent / "image_source", "--ros-args"],
    }
    processes = [
        subprocess.Popen([*command, "--enclave", f"/{name}", "-p", "use_sim_time:=true"])
        for name, command in commands.items()
    ]
    yield
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)


def allowed(name):
    """Return the names that the enclave of a node allows, by rule; all are absolute."""
    (profile,) = ElementTree.parse(POLICY).findall(f"./enclaves/enclave[@path='/{name}']/profiles/profile")
    assert (profile.get("ns"), profile.get("node")) == ("/", name)
    absent = NEW_SERVICES.get(os.environ["ROS_DISTRO"], ())
    rules = {rule: [] for rule in RULES}
    for element in profile:
        ((verb, qualifier),) = element.attrib.items()
        assert qualifier == "ALLOW"
        rules[element.tag, verb] += [entry.text for entry in element if entry.text.rpartition("/")[2] not in absent]
    return {rule: sorted(names) for rule, names in rules.items()}


def on_graph(graph, name):
    return {rule: sorted(topic for topic, _ in look(graph.node, name)) for rule, look in RULES.items()}


@pytest.mark.parametrize("name", NODES)
def test_an_enclave_allows_what_its_node_has_on_the_graph_and_no_more(graph: Graph, name):
    expected = allowed(name)
    seen = {}

    def is_there():
        try:
            seen.update(on_graph(graph, name))
        except RuntimeError:  # of a node that was not discovered yet
            return False
        return seen == expected

    try:
        wait_until(is_there, "the entities that the policy allows")
    except AssertionError:
        assert seen == expected


def test_each_node_is_in_the_enclave_of_its_name(graph: Graph):
    def enclaves():
        return {name: enclave for name, _, enclave in graph.node.handle.get_node_names_and_namespaces_with_enclaves()}

    with graph.node.handle:
        wait_until(lambda: {name: enclaves().get(name) for name in NODES} == {name: f"/{name}" for name in NODES}, "them")
