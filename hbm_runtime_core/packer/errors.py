# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the packer raises."""

from __future__ import annotations


class PackError(ValueError):
    """A network, a description or an option that cannot become a model file; the text says why."""


class PackFileError(PackError, FileNotFoundError):
    """A file that the packer was asked to read is not there."""
