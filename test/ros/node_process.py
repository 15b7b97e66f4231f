# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The inference node as a process of its own, with the environment that a test wants."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_prefix
from model_packages import write_parameters

EXECUTABLE = Path(get_package_prefix("hbm_runtime_ros")) / "lib" / "hbm_runtime_ros" / "inference_node"


class NodeProcess:
    """Runs the node on `parameters`, written into `folder`; use as a context manager."""

    def __init__(
        self,
        folder: Path,
        parameters: dict[str, Any],
        *,
        name: str = "hbm_inference",
        arguments: tuple[str, ...] = (),
        **env: str,
    ) -> None:
        file = write_parameters(folder / f"{name}.yaml", **parameters)
        self._log = folder / f"{name}.log"
        command = [EXECUTABLE, "--ros-args", "--params-file", file, "-r", f"__node:={name}", *arguments]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **env})

    def __enter__(self) -> "NodeProcess":
        return self

    def __exit__(self, error: type[BaseException] | None, *_: Any) -> None:
        self.stop()
        if error is None:  # a failing test has its own reason
            unexpected = [line for line in self.output.splitlines() if "[ERROR]" in line or "Traceback" in line]
            assert not unexpected, f"the node logged errors: {unexpected[:5]}"

    @property
    def output(self) -> str:
        return self._log.read_text()

    def stop(self) -> float:
        """Interrupt the node, and return how many seconds it took to end."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return time.monotonic() - started
