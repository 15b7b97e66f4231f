# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`pip install .`: hbm_runtime_core alone, without ROS, through the project's CMakeLists.txt.

CMake installs the package as a whole, Python files included, into the folder that setuptools packs: there is one list of
what belongs to it, and the ament build uses the same.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import SetupError

CHECKOUT = Path(__file__).resolve().parent


def project_version() -> str:
    """The version, which package.xml holds for all builds."""
    match = re.search(r"<version>([0-9.]+)</version>", (CHECKOUT / "package.xml").read_text())
    if match is None:
        raise SetupError(f"{CHECKOUT / 'package.xml'} holds no <version>")
    return match[1]


class CMakeBuild(build_ext):
    """Configures, builds and installs with CMake into setuptools' build folder."""

    def run(self) -> None:
        """Builds all of the package; CMAKE_ARGS adds options, as in other CMake-built Python packages."""
        if self.editable_mode:
            raise SetupError(
                "hbm_runtime_core has no editable installation. Use `make build` and `. ./env.sh` to work on it, "
                "or `pip install .` to use it."
            )
        build = Path(self.build_temp).resolve() / "cmake"
        prefix = Path(self.build_lib).resolve()
        # A build of another day knows tools and headers in pip's build environment of that day, which is gone.
        for stale in (build, prefix / "hbm_runtime_core"):
            shutil.rmtree(stale, ignore_errors=True)
        options = [
            "-DHBM_PIP_BUILD=ON",
            "-DBUILD_TESTING=OFF",
            "-DHBM_PYTHON_PACKAGE_DIR=hbm_runtime_core",
            f"-DPython3_EXECUTABLE={sys.executable}",
            f"-DCMAKE_INSTALL_PREFIX={prefix}",
            f"-DCMAKE_BUILD_TYPE={'Debug' if self.debug else 'Release'}",
            *os.environ.get("CMAKE_ARGS", "").split(),
        ]
        subprocess.run(["cmake", "-S", str(CHECKOUT), "-B", str(build), "-G", "Ninja", *options], check=True)
        subprocess.run(["cmake", "--build", str(build), "--target", "install"], check=True)


setup(
    version=project_version(),
    packages=[],
    py_modules=[],
    ext_modules=[Extension("hbm_runtime_core._native", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
)
