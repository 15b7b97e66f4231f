# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of this machine: shared memory, folders, limits.

Each function checks one resource and returns the problem with its remedy, or None.
"""

from __future__ import annotations

import os
import resource
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")

# Fast DDS 3 reads the first, Fast DDS 2 the second.
_PROFILE_VARIABLES = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")

_MIB = 1 << 20
# Sender and receiver each need a segment; without one of the two nothing is sent through shared memory.
_PROCESSES = 2
_LEAST_FILES = 256
# The node with one model takes 120 MiB of its own, and each thread 8 MiB for its stack.
_LEAST_MEMORY = 512 * _MIB


@dataclass(frozen=True)
class HostProblem:
    """What is wrong with a resource of this machine, and what to do."""

    detail: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.detail}; {self.remedy}"


def shared_memory_problem(default_profile: str | Path | None = None, folder: Path = SHARED_MEMORY) -> HostProblem | None:
    """Whether the shared-memory segments that the Fast DDS profile asks for fit into `folder`.

    Fast DDS takes the whole segment when a process joins; if it does not fit, that process does not use shared memory.
    Another middleware, or no profile: no problem.

    Args:
        default_profile: the XML file that is used if the environment names none.
    """
    if not os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps").startswith("rmw_fastrtps"):
        return None
    profile = next((os.environ[name] for name in _PROFILE_VARIABLES if os.environ.get(name)), default_profile)
    if profile is None:
        return None
    try:
        segment = _segment_bytes(Path(profile))
    except (OSError, ElementTree.ParseError, ValueError) as error:
        return HostProblem(f"the Fast DDS profile {profile} cannot be read: {error}", "name a file of Fast DDS profiles")
    if segment is None:
        return None
    # Measured: its own tables take 4.7 % in addition, and a second, small segment for discovery half a MiB.
    needed = segment + segment // 20 + _MIB
    size = f"{1 << (4 * needed // _MIB).bit_length()}m"
    remedy = f"docker run --shm-size={size}, or: sudo mount -o remount,size={size} {folder}"
    try:
        found = os.statvfs(folder)
    except OSError as error:
        return HostProblem(f"{folder}: {error.strerror}, so Fast DDS has no shared memory", f"mount a tmpfs on {folder}")
    total, free = found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize
    wants = f"Fast DDS takes {needed // _MIB} MiB of it for each process (segment_size in {profile})"
    if total < _PROCESSES * needed:
        return HostProblem(
            f"{folder} holds {total // _MIB} MiB, but {wants}, and a camera and the node are {_PROCESSES}: pictures go "
            "through UDP instead, late and with losses",
            remedy,
        )
    if free < needed and not _holds_segment(folder, segment):
        return HostProblem(
            f"only {free // _MIB} of {total // _MIB} MiB are free in {folder}, but {wants}: pictures go through UDP "
            "instead, late and with losses",
            f"remove the files of ended processes: fastdds shm clean; or {remedy}",
        )
    return None


def _segment_bytes(profile: Path) -> int | None:
    """The largest segment_size of the profile's shared-memory transports; None where it has none."""
    sizes = [
        int(size.text or "")
        for element in ElementTree.parse(profile).iter()
        if element.tag.rpartition("}")[2] == "transport_descriptor"
        for size in element
        if size.tag.rpartition("}")[2] == "segment_size"
    ]
    return max(sizes, default=None)


def _holds_segment(folder: Path, segment: int) -> bool:
    """Whether this process has joined already, with a segment of this size."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        first, _, last = line.split(maxsplit=1)[0].partition("-")
        if line.split(maxsplit=5)[-1].startswith(f"{folder}/") and int(last, 16) - int(first, 16) >= segment:
            return True
    return False


def temporary_folder_problem() -> HostProblem | None:
    """Whether temporary files can be written."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        return HostProblem(str(error.strerror or error), "set TMPDIR to a folder that can be written")
    return None


def network_cache_problem() -> HostProblem | None:
    """Whether the simulator can keep compiled networks, so that a start does not compile them again."""
    folder = os.environ.get("HBM_SIM_CACHE_DIR")
    if folder == "":
        return None
    if folder is None:
        base, home = os.environ.get("XDG_CACHE_HOME", ""), os.environ.get("HOME", "")
        if not base.startswith("/"):
            base = f"{home}/.cache" if home else ""
        folder = f"{base}/hbm_runtime/networks" if base else None
    remedy = "set HBM_SIM_CACHE_DIR to a folder that can be written"
    if folder is None:
        return HostProblem("HOME is not set: every start compiles its networks again", remedy)
    blocked = _unwritable(folder)
    return HostProblem(f"{blocked} cannot be written: every start compiles its networks again", remedy) if blocked else None


def log_folder_problem() -> HostProblem | None:
    """Whether ROS can write its log files; programs that do not turn them off cannot start otherwise."""
    folder, home = os.environ.get("ROS_LOG_DIR"), os.environ.get("HOME")
    remedy = "set ROS_LOG_DIR to a folder that can be written"
    if not folder:
        base = os.environ.get("ROS_HOME") or (f"{home}/.ros" if home else "")
        if not base:
            return HostProblem("HOME is not set: ROS has no folder for log files", remedy)
        folder = f"{base}/log"
    blocked = _unwritable(Path(folder).expanduser())
    return HostProblem(f"{blocked} cannot be written: ROS cannot write log files", remedy) if blocked else None


def _unwritable(folder: str | Path) -> Path | None:
    """The part of the path `folder` that exists, if nothing can be written there."""
    absolute = Path(folder).absolute()
    existing = next(path for path in (absolute, *absolute.parents) if path.exists())
    return None if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK) else existing


def open_files_problem() -> HostProblem | None:
    """Whether a process may open as many files as a node with several cameras needs."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= _LEAST_FILES:
        return None
    return HostProblem(f"a process may open {limit} files only", "ulimit -n 1024")


def memory_limit_problem() -> HostProblem | None:
    """Whether a process may allocate as much memory as a node with a model needs."""
    for kind, option in ((resource.RLIMIT_DATA, "d"), (resource.RLIMIT_AS, "v")):
        limit, _ = resource.getrlimit(kind)
        if limit != resource.RLIM_INFINITY and limit < _LEAST_MEMORY:
            return HostProblem(f"a process may allocate {limit // _MIB} MiB only", f"ulimit -{option} unlimited")
    return None
