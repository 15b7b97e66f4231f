# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the API tests, and the table of what they prove (docs/api-conformance.md)."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Appended, so that the installed packages are tested. The demo is in the checkout alone.
sys.path.append(str(Path(__file__).parents[2]))

import api_models
from conformance import ConformanceTable

from hbm_runtime_core import _native


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "manual(*rows): rows of the API manual that the test proves")
    config.pluginmanager.register(ConformanceTable(), "conformance-table")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance-table", metavar="FILE", help="write what the run proved as a Markdown table")


@pytest.fixture(scope="session", params=api_models.ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The simulator's engine: timed models, or networks that OpenVINO computes."""
    return request.param


@pytest.fixture(scope="session")
def detector_file(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("detector")
    return api_models.pack(folder, "detector", api_models.detector(engine, folder), description="detector file")


@pytest.fixture(scope="session")
def classifier_file(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("classifier")
    return api_models.pack(folder, "classifier", api_models.classifier(engine, folder))


@pytest.fixture(scope="session")
def echo_file(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("echo")
    return api_models.pack(folder, "echo", api_models.echo(engine, folder))


@pytest.fixture
def faults() -> Iterator[Callable[[str], None]]:
    """Sets the simulator's faults in this process, and clears them afterwards."""
    library = ctypes.CDLL(str(Path(_native.__file__).parent / "simulator" / "lib" / "libhbucp.so"))

    def set_faults(text: str) -> None:
        assert library.hbm_sim_set_faults(text.encode()) == 0

    yield set_faults
    set_faults("")
