# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The checks of `hbm doctor`: each looks at one thing and says what to do where it is wrong."""

from __future__ import annotations

import difflib
import importlib
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..packer.container import creator
from .backend import open_backend
from .sim_env import library_dir

OK, NOTE, WARNING, FAILED = "ok", "note", "warning", "failed"

VENDOR_DIRECTORY = Path("/usr/hobot/lib")
ENGINE_LIBRARY = "libhbm_sim_openvino.so"

KNOWN_VARIABLES = (
    "HBM_RUNTIME_BACKEND",
    "HBM_RUNTIME_LIBRARY_DIR",
    "HBM_SIM_CACHE_DIR",
    "HBM_SIM_DISPATCH_AHEAD",
    "HBM_SIM_EXECUTION",
    "HBM_SIM_FAULTS",
    "HBM_SIM_SOC",
    "HBM_SIM_THREADS",
    "HBM_SIM_TIMING",
    "HBM_SIM_TRACE",
    "HBM_TRACEBACK",
)
_OUR_VARIABLE = re.compile(r"HBM_(RUNTIME|SIM)_")


@dataclass(frozen=True)
class Check:
    """What was found.

    Attributes:
        remedy: what to do, where something is wrong.
    """

    name: str
    status: str
    detail: str
    remedy: str = ""


def diagnose() -> Iterator[Check]:
    """Every check, in the order in which one thing builds on another."""
    yield _python()
    yield _module("numpy", "pip install numpy")
    yield from _variables()
    yield from _hardware()
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


def _python() -> Check:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}"
    if sys.version_info < (3, 10):
        return Check("python", FAILED, detail, "use Python 3.10 or newer")
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
    for name in sorted(os.environ):
        if name in KNOWN_VARIABLES:
            yield Check("environment", NOTE, f"{name}={os.environ[name]}")
        elif _OUR_VARIABLE.match(name):
            close = difflib.get_close_matches(name, KNOWN_VARIABLES, n=1)
            remedy = f"did you mean {close[0]}?" if close else f"known: {', '.join(KNOWN_VARIABLES)}"
            yield Check("environment", WARNING, f"{name} is set, but means nothing", remedy)


def _hardware() -> Iterator[Check]:
    facts = []
    for label, path in (
        ("board", "/sys/class/boardinfo/soc_name"),
        ("BPU cores", "/sys/devices/system/bpu/core_num"),
    ):
        try:
            facts.append(f"{label} {Path(path).read_text().strip()}")
        except OSError:
            continue
    if facts:
        yield Check("hardware", OK, ", ".join(facts))


def _vendor_libraries() -> Check:
    name = "vendor's libraries"
    directory = Path(os.environ.get("HBM_RUNTIME_LIBRARY_DIR") or VENDOR_DIRECTORY)
    found = [library for library in ("libdnn.so", "libhbucp.so") if (directory / library).exists()]
    if len(found) == 2:
        return Check(name, OK, f"libdnn.so, libhbucp.so in {directory}")
    if found:
        return Check(name, WARNING, f"only {found[0]} in {directory}", "reinstall the package hobot-dnn")
    status = WARNING if os.environ.get("HBM_RUNTIME_BACKEND") == "bpu" else NOTE
    remedy = "install the package hobot-dnn, or unset HBM_RUNTIME_BACKEND" if status == WARNING else ""
    return Check(name, status, f"none in {directory}", remedy)


def _simulator_libraries() -> Check:
    name = "simulator"
    missing = [library for library in ("libdnn.so", "libhbucp.so") if not (library_dir() / library).is_file()]
    if not missing:
        return Check(name, OK, str(library_dir()))
    return Check(name, NOTE, f"{', '.join(missing)} not in {library_dir()}: this installation cannot simulate")


def _package() -> Check:
    from .. import _native

    return Check("hbm_runtime_core", OK, f"{creator()}, {_native.__file__}")


def _backend() -> Check:
    try:
        backend, version, library = open_backend()
    except Exception as error:
        return Check(
            "backend",
            FAILED,
            str(error),
            "on a board install the package hobot-dnn; on a PC use HBM_RUNTIME_BACKEND=sim with an installation that "
            "has the simulator",
        )
    return Check("backend", OK, f"{backend}, libdnn {version}, {library}")


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
        return Check("trial run", FAILED, str(error), "run it again with HBM_TRACEBACK=1 and report what it prints")
    if not np.array_equal(result, data):
        return Check("trial run", FAILED, f"expected {data.tolist()}, got {result.tolist()}", "reinstall hbm_runtime_core")
    return Check("trial run", OK, f"a model was packed, loaded and run: {facts}")


def _openvino(backend: str) -> Check:
    """What the simulator needs for networks; models from descriptions run without."""
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
