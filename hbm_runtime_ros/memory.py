# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the memory of one frame for the next, and returns that of a model to the system."""

from __future__ import annotations

import ctypes

# Names and values of <malloc.h>.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

# The largest that the C library takes.
_LARGEST_FRAME_BYTES = 32 << 20
_KEPT_BYTES = 512 << 20
# By default, there are up to eight per processor. The threads of all models that were ever loaded are spread over them, and
# each keeps what was freed in it: whole pictures and results.
_ARENAS = 4


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, up to 512 MiB, instead of giving it back to the system.

    rclpy copies a picture several times. By default, each copy gets new pages from the system and returns them, which
    takes more processor time than all other work on a frame.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # other C libraries than GNU's have none
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_FRAME_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_freed_memory_back() -> None:
    """Return to the system what keep_freed_memory() has kept, after a model was freed."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
