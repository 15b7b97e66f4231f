# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recorder without a node around it."""

import pytest
from recorded_frames import DESCRIPTION, Writer

from hbm_runtime_ros.monitoring.counters import NS_PER_S
from hbm_runtime_ros.parameters import RecorderParameters
from hbm_runtime_ros.recorder import ModelRecorder


@pytest.fixture
def writer():
    return Writer()


@pytest.fixture
def recorder(writer, clock):
    """Keeps 2 s and 1 MB."""
    parameters = RecorderParameters("/tmp", seconds=2.0, megabytes=1, interval_s=10.0)
    recorder = ModelRecorder("detector", parameters, writer, lambda: round(clock.now_s * NS_PER_S))
    recorder.restart(lambda: DESCRIPTION)
    return recorder
