# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm sim-env`: its flags compile, link and run a C program."""

import os
import shutil
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
  char const **names = NULL;
  int32_t count = 0;
  if (hbDNNInitializeFromFiles(&packed, &file, 1) != 0) return 1;
  if (hbDNNGetModelNameList(&names, &count, packed) != 0) return 2;
  printf("%d %s %s\n", count, names[0], hbUCPGetVersion());
  return hbDNNRelease(packed);
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
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


def test_the_json_tells_the_same_flags(capsys):
    facts = call_json(capsys, "sim-env")
    _, both, _ = call(capsys, "sim-env", "--cflags", "--libs")
    assert both == f"{facts['cflags']} {facts['libs']}\n"
    assert facts["library_dir"] in facts["env"]
