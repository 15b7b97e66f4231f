# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Version of the inference library, as a string that may be called."""


class LibraryVersion(str):
    """What `HB_HBMRuntime.version` gives: text, which older programs call as a function."""

    __slots__ = ()

    def __call__(self) -> str:
        """Return the text."""
        return str(self)
