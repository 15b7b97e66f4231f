# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the ROS 2 distributions differ for this package: the one place that asks which one this is."""

from __future__ import annotations

import inspect
import os

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks

_DISTRIBUTION = os.environ.get("ROS_DISTRO", "")
_IS_HUMBLE = _DISTRIBUTION == "humble"
_HAS_FAST_DDS_2 = _DISTRIBUTION in ("humble", "jazzy")

# Those that name a profile of Fast DDS. Fast DDS 2 (Humble, Jazzy) reads the first, its later releases also the second;
# Fast DDS 3 (Kilted) reads the second and warns about the first.
DDS_PROFILE_VARIABLES = (*(["FASTRTPS_DEFAULT_PROFILES_FILE"] if _HAS_FAST_DDS_2 else []), "FASTDDS_DEFAULT_PROFILES_FILE")

# Whether a publisher tells when a subscription comes or goes. Humble's has to be asked.
PUBLISHER_TELLS_MATCHES = "matched" in inspect.signature(PublisherEventCallbacks).parameters


def param_set_patience(seconds: int) -> list[str]:
    """Return the options that let `ros2 param set` wait for a node it has not found yet. Humble's waits one second."""
    return [] if _IS_HUMBLE else ["--timeout", str(seconds)]
