# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm run`: files or noise in, files or statistics out."""

import numpy as np
import pytest
from cli_models import DETECTOR, ECHO, call, call_json, model_file, picture

CLASSES = {
    "name": "classes",
    "inputs": [{"name": "x", "dtype": "F32", "shape": [1, 5]}],
    "outputs": [{"name": "y", "dtype": "F32", "shape": [1, 5], "fill": {"kind": "copy", "input": "x"}}],
}


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
        ([DETECTOR, ECHO], ["--random"], "holds 2 models, choose one: --model NAME (known: detector, echo)"),
        ([ECHO], ["--model", "ech"], "unknown model 'ech'; did you mean 'echo'? (known: echo)"),
        ([ECHO], ["--random"], "input 'x': the shape [1, -1, 4] is dynamic; give --input-shape x=..."),
        ([ECHO], ["--random", "--input-shape", "z=1,2,4"], "unknown input 'z' (known: x)"),
        ([DETECTOR], ["--random", "--input-shape", "1,2,4"], "which input is it for? write NAME=1,2,4"),
        ([ECHO], ["--input", "none.npy"], "cannot read none.npy: No such file or directory"),
        ([ECHO], ["--input", "double.npy"], "expected float32 [1, 2, 4], got float64 [1, 2, 4] from double.npy"),
        ([ECHO], ["--input", "double.npy"], "save array.astype('float32')"),
        ([ECHO], ["--input", "flat.npy", "--input-shape", "1,2,4"], "save array.reshape([1, 2, 4])"),
        ([ECHO], ["--input", "z=double.npy"], "unknown input 'z' (known: x)"),
        ([ECHO], ["--input", "double.npy", "--input", "x=double.npy"], "no data yet: none"),
        ([ECHO], ["--input", "x=double.npy", "--input", "x=flat.npy"], "duplicate input 'x': the second file is flat.npy"),
        ([ECHO], ["--input", "bytes.bin", "--input-shape", "1,2,4"], "expected 32 bytes (float32 [1, 2, 4]), got 3 from"),
        ([ECHO], ["--input", "bytes.npy"], "cannot read bytes.npy"),
        ([DETECTOR], ["--input", "data="], "--input data=: expected [NAME=]FILE, got no file"),
        ([DETECTOR], ["--input", "."], "cannot read .: Is a directory"),
        ([DETECTOR], ["--input", "none.jpg"], "none.jpg: No such file or directory"),
        ([DETECTOR], ["--input", "text.txt"], "text.txt: "),
        (
            [ECHO],
            ["--input", "text.txt"],
            "text.txt is taken for a picture (known besides: .npy, .npz, .bin), but model 'echo'",
        ),
        (
            [DETECTOR],
            ["--input", "data_y=page.png"],
            "a picture fills data_y and data_uv together; write --input data=page.png",
        ),
        ([DETECTOR], ["--input", "data_uv=page.png"], "write --input data=page.png"),
        (
            [DETECTOR],
            ["--input", "dat=page.png"],
            "unknown input 'dat'; did you mean 'data'? (known: data, data_y, data_uv)",
        ),
        ([ECHO], ["--random", "--input-shape", "1,2,4", "--bpu-cores", "9"], "9"),
        ([ECHO], ["--random", "--input-shape", "1,2,4", "-o", "text.txt/out"], "cannot write text.txt"),
    ],
)
def test_a_mistake_is_one_clear_error(tmp_path, capsys, monkeypatch, models, arguments, message):
    monkeypatch.chdir(tmp_path)
    np.save("double.npy", np.zeros((1, 2, 4)))
    np.save("flat.npy", np.zeros(8, np.float32))
    picture("page.png")
    for name in ("bytes.bin", "bytes.npy", "text.txt"):
        (tmp_path / name).write_bytes(b"abc")
    code, out, err = call(capsys, "run", model_file(tmp_path, *models), *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("hbm: error: ") and err.count("\n") == 1
    assert message in err


def test_the_format_of_files_needs_a_folder(tmp_path, capsys):
    for output in ([], ["-o", tmp_path / "out.npz"]):
        code, _, err = call(capsys, "run", model_file(tmp_path, DETECTOR), "--random", "--format", "bin", *output)
        assert code == 2
        assert "--format is ignored because there is no folder of outputs" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--random"], "--random is ignored because every input has data"),
        (["--seed", "0"], "--seed is ignored because every input has data"),
        (["--dequantize"], "--dequantize is ignored because no output of model 'classes' is quantized"),
    ],
)
def test_a_superfluous_option_is_a_warning(tmp_path, capsys, arguments, message):
    np.save(tmp_path / "x.npy", np.zeros((1, 5), np.float32))
    code, _, err = call(capsys, "run", model_file(tmp_path, CLASSES), "--input", tmp_path / "x.npy", *arguments)
    assert (code, err) == (0, f"hbm: warning: {message}\n")


def test_few_values_are_printed_and_many_are_not(tmp_path, capsys):
    np.save(tmp_path / "x.npy", np.array([[0.5, -1, 4, np.nan, 3]], np.float32))
    path = model_file(tmp_path, CLASSES)
    assert "\ny: 0.5 -1 4 nan 3\n" in call(capsys, "run", path, "--input", tmp_path / "x.npy")[1]
    (output,) = call_json(capsys, "run", path, "--input", tmp_path / "x.npy")["outputs"]
    assert output["values"] == [0.5, -1, 4, "NaN", 3]
    outputs = call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--random")["outputs"]
    assert not any("values" in output for output in outputs)


def test_the_largest_values_come_with_their_index(tmp_path, capsys):
    np.save(tmp_path / "x.npy", np.array([[0.5, -1, 4, np.nan, 3]], np.float32))
    path = model_file(tmp_path, CLASSES)
    out = call(capsys, "run", path, "--input", tmp_path / "x.npy", "--top", 2)[1]
    assert out.endswith("y, largest values:\n  [2] 4\n  [4] 3\n")
    (output,) = call_json(capsys, "run", path, "--input", tmp_path / "x.npy", "--top", 9)["outputs"]
    assert [each["value"] for each in output["top"]] == [4, 3, 0.5, -1]
    page = call_json(capsys, "run", model_file(tmp_path, DETECTOR), "--random", "--top", 1)["outputs"][1]
    assert len(page["top"][0]["index"]) == 2  # 32 rows, 64 columns


def test_a_path_with_an_equals_sign_is_one_path(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs" / "lr=0.1"
    folder.mkdir(parents=True)
    np.save(folder / "x.npy", np.ones((1, 5), np.float32))
    path = model_file(tmp_path, CLASSES)
    for given in ("runs/lr=0.1/x.npy", "x=runs/lr=0.1/x.npy", f"{folder}/x.npy"):
        facts = call_json(capsys, "run", path, "--input", given, "-o", "runs/lr=0.1/out")
        assert facts["outputs"][0]["file"] == "runs/lr=0.1/out/y.npy"
        assert facts["outputs"][0]["mean"] == 1


@pytest.mark.parametrize("command", ["run", "perf"])
@pytest.mark.parametrize("cores", [["0", "1"], ["0,1"], ["any"], ["-1"]])
def test_cores_are_a_list_in_either_form(tmp_path, capsys, command, cores):
    random = ["--random"] if command == "run" else ["--frames", "2"]
    code, _, err = call(capsys, command, model_file(tmp_path, DETECTOR), *random, "--bpu-cores", *cores)
    assert (code, err) == (0, "")


@pytest.mark.parametrize("custom_id", [-(2**63), -5, 2**63 - 1])
def test_a_custom_id_is_any_64_bit_integer(tmp_path, capsys, custom_id):
    assert call(capsys, "run", model_file(tmp_path, DETECTOR), "--random", "--custom-id", custom_id)[0] == 0


@pytest.mark.parametrize("option", ["--timeout-ms", "--seconds"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_is_above_zero(tmp_path, capsys, option, value):
    code, _, err = call(capsys, "perf", model_file(tmp_path, DETECTOR), option, value)
    assert code == 2
    assert f"argument {option}: expected a number above 0, got '{value}'" in err
