# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the memory of one frame for the next, and returns that of a model or of a killed process to the system."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import time
from pathlib import Path

from hbm_runtime_core.host import SHARED_MEMORY

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

# The lock of a segment of Fast DDS 2 or 3, which the process that made both holds until it ends.
_SEGMENT_LOCK = re.compile(r"(fastrtps|fastdds)_[0-9a-f]{16}_el")
# A process makes the file before it locks it.
_NEW_S = 10.0


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


def remove_abandoned_segments(folder: Path = SHARED_MEMORY) -> None:
    """Remove the shared memory of Fast DDS whose process was killed and could not do it.

    Fast DDS never removes it, and each process takes 68 MiB of it with the profiles of this package: a node that crashes and
    is started again would soon have no shared memory left.
    """
    with contextlib.suppress(OSError):
        for lock in folder.iterdir():
            if _SEGMENT_LOCK.fullmatch(lock.name):
                with contextlib.suppress(OSError):  # of another user, or removed by another process
                    _remove_if_abandoned(lock)


def _remove_if_abandoned(lock: Path) -> None:
    descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    try:
        if time.time() - os.fstat(descriptor).st_mtime >= _NEW_S:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock.with_name(lock.name.removesuffix("_el")).unlink(missing_ok=True)
            lock.unlink()
    finally:
        os.close(descriptor)
