# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every test run talks on a DDS domain of its own, on this machine only, and to the simulator."""

import contextlib
import os


def pytest_configure(config):
    os.environ["HBM_RUNTIME_BACKEND"] = "sim"
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    # Each process of a run on several processors needs a domain of its own.
    if "ROS_DOMAIN_ID" not in os.environ or hasattr(config, "workerinput"):
        from domain_coordinator import domain_id

        held = contextlib.ExitStack()
        os.environ["ROS_DOMAIN_ID"] = str(held.enter_context(domain_id()))
        config.add_cleanup(held.close)
