# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every test run talks on a DDS domain of its own, on this machine only, and to the simulator. What its tests share."""

import contextlib
import faulthandler
import os

import pytest
import rclpy
from diagnostics_reader import DiagnosticsReader
from graph import Graph, nv12_picture
from model_packages import MODEL_HEIGHT, MODEL_WIDTH
from ros2cli.node.daemon import is_daemon_running, shutdown_daemon

DAEMON_TIMEOUT_S = 20
LONGEST_TEST_S = 900


def pytest_configure(config):
    os.environ["HBM_RUNTIME_BACKEND"] = "sim"
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    # Each process of a run on several processors needs a domain of its own.
    if "ROS_DOMAIN_ID" not in os.environ or hasattr(config, "workerinput"):
        from domain_coordinator import domain_id

        held = contextlib.ExitStack()
        os.environ["ROS_DOMAIN_ID"] = str(held.enter_context(domain_id()))
        config.add_cleanup(held.close)
    # The first `ros2` command of a test starts ROS's daemon, which would outlive the tests on a domain that others get.
    if not is_daemon_running(None):
        config.add_cleanup(lambda: shutdown_daemon(None, timeout=DAEMON_TIMEOUT_S))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """End this process where a test hangs with the GIL, as Fast DDS can: pytest-timeout then waits for the GIL as well."""
    marker = item.get_closest_marker("timeout")
    limit_s = marker.args[0] if marker else float(item.config.getini("timeout"))
    faulthandler.dump_traceback_later((limit_s or LONGEST_TEST_S) + 30, exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


class SteppedClock:
    """A clock that a test moves."""

    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def context():
    """A context of rclpy for nodes in the process of the test."""
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    context.try_shutdown()


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture(scope="module")
def graph(node):
    """The graph around the file's own node."""
    with Graph() as graph:
        yield graph


@pytest.fixture(scope="module")
def diagnostics(graph):
    return DiagnosticsReader(graph)


@pytest.fixture(scope="module")
def good():
    return nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
