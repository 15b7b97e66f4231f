# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The disk becomes full after each byte count of each output: one line of error, and no half file under the output's name.

RLIMIT_FSIZE makes a write fail at an offset, as a full disk does.
"""

import json
import os
import resource
import subprocess
import sys

import pytest
from cli_models import DETECTOR, ECHO, model_file, picture

from hbm_runtime_core.whole_file import whole_file, write_whole_text

OLD = b"what was there before"
MOST_LIMITS = 20

# Runs `hbm` with the arguments once without a limit, and then with one after the other. stdout is a pipe: not limited.
EVERY_LIMIT = """
import contextlib, io, json, resource, sys
from pathlib import Path
from hbm_runtime_core.cli import main

arguments, names, old, most = json.loads(sys.argv[1])
outputs = [Path(name) for name in names]

def run(limit):
    for output in outputs:
        output.parent.mkdir(exist_ok=True)
        output.write_bytes(old.encode())
    errors = io.StringIO()
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        code = main(arguments)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return code, errors.getvalue(), [output.read_bytes() for output in outputs]

_, _, whole = run(resource.RLIM_INFINITY)
assert old.encode() not in whole, "the command writes no such file"
size = max(len(content) for content in whole)
if run(resource.RLIM_INFINITY)[2] != whole:
    size = size * 3 // 4  # a plot of times is not always of the same size
limits = sorted({size * i // most for i in range(most)} | {1})
for limit in limits:
    code, error, contents = run(limit)
    assert code == 1, (limit, code, error)
    assert error.startswith("hbm: error: cannot write ") and error.count("\\n") == 1, error
    for content, complete in zip(contents, whole):
        assert content == old.encode() or (content == complete and len(complete) <= limit), limit
    for output in outputs:
        assert not [file for file in output.parent.iterdir() if file.name.endswith(".part")]
print(len(limits), "failures injected")
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return {
        "models": model_file(folder, DETECTOR, ECHO),
        "spec": str(folder / "spec.json"),
        "png": picture(folder / "a.png"),
    }


DETECT = ["run", "{models}", "--model", "detector", "--random"]
COMMANDS = {
    "pack": (["pack", "--spec", "{spec}", "-o", "out/a.hbm"], ["out/a.hbm"]),
    "npz": ([*DETECT, "-o", "out/a.npz"], ["out/a.npz"]),
    "npy": ([*DETECT, "-o", "out"], ["out/boxes.npy", "out/luma_plane.npy"]),
    "bin": ([*DETECT, "-o", "out", "--format", "bin"], ["out/boxes.bin", "out/luma_plane.bin"]),
    "cmake": (["sim-env", "--cmake", "out/simulator.cmake"], ["out/simulator.cmake"]),
    "histogram": (["perf", "{models}", "--model", "detector", "--frames", "2", "--png", "out/a.png"], ["out/a.png"]),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_that_the_disk_has_no_room_for_leaves_what_was_there(tmp_path, files, command):
    arguments, outputs = COMMANDS[command]
    if command == "histogram":
        pytest.importorskip("matplotlib")
    text = json.dumps([[argument.format(**files) for argument in arguments], outputs, OLD.decode(), MOST_LIMITS])
    done = subprocess.run(
        [sys.executable, "-c", EVERY_LIMIT, text], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(command, done.stdout)


@pytest.mark.parametrize("arguments", [["info", "{models}"], ["sim-env", "--json"], [*DETECT, "--json"], ["--help"]])
def test_a_standard_output_that_is_full_is_one_line_of_error(files, arguments):
    command = ["hbm", *(argument.format(**files) for argument in arguments)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "hbm: error: cannot write the output: No space left on device\n")


@pytest.mark.parametrize("limit", [0, 1, 500, 1500, 2000, 3000, 4097])
def test_a_trace_that_the_disk_has_no_room_for_ends_with_a_whole_event(tmp_path, files, limit):
    trace = tmp_path / "trace.json"
    command = ["hbm", "perf", files["models"], "--model", "detector", "--frames", "40"]
    done = subprocess.run(
        command,
        env=os.environ | {"HBM_SIM_TRACE": str(trace)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("the trace ends here: File too large") == 1
    text = trace.read_text()
    assert len(text) <= limit
    # Without room for the first write, which describes the cores, there is nothing.
    assert json.loads(text) if limit > 1000 else not text


def test_a_device_or_a_pipe_is_written_as_it_is(tmp_path):
    with whole_file(os.devnull) as stream:
        stream.write(b"any")
    assert not os.path.isfile(os.devnull)
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"), whole_file("/dev/full") as stream:
        stream.write(b"any")


def test_what_a_link_names_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").write_bytes(OLD)
    (tmp_path / "link").symlink_to("there/file")
    with whole_file(tmp_path / "link") as stream:
        stream.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/file").read_bytes() == b"new"


def test_an_error_while_writing_leaves_what_was_there(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(OLD)
    with pytest.raises(ZeroDivisionError), whole_file(file) as stream:
        stream.write(bytes(100_000))
        raise ZeroDivisionError
    assert file.read_bytes() == OLD
    assert os.listdir(tmp_path) == ["file"]


def test_a_text_is_written_as_a_whole_in_utf8(tmp_path):
    write_whole_text(tmp_path / "report.md", "µs: 5\n")
    assert (tmp_path / "report.md").read_bytes() == "µs: 5\n".encode()
    assert os.listdir(tmp_path) == ["report.md"]
