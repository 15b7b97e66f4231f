# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Where things lie, and which ROS 2 is used: the one that is sourced, or the wheels."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_WHOLE = "complete"

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Workspace:
    """The ignored folder of the checkout that holds all that is not a Debian package."""

    root: Path
    sourced_ros: str
    """The ROS 2 distribution that the caller has sourced, or ''."""
    second_ros: str = ""
    """The ROS 2 distribution that this workspace is for, beside the main one and always from wheels; '' for the main one."""

    @classmethod
    def of_second_ros(cls, distribution: str) -> Workspace:
        """The workspace of this checkout for another ROS 2 distribution than the main one."""
        return cls(CHECKOUT / ".workspace" / distribution, "", distribution)

    @classmethod
    def of_this_checkout(cls) -> Workspace:
        """The workspace of this checkout, for the ROS 2 of the calling shell."""
        # env.sh sets ROS_DISTRO for the wheels' ROS 2, too, and marks it.
        own = os.environ.get("HBM_ROS_FROM_WHEELS")
        return cls(CHECKOUT / ".workspace", "" if own else os.environ.get("ROS_DISTRO", ""))

    @property
    def venv(self) -> Path:
        return self.root / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def downloads(self) -> Path:
        return self.root / "downloads"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    def site_packages(self) -> Path:
        """The folder of the environment's Python packages."""
        script = "import sysconfig; print(sysconfig.get_path('purelib'))"
        output = subprocess.check_output([str(self.python), "-c", script], env=self.tool_environment(), text=True)
        return Path(output.strip())

    def tool_environment(self) -> dict[str, str]:
        """The environment for pip and CMake: nothing of the user's Python, caches inside the workspace."""
        environment = dict(os.environ)
        if not self.sourced_ros:
            for name in ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH"):
                environment.pop(name, None)
            environment["LD_LIBRARY_PATH"] = str(self.venv / "lib")
        environment.update(
            PIP_CACHE_DIR=str(self.downloads / "pip"),
            PIP_DISABLE_PIP_VERSION_CHECK="1",
            PIP_NO_INPUT="1",
            PYTHONNOUSERSITE="1",
            _ROS_WHEELS_BOOTSTRAP_COMPLETE="1",
        )
        return environment

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps a second setup of this checkout waiting until this one is through."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # A step's stamp is written when the step has succeeded, and holds a hash of what it was made from: an interrupted
    # step has none, an outdated one another. Stamps lie in the environment they speak of and vanish with it.

    def is_current(self, step: str, made_from: str) -> bool:
        """Whether `step` has succeeded from exactly these inputs."""
        stamp = self._stamp(step)
        return stamp.is_file() and stamp.read_text() == _digest(made_from)

    def mark_begun(self, step: str) -> None:
        """Forgets that `step`, and so the whole, has ever succeeded."""
        self._stamp(step).unlink(missing_ok=True)
        self._stamp(_WHOLE).unlink(missing_ok=True)

    def mark_complete(self) -> None:
        """Remembers that every step has succeeded: env.sh asks for it. Its time is that of the last change."""
        if not self.is_current(_WHOLE, ""):
            self.mark_done(_WHOLE, "")

    def mark_done(self, step: str, made_from: str) -> None:
        """Remembers that `step` has succeeded."""
        self._stamp(step).parent.mkdir(parents=True, exist_ok=True)
        self._stamp(step).write_text(_digest(made_from))

    def _stamp(self, step: str) -> Path:
        return self.venv / ".stamps" / step


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
