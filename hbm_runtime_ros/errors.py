# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the node, by how far the damage goes."""


class ConfigurationError(ValueError):
    """The node cannot start as it is configured. The text names the parameter and the way out."""


class FrameError(ValueError):
    """One frame cannot be inferred; the next one may. `reason` is a short key for counting and rate limits."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
