# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm sim-env`: its flags and its CMake file compile, link and run C and C++ programs."""

import os
import subprocess

import pytest
from cli_models import ECHO, call, call_json, model_file

PROGRAM = r"""
#include <stdio.h>
#include "hobot/dnn/hb_dnn.h"
#include "hobot/hb_ucp.h"

int main(int argc, char **argv) {
  hbDNNPackedHandle_t packed = NULL;
  char const *file = argv[argc - 1];
  if (argc < 2) return 0;
  char const **names = NULL;
  int32_t count = 0;
  if (hbDNNInitializeFromFiles(&packed, &file, 1) != 0) return 1;
  if (hbDNNGetModelNameList(&names, &count, packed) != 0) return 2;
  printf("%d %s %s\n", count, names[0], hbUCPGetVersion());
  return hbDNNRelease(packed);
}
"""


def test_a_c_program_compiles_links_and_runs_with_the_printed_flags(tmp_path, capsys):
    (tmp_path / "main.c").write_text(PROGRAM)
    model = model_file(tmp_path, ECHO)
    _, cflags, _ = call(capsys, "sim-env", "--cflags")
    _, libs, _ = call(capsys, "sim-env", "--libs")
    _, env, _ = call(capsys, "sim-env", "--env")
    script = f"cc {cflags.strip()} main.c {libs.strip()} -o main\n{env}\n./main '{model}'"
    result = subprocess.run(["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True, env=os.environ)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("1 echo ")


@pytest.mark.parametrize("header", ["hobot/dnn/hb_dnn.h", "dnn/hb_dnn.h", "hb_dnn.h"])
def test_the_headers_are_found_in_every_way_that_programs_name_them(tmp_path, capsys, header):
    (tmp_path / "main.c").write_text(PROGRAM.replace("hobot/dnn/hb_dnn.h", header))
    _, cflags, _ = call(capsys, "sim-env", "--cflags")
    subprocess.run(f"cc {cflags.strip()} -c main.c", shell=True, cwd=tmp_path, check=True)


def test_the_json_has_the_same_flags(capsys):
    facts = call_json(capsys, "sim-env")
    _, both, _ = call(capsys, "sim-env", "--cflags", "--libs")
    assert both == f"{facts['cflags']} {facts['libs']}\n"
    assert facts["library_dir"] in facts["env"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--libs"], "--libs cannot be combined with --json"),
        (["--soc", "s100"], "--soc is ignored without --cmake or --env"),
    ],
)
def test_an_option_without_effect_is_wrong_usage(capsys, arguments, message):
    code, out, err = call(capsys, "sim-env", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_the_environment_names_the_board_that_was_asked_for(capsys):
    assert call(capsys, "sim-env", "--env", "--soc", "s100")[1].endswith("\nexport HBM_SIM_SOC=s100\n")


# A project as it is written for the board: the SoC's name comes from a file of the board, headers and libraries from the
# board's folders, and the display's header is included by a helper that draws nothing.
BOARD_PROJECT = """
cmake_minimum_required(VERSION 3.10)
project(detect)
set(CMAKE_CXX_STANDARD 11)
file(READ "/sys/class/boardinfo/soc_name" SOC_NAME_RAW)
string(TOUPPER "${SOC_NAME_RAW}" SOC_NAME_UPPER)
add_definitions(-DSOC_${SOC_NAME_UPPER})
include_directories(/usr/include /usr/include/hobot)
link_directories(/usr/hobot/lib)
add_executable(detect main.cc)
target_link_libraries(detect dnn hbucp pthread rt dl m)
"""
BOARD_PROGRAM = r"""
#include <cstdio>
#include "dnn/hb_dnn.h"
#include "hb_ucp.h"
#include "sp_display.h"

#ifdef SOC_S600
const char* built_for = "S600";
#endif
#ifdef SOC_S100
const char* built_for = "S100";
#endif

int main(int argc, char** argv) {
  hbDNNPackedHandle_t packed = nullptr;
  const char* file = argv[argc - 1];
  if (hbDNNInitializeFromFiles(&packed, &file, 1) != 0) return 1;
  const char** names = nullptr;
  int32_t count = 0;
  if (hbDNNGetModelNameList(&names, &count, packed) != 0) return 2;
  std::printf("%s %s %s\n", built_for, hbUCPGetSocName(), names[0]);
  return hbDNNRelease(packed);
}
"""


@pytest.mark.parametrize("soc", ["s100", "s600"])
def test_a_project_for_the_board_builds_and_runs_through_the_cmake_file(tmp_path, capsys, soc):
    (tmp_path / "CMakeLists.txt").write_text(BOARD_PROJECT)
    (tmp_path / "main.cc").write_text(BOARD_PROGRAM)
    model = model_file(tmp_path, ECHO)
    assert call(capsys, "sim-env", "--soc", soc, "--cmake", tmp_path / "sim.cmake") == (0, "", "")
    _, env, _ = call(capsys, "sim-env", "--soc", soc, "--env")
    build = f"cmake -S . -B build -DCMAKE_PROJECT_INCLUDE='{tmp_path}/sim.cmake' && cmake --build build"
    script = f"({build}) >&2\n{env}\nbuild/detect '{model}'"
    result = subprocess.run(["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{soc.upper()} RDK {soc.upper()} (simulated) echo\n"


def test_the_built_program_finds_the_libraries_by_itself(tmp_path, capsys):
    (tmp_path / "CMakeLists.txt").write_text(BOARD_PROJECT)
    (tmp_path / "main.cc").write_text(BOARD_PROGRAM)
    call(capsys, "sim-env", "--cmake", tmp_path / "sim.cmake")
    for command in (
        ["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PROJECT_INCLUDE={tmp_path}/sim.cmake"],
        ["cmake", "--build", "build"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    result = subprocess.run([str(tmp_path / "build/detect"), model_file(tmp_path, ECHO)], env=environment)
    assert result.returncode == 0


CMAKE_CHECK = r"""
cmake_minimum_required(VERSION 3.18)
project(check LANGUAGES NONE)
add_subdirectory(inner)
function(expect got expected)
  if(NOT got STREQUAL expected)
    message(FATAL_ERROR "expected '${expected}', got '${got}'")
  endif()
endfunction()
file(READ /sys/class/boardinfo/soc_name soc)
expect("${soc}" "s600")
file(STRINGS "/sys/class/boardinfo/soc_name" soc)
expect("${soc}" "s600")
set(written "a;b;;c \\ \"quoted\" \${name} ]] end")
file(WRITE "${CMAKE_BINARY_DIR}/text" "${written}")
file(APPEND "${CMAKE_BINARY_DIR}/text" "")
file(READ "${CMAKE_BINARY_DIR}/text" read)
expect("${read}" "${written}")
file(GLOB found RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" *.txt none*)
expect("${found}" "CMakeLists.txt")
file(GLOB found none*)
expect("${found}" "")
"""


def test_every_other_file_command_of_the_project_is_cmakes_own(tmp_path, capsys):
    (tmp_path / "inner").mkdir()
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_CHECK)
    (tmp_path / "inner/CMakeLists.txt").write_text(
        "project(inner LANGUAGES NONE)\nfile(READ CMakeLists.txt own)\nif(NOT own)\nmessage(FATAL_ERROR)\nendif()\n"
    )
    call(capsys, "sim-env", "--soc", "s600", "--cmake", tmp_path / "sim.cmake")
    configure = ["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PROJECT_INCLUDE={tmp_path}/sim.cmake"]
    result = subprocess.run(configure, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_cmake_file_that_cannot_be_written_is_one_error(tmp_path, capsys):
    code, _, err = call(capsys, "sim-env", "--cmake", tmp_path / "missing" / "sim.cmake")
    assert (code, err) == (1, f"hbm: error: cannot write {tmp_path}/missing/sim.cmake: No such file or directory\n")
