# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all Python tests need: interrupts that arrive, and networks, or else a reason for what is skipped without them.

Only what needs networks is skipped, and only where the simulator was built without OpenVINO.
"""

import signal
import sys
from importlib.abc import MetaPathFinder

import pytest

from hbm_runtime_core.cli.diagnosis import ENGINE_LIBRARY
from hbm_runtime_core.cli.sim_env import library_dir

# A shell that starts the tests in the background ignores the interrupt for them and all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

REASON = "simulator without networks: built without OpenVINO"
HAS_NETWORKS = (library_dir() / ENGINE_LIBRARY).is_file()


class _NoNetworks(MetaPathFinder):
    """Skips whatever makes a network: the file or the test that imports one of these modules."""

    is_collecting = True

    def find_spec(self, name, path, target=None):
        if name in ("openvino", "onnx", "onnxruntime"):
            if self.is_collecting:
                # launch_testing imports every file, and ends the collection of its folder with any other exception.
                raise SyntaxError(REASON)
            pytest.skip(REASON)


if not HAS_NETWORKS:
    sys.meta_path.insert(0, _NoNetworks())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    report = outcome.get_result()
    if report.failed and REASON in str(report.longrepr):
        report.outcome, report.longrepr = "skipped", (collector.nodeid, 1, REASON)


def pytest_collection_finish():
    _NoNetworks.is_collecting = False


def pytest_configure(config):
    config.addinivalue_line("markers", "networks: packs a network in another process, or runs a packed one")


def pytest_runtest_setup(item):
    if item.get_closest_marker("networks") and not HAS_NETWORKS:
        pytest.skip(REASON)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    # pytest takes a file that skips itself for one without tests, and that for a failure.
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and terminal.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.OK
