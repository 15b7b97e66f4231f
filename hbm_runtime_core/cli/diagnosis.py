# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The checks of `hbm doctor`: each checks one thing and returns the remedy of a problem."""

from __future__ import annotations

import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import host
from ..environment import VARIABLES
from ..names import unknown_name
from ..packer.container import creator
from .sim_env import LIBRARIES, library_dir

OK, NOTE, WARNING, FAILED = "ok", "note", "warning", "failed"

VENDOR_DIRECTORY = Path("/usr/hobot/lib")
SOC_FILE = Path("/sys/class/boardinfo/soc_name")
CORES_FILE = Path("/sys/devices/system/bpu/core_num")
ENGINE_LIBRARY = "libhbm_sim_openvino.so"
ROS_PACKAGE = "hbm_runtime_ros"
LEAST_PYTHON = (3, 10)

# Names with this prefix belong to the package; other names are reported only if they are similar to a known one.
_OUR_VARIABLE = re.compile(r"HBM_(RUNTIME|SIM)_")
_NEARLY = 0.85


@dataclass(frozen=True)
class Check:
    """What was found.

    Attributes:
        remedy: what to do if something is wrong.
    """

    name: str
    status: str
    detail: str
    remedy: str = ""


def diagnose() -> Iterator[Check]:
    """Every check; a later one depends on those before it."""
    yield _python()
    yield _module("numpy", "pip install numpy")
    yield from _variables()
    yield _hardware()
    yield from _host()
    yield _vendor_libraries()
    simulator = _simulator_libraries()
    yield simulator
    yield _package()
    found = _backend()
    yield found
    backend = found.detail.split(",")[0] if found.status == OK else ""
    if backend == "sim":
        yield _trial()
    if backend == "sim" or simulator.status == OK:
        yield _openvino(backend)
        yield from _problem("network cache", host.network_cache_problem())
    yield from _ros()


def _python() -> Check:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}"
    if sys.version_info < LEAST_PYTHON:
        return Check("python", FAILED, detail, f"use Python {'.'.join(map(str, LEAST_PYTHON))} or newer")
    return Check("python", OK, detail)


def _module(name: str, remedy: str) -> Check:
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        return Check(name, FAILED, str(error), remedy)
    return Check(name, OK, f"{_version(module)}, {Path(module.__file__ or '').parent}")


def _version(module: ModuleType) -> str:
    return str(getattr(module, "__version__", "of unknown version"))


def _variables() -> Iterator[Check]:
    for name, value in sorted(os.environ.items()):
        if name in VARIABLES:
            problem = VARIABLES[name].problem(value)
            if problem:
                yield Check("environment", WARNING, problem, f"unset {name}")
            else:
                yield Check("environment", NOTE, f"{name}={value}")
        elif _OUR_VARIABLE.match(name) or (name.startswith("HB") and get_close_matches(name, VARIABLES, 1, _NEARLY)):
            yield Check("environment", WARNING, unknown_name("variable", name, VARIABLES), f"unset {name}")


def _hardware() -> Check:
    facts = [f"{len(os.sched_getaffinity(0))} processors"]
    for label, path in (("board", SOC_FILE), ("BPU cores", CORES_FILE)):
        try:
            facts.append(f"{label} {path.read_text().strip()}")
        except OSError:
            continue
    return Check("hardware", OK, ", ".join(facts))


def _host() -> Iterator[Check]:
    yield from _problem("temporary files", host.temporary_folder_problem())
    yield from _problem("open files", host.open_files_problem())
    yield from _problem("memory", host.memory_limit_problem())


def _problem(name: str, problem: host.HostProblem | None) -> Iterator[Check]:
    if problem is not None:
        yield Check(name, WARNING, problem.detail, problem.remedy)


def _vendor_libraries() -> Check:
    name = "vendor's libraries"
    directory = Path(os.environ.get("HBM_RUNTIME_LIBRARY_DIR") or VENDOR_DIRECTORY)
    found = [library for library in LIBRARIES if (directory / library).exists()]
    if len(found) == len(LIBRARIES):
        return Check(name, OK, f"{', '.join(LIBRARIES)} in {directory}")
    if found:
        return Check(name, WARNING, f"only {found[0]} in {directory}", "reinstall the package hobot-dnn")
    status = WARNING if os.environ.get("HBM_RUNTIME_BACKEND") == "bpu" else NOTE
    remedy = "install the package hobot-dnn, or unset HBM_RUNTIME_BACKEND" if status == WARNING else ""
    return Check(name, status, f"none in {directory}", remedy)


def _simulator_libraries() -> Check:
    name = "simulator"
    missing = [library for library in LIBRARIES if not (library_dir() / library).is_file()]
    if not missing:
        return Check(name, OK, str(library_dir()))
    return Check(name, NOTE, f"{', '.join(missing)} not in {library_dir()}: this installation cannot simulate")


def _package() -> Check:
    from .. import _native

    return Check("hbm_runtime_core", OK, f"{creator()}, {_native.__file__}")


def _backend() -> Check:
    from .. import HB_HBMRuntime

    try:
        detail = f"{HB_HBMRuntime.backend}, libdnn {HB_HBMRuntime.version}, {HB_HBMRuntime.library_path}"
    except Exception as error:
        return Check(
            "backend",
            FAILED,
            str(error),
            "on a board install the package hobot-dnn; on a PC use HBM_RUNTIME_BACKEND=sim with an installation that "
            "has the simulator",
        )
    return Check("backend", OK, detail)


def _trial() -> Check:
    """A model from a description, packed, loaded and run: everything but networks."""
    import numpy as np

    from .. import HB_HBMRuntime
    from ..packer import DTYPES, Fill, Model, PackedModel, make_tensor, write_package

    x = make_tensor("x", DTYPES["F32"], (1, 8), where="trial")
    y = make_tensor("y", DTYPES["F32"], (1, 8), where="trial", fill=Fill("copy", input="x"))
    data = np.arange(8, dtype=np.float32).reshape(1, 8)
    try:
        with tempfile.TemporaryDirectory(prefix="hbm-doctor-") as folder:
            path = Path(folder, "trial.hbm")
            write_package(path, [PackedModel(Model("trial", "timed", (x,), (y,)))])
            runtime: Any = HB_HBMRuntime(str(path))
            result = runtime.run({"trial": {"x": data}})["trial"]["y"]
            facts = f"SoC {runtime.soc}, {runtime.bpu_core_count} BPU cores"
    except Exception as error:
        return Check("trial run", FAILED, str(error), "run it again with HBM_TRACEBACK=1 and report the output")
    if not np.array_equal(result, data):
        return Check("trial run", FAILED, f"expected {data.tolist()}, got {result.tolist()}", "reinstall hbm_runtime_core")
    return Check("trial run", OK, f"a model was packed, loaded and run: {facts}")


def _openvino(backend: str) -> Check:
    """What the simulator needs for networks; models from descriptions run without it."""
    remedy = "pip install 'hbm_runtime_core[sim]'"
    status = WARNING if backend == "sim" else NOTE
    if not (library_dir() / ENGINE_LIBRARY).is_file():
        return Check(
            "networks",
            status,
            f"no {ENGINE_LIBRARY} in {library_dir()}: only models from descriptions run",
            "use an x86-64 installation, or build with -DHBM_BUILD_OPENVINO_ENGINE=ON",
        )
    found = _module("openvino", remedy)
    if found.status != OK:
        return Check("networks", status, f"{found.detail}: only models from descriptions run", remedy)
    return Check("networks", OK, f"OpenVINO {found.detail}")


def _ros() -> Iterator[Check]:
    """What the node needs: ROS 2, the messages, the launch files, and shared memory for pictures."""
    distribution = os.environ.get("ROS_DISTRO", "")
    works, detail = _in_own_process("from rclpy.utilities import get_rmw_implementation_identifier as get; print(get())")
    if not works and not distribution:
        yield Check("ROS 2", NOTE, "not sourced: the core works without it, the node does not")
    elif not works:
        remedy = f"install the packages of ROS 2 {distribution}, and use its Python, not another one"
        yield Check("ROS 2", WARNING, f"{distribution} is sourced, but rclpy does not work: {detail}", remedy)
    else:
        command = shutil.which("ros2") or "no command ros2 in PATH"
        yield Check("ROS 2", OK, f"{distribution or 'ROS_DISTRO is not set'}, {detail}, {command}")
        yield from _problem("log files", host.log_folder_problem())
        yield from _node()


def _in_own_process(code: str) -> tuple[bool, str]:
    """Whether Python runs this, and the last line that it prints. rclpy ends a process that lacks its middleware."""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    lines = (result.stderr if result.returncode else result.stdout).strip().splitlines()
    return result.returncode == 0, lines[-1] if lines else f"exit code {result.returncode}"


def _node() -> Iterator[Check]:
    remedy = "source the workspace in which it was built: . install/setup.sh"
    found, folder = _in_own_process(
        f"from ament_index_python import get_package_share_directory as share; print(share('{ROS_PACKAGE}'))"
    )
    if not found:
        yield Check("node", NOTE, f"the package {ROS_PACKAGE} is not sourced: models run from Python only", remedy)
        return
    share = Path(folder)
    works, detail = _in_own_process(
        f"from rclpy.type_support import check_for_type_support as check; from {ROS_PACKAGE} import msg; "
        "check(msg.InferenceResult)"
    )
    launch_file = share / "launch" / "inference.launch.py"
    if not works:
        yield Check("node", WARNING, f"the messages of {ROS_PACKAGE} cannot be used: {detail}", remedy)
    elif not launch_file.is_file():
        yield Check("node", WARNING, f"no {launch_file}", f"colcon build --packages-select {ROS_PACKAGE}")
    else:
        yield Check("node", OK, f"messages of {ROS_PACKAGE}, {launch_file}")
    problem = host.shared_memory_problem(share / "config" / "fastdds.xml")
    if problem is None:
        yield Check("shared memory", OK, f"{host.SHARED_MEMORY} has room for the pictures of a camera and the node")
    yield from _problem("shared memory", problem)
