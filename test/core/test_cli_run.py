# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm run`: files or noise in, files or statistics out."""

import numpy as np
import pytest
from cli_models import DETECTOR, ECHO, call, call_json, model_file


def test_an_array_goes_in_and_comes_out(tmp_path, capsys):
    x = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    np.save(tmp_path / "x.npy", x)
    facts = call_json(capsys, "run", model_file(tmp_path, ECHO), "--input", tmp_path / "x.npy", "-o", tmp_path / "out")
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "y.npy"), x)
    (output,) = facts["outputs"]
    assert (output["shape"], output["min"], output["max"], output["mean"]) == ([1, 3, 4], 0, 11, 5.5)
    assert (facts["model"], facts["backend"]) == ("echo", "sim")
    assert facts["timing_us"]["total"] > 0


def test_raw_bytes_take_the_shape_that_is_said(tmp_path, capsys):
    x = np.arange(8, dtype=np.float32)
    x.tofile(tmp_path / "x.bin")
    call_json(
        capsys, "run", model_file(tmp_path, ECHO), "--input", f"x={tmp_path}/x.bin", "--input-shape", "1,2,4",
        "-o", tmp_path / "out", "--format", "bin",
    )  # fmt: skip
    np.testing.assert_array_equal(np.fromfile(tmp_path / "out" / "y.bin", np.float32), x)


def test_an_npz_fills_the_inputs_that_it_names_and_one_takes_all_outputs(tmp_path, capsys):
    rng = np.random.default_rng(0)
    y, uv = rng.integers(0, 256, (1, 32, 64, 1), np.uint8), rng.integers(0, 256, (1, 16, 32, 2), np.uint8)
    np.savez(tmp_path / "in.npz", data_y=y, data_uv=uv)
    call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--input", tmp_path / "in.npz", "-o", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as outputs:
        np.testing.assert_array_equal(outputs["luma/plane"], y)
        np.testing.assert_array_equal(outputs["boxes"], np.full((1, 4, 255), 5, np.int32))


def test_outputs_are_dequantised_when_asked(tmp_path, capsys):
    facts = call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--random", "--dequantize")
    boxes = facts["outputs"][0]
    assert (boxes["dtype"], boxes["min"], boxes["max"]) == ("float32", 2.0, 2.0)


def test_noise_is_the_same_for_the_same_seed(tmp_path, capsys):
    path = model_file(tmp_path, DETECTOR)
    first, again, other = (
        call_json(capsys, "run", path, "--random", "--seed", seed)["outputs"][1]["mean"] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_picture_fills_the_two_planes(tmp_path, capsys):
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (64, 32), (255, 255, 255)).save(tmp_path / "white.png")
    facts = call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--input", f"data={tmp_path}/white.png")
    luma = facts["outputs"][1]
    assert (luma["min"], luma["max"]) == (235, 235)


def test_names_of_outputs_never_lead_out_of_the_folder(tmp_path, capsys):
    facts = call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--random", "-o", tmp_path / "out")
    assert facts["outputs"][1]["file"] == str(tmp_path / "out" / "luma_plane.npy")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\x7fELF and more", "compiled for a BPU"), (b"words", "not a model file"), (b"PK\x03\x04", "zip")],
)
@pytest.mark.parametrize("command", ["run", "perf"])
def test_a_foreign_file_is_called_what_it_is(tmp_path, capsys, command, content, message):
    (tmp_path / "model.hbm").write_bytes(content)
    code, out, err = call(capsys, command, tmp_path / "model.hbm")
    assert (code, out) == (1, "")
    assert message in err


@pytest.mark.parametrize(
    ("models", "arguments", "message"),
    [
        ([DETECTOR], [], "no data for data_y, data_uv; give --input NAME=FILE, or --random"),
        ([DETECTOR, ECHO], ["--random"], "holds 2 models: detector, echo; say which: --model NAME"),
        ([ECHO], ["--model", "ech"], "holds no model 'ech'; it holds echo"),
        ([ECHO], ["--random"], "input 'x': the shape [1, -1, 4] is dynamic; say --input-shape x=..."),
        ([ECHO], ["--random", "--input-shape", "z=1,2,4"], "has no input 'z'; its inputs are x"),
        ([ECHO], ["--input", "none.npy"], "cannot read none.npy: No such file or directory"),
        ([ECHO], ["--input", "double.npy"], "expected float32 [1, 2, 4], double.npy holds float64 [1, 2, 4]"),
        ([ECHO], ["--input", "z=double.npy"], "model 'echo' has no input 'z'; it has x"),
        ([ECHO], ["--input", "double.npy", "--input", "x=double.npy"], "not given yet: "),
        ([ECHO], ["--input", "bytes.bin", "--input-shape", "1,2,4"], "takes 32 bytes, bytes.bin holds 3"),
        ([ECHO], ["--input", "text.txt"], "unknown kind of input file '.txt'; known: .npy"),
        ([ECHO], ["--input", "bytes.npy"], "cannot read bytes.npy"),
        ([ECHO], ["--random", "--input-shape", "1,2,4", "--bpu-cores", "9"], "9"),
        ([ECHO], ["--random", "--input-shape", "1,2,4", "-o", "text.txt/out"], "cannot write text.txt"),
    ],
)
def test_a_mistake_is_one_clear_error(tmp_path, capsys, monkeypatch, models, arguments, message):
    monkeypatch.chdir(tmp_path)
    np.save("double.npy", np.zeros((1, 2, 4)))
    for name in ("bytes.bin", "bytes.npy", "text.txt"):
        (tmp_path / name).write_bytes(b"abc")
    code, out, err = call(capsys, "run", model_file(tmp_path, *models), *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("hbm: error: ") and err.count("\n") == 1
    assert message in err
