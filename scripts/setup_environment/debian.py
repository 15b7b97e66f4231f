# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Debian packages: installed where missing, through sudo where the caller is not root."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence

from .progress import Progress, SetupError
from .workspace import CHECKOUT

_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive"}
_WAIT_FOR_LOCK = ("-o", "DPkg::Lock::Timeout=600")
_LOCK = CHECKOUT / ".workspace/debian.lock"


def has_apt() -> bool:
    """Whether this is a Debian or one of its children."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def missing_packages(names: Sequence[str]) -> list[str]:
    """Returns those of `names` that are not installed."""
    if not names:
        return []
    query = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\n", *names], capture_output=True, text=True, check=False
    )
    installed = {line.split()[0] for line in query.stdout.splitlines() if line.split()[1:2] == ["ii"]}
    return [name for name in names if name not in installed]


def install_packages(names: Sequence[str], progress: Progress) -> int:
    """Installs those of `names` that are missing. Returns their number."""
    # apt-get does not wait for another one that reads the package lists, and what that installs is missing no more.
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = missing_packages(names)
        if missing:
            _install(missing, progress)
    return len(missing)


def _install(missing: Sequence[str], progress: Progress) -> None:
    root = [] if os.geteuid() == 0 else ["sudo"]
    if root and not shutil.which("sudo"):
        raise SetupError(
            "Debian packages are missing, you are not root, and there is no sudo. As root:\n"
            f"    apt-get install {' '.join(missing)}\nthen run the same command again."
        )
    apt = [*root, "env", *(f"{name}={value}" for name, value in _ENVIRONMENT.items()), "apt-get", *_WAIT_FOR_LOCK]
    # A source that does not answer is no reason to stop: the packages may come from another one.
    progress.run("reading the package lists", [*apt, "update"], check=False)
    progress.run(f"installing {' '.join(missing)}", [*apt, "install", "-y", "--no-install-recommends", *missing])
