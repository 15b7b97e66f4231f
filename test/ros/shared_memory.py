# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The files of DDS in shared memory: those of a process, and those that it has left behind."""

import re
from pathlib import Path

FOLDER = Path("/dev/shm")


class SharedMemory:
    """Watches the files of one process that begins after this object is made."""

    def __init__(self):
        # Whoever was killed with SIGKILL may have left files; DDS uses those of ports again.
        self._before = {file.name for file in FOLDER.iterdir()}
        self._files = set()

    def look(self, pid):
        """Remember the files of the process. Call it before the process has met anybody: later it has theirs, too."""
        self._files = _mapped_by(pid) - self._before
        assert self._files

    def left(self):
        """Return the files that still exist, and that no other process uses."""
        others = set().union(*(_mapped_by(process.name) for process in Path("/proc").glob("[0-9]*")))
        return [name for name in self._files - others if (FOLDER / name).exists()]


def _mapped_by(pid):
    try:
        names = set(re.findall(rf"{FOLDER}/(fast\S+)", Path(f"/proc/{pid}/maps").read_text()))
        # Those of ports belong to all processes of a domain; where two end at once, Fast DDS may leave them.
        return {name for name in names if "_port" not in name}
    except OSError:  # of somebody else, or ended
        return set()
