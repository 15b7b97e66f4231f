# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Timed models that replay recorded outputs, from the description to what run() returns."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cli_models import call, call_json

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.packer import PackError, read_description, read_package, write_package

BOXES = np.random.default_rng(0).standard_normal((3, 2, 5, 4)).astype(np.float32)
SCORES = np.random.default_rng(1).integers(-128, 128, (3, 2, 5), np.int8)


def description(folder, *outputs):
    path = folder / "timed.json"
    model = {"name": "detector", "inputs": [{"name": "x", "dtype": "U8", "shape": [1]}], "outputs": list(outputs)}
    path.write_text(json.dumps({"models": [model]}))
    return path


def output(name, array, folder, dtype="F32", shape=None, **fields):
    """An output that replays an array, saved beside the description."""
    np.save(folder / f"{name}.npy", array)
    shape = list(array.shape[1:]) if shape is None else shape
    return {"name": name, "dtype": dtype, "shape": shape, "fill": {"kind": "file", "path": f"{name}.npy"}, **fields}


def packed(folder, *outputs):
    spec = read_description(description(folder, *outputs))
    path = folder / "detector.hbm"
    write_package(path, spec.pack())
    return path


def runs(path, count):
    runtime = HB_HBMRuntime(str(path))
    return [runtime.run(np.uint8([0]))["detector"] for _ in range(count)]


def test_each_run_returns_the_next_recorded_outputs_and_after_the_last_the_first(tmp_path):
    path = packed(
        tmp_path,
        output("boxes", BOXES, tmp_path, stride_align_bytes=64),
        output("scores", SCORES, tmp_path, "S8", quantization={"scale": 0.5}),
    )
    for i, results in enumerate(runs(path, 7)):
        np.testing.assert_array_equal(results["boxes"], BOXES[i % 3])
        np.testing.assert_array_equal(results["scores"], SCORES[i % 3])


def test_an_array_that_lies_column_by_column_is_replayed_row_by_row(tmp_path):
    path = packed(tmp_path, output("boxes", np.asfortranarray(BOXES), tmp_path))
    np.testing.assert_array_equal(runs(path, 1)[0]["boxes"], BOXES[0])


def test_one_array_is_the_output_of_every_run(tmp_path):
    path = packed(tmp_path, output("boxes", BOXES[0], tmp_path, shape=[2, 5, 4]), output("scores", SCORES, tmp_path, "S8"))
    for i, results in enumerate(runs(path, 4)):
        np.testing.assert_array_equal(results["boxes"], BOXES[0])
        np.testing.assert_array_equal(results["scores"], SCORES[i % 3])


@pytest.mark.parametrize(
    ("dtype", "numpy_type"),
    [
        ("U8", "u1"),
        ("F16", "f2"),
        ("U16", "u2"),
        ("S32", "i4"),
        ("F64", "f8"),
        ("S64", "i8"),
        ("BOOL8", "?"),
        ("F32", ">f4"),
    ],
)
def test_every_type_is_replayed_as_it_was_recorded(tmp_path, dtype, numpy_type):
    array = np.random.default_rng(2).integers(0, 2, (2, 3, 5)).astype(numpy_type)
    path = packed(tmp_path, output("y", array, tmp_path, dtype))
    for i, results in enumerate(runs(path, 2)):
        np.testing.assert_array_equal(results["y"], array[i])


@pytest.mark.parametrize(("dtype", "low", "high"), [("S4", -8, 8), ("U4", 0, 16)])
def test_four_bit_integers_are_recorded_one_to_an_element(tmp_path, dtype, low, high):
    from hbm_runtime_core.four_bit import unpack_four_bit

    array = np.random.default_rng(3).integers(low, high, (2, 3, 5)).astype("i1" if dtype == "S4" else "u1")
    path = packed(tmp_path, output("y", array, tmp_path, dtype))
    for i, results in enumerate(runs(path, 2)):
        found = results["y"]
        if found.shape[-1] != 5:
            found = unpack_four_bit(found.view(np.uint8), 5, signed=dtype == "S4")
        np.testing.assert_array_equal(found, array[i])


def test_each_run_of_several_threads_gets_a_recording_of_its_own(tmp_path):
    counts = np.arange(100, dtype=np.int32).reshape(100, 1)
    path = packed(
        tmp_path, output("boxes", counts, tmp_path, "S32", shape=[1]), output("scores", -counts, tmp_path, "S32", shape=[1])
    )
    runtime = HB_HBMRuntime(str(path))

    def work(_):
        return [runtime.run(np.uint8([0]))["detector"] for _ in range(25)]

    with ThreadPoolExecutor(4) as threads:
        results = [result for thread in threads.map(work, range(4)) for result in thread]
    assert sorted(int(result["boxes"][0]) for result in results) == list(range(100))
    assert all(result["boxes"][0] == -result["scores"][0] for result in results)


def test_what_hbm_run_writes_can_be_replayed(tmp_path, capsys):
    first = packed(tmp_path, output("boxes", BOXES, tmp_path))
    assert call(capsys, "run", first, "--random", "--output", tmp_path / "out")[0] == 0
    recorded = np.load(tmp_path / "out" / "boxes.npy")
    (results,) = runs(packed(tmp_path, output("boxes", recorded, tmp_path, shape=list(recorded.shape))), 1)
    np.testing.assert_array_equal(results["boxes"], BOXES[0])


def test_info_says_how_many_runs_are_recorded_and_the_file_is_read_back_with_them(tmp_path, capsys):
    path = packed(tmp_path, output("boxes", BOXES, tmp_path))
    assert call_json(capsys, "info", path)["models"][0]["fills"] == {
        "boxes": {"kind": "file", "data": "recordings/0/0.bin", "runs": 3}
    }
    assert "boxes kind file, data recordings/0/0.bin, runs 3" in call(capsys, "info", path)[1]
    package = read_package(path)
    assert package.models[0].recordings == {"boxes": BOXES.tobytes()}
    copied = write_package(tmp_path / "copy.hbm", [*package.models])
    assert copied.models == package.models
    assert (tmp_path / "copy.hbm").read_bytes() == path.read_bytes()


def test_recordings_stay_with_their_model_beside_another_one(tmp_path, capsys):
    path = packed(tmp_path, output("boxes", BOXES, tmp_path))
    other = tmp_path / "other.json"
    other.write_text(path.with_name("timed.json").read_text().replace('"detector"', '"other"').replace("boxes.npy", "b.npy"))
    np.save(tmp_path / "b.npy", -BOXES)
    call_json(capsys, "pack", "--spec", other, "-o", tmp_path / "other.hbm")
    call_json(capsys, "pack", path, "+", tmp_path / "other.hbm", "-o", tmp_path / "both.hbm")
    runtime = HB_HBMRuntime(str(tmp_path / "both.hbm"))
    results = runtime.run({"detector": {"x": np.uint8([0])}, "other": {"x": np.uint8([0])}})
    np.testing.assert_array_equal(results["detector"]["boxes"], BOXES[0])
    np.testing.assert_array_equal(results["other"]["boxes"], -BOXES[0])


@pytest.mark.parametrize(
    ("array", "dtype", "message"),
    [
        (BOXES.astype(np.float64), "F32", r"boxes.npy: expected float32 \[2, 5, 4\], .* got float64 \[3, 2, 5, 4\]"),
        (BOXES[:, :, :4], "F32", r"expected float32 \[2, 5, 4\], or with one more dimension before it .* \[3, 2, 4, 4\]"),
        (BOXES[None], "F32", r"got float32 \[1, 3, 2, 5, 4\]"),
        (BOXES[:0], "F32", r"got float32 \[0, 2, 5, 4\]"),
        (np.full((2, 5, 4), 8, np.int8), "S4", r"expected values in -8..7 for S4, got 8..8"),
    ],
)
def test_an_array_that_does_not_fit_the_output_is_refused(tmp_path, array, dtype, message):
    with pytest.raises(PackError, match=message):
        packed(tmp_path, output("boxes", array, tmp_path, dtype, shape=[2, 5, 4]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"models\[0\].outputs\[0\].fill: no such recording: .*boxes.npy"),
        (b"", "expected a .npy file"),
        (b"hello", "expected a .npy file"),
        (b"\x93NUMPY\x01\x00", "expected a .npy file"),
    ],
)
def test_a_file_that_is_no_array_is_refused(tmp_path, content, message):
    boxes = output("boxes", BOXES, tmp_path)
    (tmp_path / "boxes.npy").unlink()
    if content is not None:
        (tmp_path / "boxes.npy").write_bytes(content)
    with pytest.raises(PackError, match=message):
        packed(tmp_path, boxes)


def test_several_arrays_in_one_file_and_recordings_of_different_length_are_refused(tmp_path):
    boxes = output("boxes", BOXES, tmp_path)
    np.savez(tmp_path / "boxes.npz", boxes=BOXES)
    (tmp_path / "boxes.npz").rename(tmp_path / "boxes.npy")
    with pytest.raises(PackError, match="expected one array in a .npy file, got an .npz file"):
        packed(tmp_path, boxes)
    with pytest.raises(PackError, match=r"the same number for all outputs, got 'boxes' 3, 'scores' 2"):
        packed(tmp_path, output("boxes", BOXES, tmp_path), output("scores", SCORES[:2], tmp_path, "S8"))


def test_a_recording_of_an_open_shape_and_an_unknown_field_are_refused(tmp_path):
    boxes = output("boxes", BOXES, tmp_path, shape=[-1, 5, 4])
    with pytest.raises(PackError, match=r"needs an output of fixed shape, got \[-1, 5, 4\]"):
        packed(tmp_path, boxes)
    boxes["fill"]["runs"] = 3
    with pytest.raises(PackError, match=r"fill: unknown field 'runs' \(known: kind, path\)"):
        packed(tmp_path, boxes)
