# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The reference lists the topics, services and parameters that a running node has, and no others."""

import re
from pathlib import Path

import pytest
from graph import Graph, wait_until
from hbm_runtime_ros.srv import ListModels
from model_packages import echo_model, write_models
from node_process import NodeProcess
from rcl_interfaces.srv import ListParameters

REFERENCE = Path(__file__).resolve().parents[3] / "docs/reference"
INTERFACES = (REFERENCE / "interfaces.md").read_text(encoding="utf-8")
PARAMETERS = (REFERENCE / "parameters.md").read_text(encoding="utf-8")
NODE = "/hbm_inference"
# What every node of rclpy has, and every lifecycle node.
OF_ROS_TOPICS = {"/rosout", "/parameter_events", "/clock", f"{NODE}/transition_event"}
OF_ROS_SERVICES = {
    f"{NODE}/{name}"
    for name in (
        "change_state",
        "describe_parameters",
        "get_available_states",
        "get_available_transitions",
        "get_parameter_types",
        "get_parameters",
        "get_state",
        "get_transition_graph",
        "get_type_description",
        "list_parameters",
        "set_parameters",
        "set_parameters_atomically",
    )
}
OF_ROS_PARAMETERS = r"(use_sim_time|start_type_description_service|qos_overrides\..*|diagnostic_updater\..*)"


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    write_models(folder / "echo.hbm", echo_model())
    with NodeProcess(folder, {"models": ["echo"], "echo": {"file": "echo.hbm"}}), Graph() as graph:
        wait_until(lambda: graph.call(ListModels, "list_models").models[0].state == "active", "the start")
        yield graph


def section(title):
    match = re.search(rf"^## {title}\n(.*?)(?=^## )", INTERFACES, re.DOTALL | re.MULTILINE)
    assert match is not None, f"interfaces.md has no section '{title}'"
    return match[1]


def rows(title):
    """Names and types of the section's first table, as of the running node."""
    found = re.findall(r"^\| `([^`]+)` \| `([^`]+)`", section(title), re.MULTILINE)
    resolve = {"<name>.input_topic": "/image", "<name>.<input>.input_topic": "/image"}
    return {
        (resolve.get(name, name).replace("~/", f"{NODE}/").replace("<name>", "echo"), kind.replace("/", "/msg/"))
        for name, kind in found
    }


def of_node(entries):
    return {(name, kind) for name, kinds in entries for kind in kinds}


@pytest.fixture(autouse=True)
def node_is_known(graph):
    wait_until(lambda: NODE[1:] in graph.node.get_node_names(), "the node on the graph")


def test_topics(graph):
    def own_topics():
        published = of_node(graph.node.get_publisher_names_and_types_by_node(NODE[1:], "/"))
        subscribed = of_node(graph.node.get_subscriber_names_and_types_by_node(NODE[1:], "/"))
        return {(name, kind) for name, kind in published | subscribed if name not in OF_ROS_TOPICS}

    wait_until(lambda: "/image" in {name for name, _ in own_topics()}, "the graph to be known")
    own, listed = own_topics(), rows("Topics")
    assert own <= listed
    # Other types of the input are there where its publishers have them.
    assert {name for name, _ in listed} == {name for name, _ in own}


def test_services(graph):
    own = {name for name, _ in graph.node.get_service_names_and_types_by_node(NODE[1:], "/")} - OF_ROS_SERVICES
    listed = set(re.findall(r"^\| `(~/\w+)` \|", section("Services"), re.MULTILINE))
    assert own == {name.replace("~", NODE) for name in listed}


def test_parameters(graph):
    own = graph.call(ListParameters, "list_parameters").result.names
    listed = {name.replace("<name>", "echo") for name in re.findall(r"^\| `([\w.<>]+)` \|", PARAMETERS, re.MULTILINE)}
    assert {name for name in own if not re.fullmatch(OF_ROS_PARAMETERS, name)} == listed
