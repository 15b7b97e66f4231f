# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An interrupt of `scripts/demo` or of `make demo` ends everything that these have started, with the exit code of that."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
# A step that has started others: one that ends when it is interrupted, one that does not care, and one whose parent is gone.
STEP = """#!/usr/bin/env bash
sleep 1001 &
python3 -c 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(1002)' &
(sleep 1003 &)
touch "$(dirname "$0")/../begun"
wait
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose first step never ends."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    shutil.copy(CHECKOUT / "scripts" / "demo", tmp_path / "scripts")
    demo = tmp_path / "scripts" / "demo"
    patient = demo.read_text()
    demo.write_text(patient.replace(" 20.0)", " 1.0)").replace(" 5.0)", " 1.0)"))
    assert demo.read_text() != patient
    for step in ("setup", "build"):
        (tmp_path / "scripts" / step).write_text(STEP)
        (tmp_path / "scripts" / step).chmod(0o755)
    return tmp_path


def start(command, checkout):
    process = subprocess.Popen(command, cwd=checkout, start_new_session=True)
    while not (checkout / "begun").exists():
        assert process.poll() is None
        time.sleep(0.02)
    return process


def session_members(leader):
    """Processes of the session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_for_the_program_alone_ends_what_it_has_started(checkout, number):
    process = start(["scripts/demo"], checkout)
    process.send_signal(number)
    assert process.wait() == 130
    assert session_members(process.pid) == []


def test_control_c_ends_make_as_a_shell_expects_it(checkout):
    process = start(["make", "demo"], checkout)
    os.killpg(process.pid, signal.SIGINT)
    # It ends by the signal itself, which a shell reports as exit code 130.
    assert process.wait() == -signal.SIGINT
    assert session_members(process.pid) == []
