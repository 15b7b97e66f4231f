# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm info`: what is inside model files."""

import hashlib
from dataclasses import replace
from pathlib import Path

from cli_models import DETECTOR, ECHO, call, call_json, model_file

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_core.cli.model_table import package_facts
from hbm_runtime_core.cli.runtime_facts import describe_runtime, model_facts, runtime_json
from hbm_runtime_core.packer import read_package


def test_a_simulated_file_is_described_in_full(tmp_path, capsys):
    path = model_file(tmp_path, DETECTOR, ECHO, description="two models", soc="s600")
    facts = call_json(capsys, "info", path)
    assert (facts["backend"], facts["soc"], facts["description"]) == ("sim", "s600", "two models")
    detector = facts["models"][0]
    assert (detector["description"], detector["bpu_cores"], detector["latency_us"]) == ("finds things", 1, 2000)
    assert detector["inputs"][1] == {
        "name": "data_uv",
        "description": "",
        "dtype": "U8",
        "shape": [1, 16, 32, 2],
        "strides": [-1, -1, 2, 1],
        "aligned_bytes": -1,
        "quantization": {"type": "none"},
    }
    assert detector["outputs"][0]["strides"] == [4096, 1024, 4]
    assert detector["outputs"][0]["aligned_bytes"] == 4096


def test_the_text_names_backend_models_and_tensors(tmp_path, capsys):
    path = model_file(tmp_path, DETECTOR)
    code, out, _ = call(capsys, "info", path)
    assert code == 0
    assert "(backend sim)" in out
    for word in (
        "-1: chosen by the program",
        "latency (us)          2000",
        "not declared",
        "detector",
        "finds things",
        "data_y",
        "[1,32,64,1]",
        "[-1,-1,1,1]",
        "scale 0.5 zero point 1",
        "4096",
    ):
        assert word in out


def test_the_sha256_of_the_file_is_shown_as_text_and_as_json(tmp_path, capsys):
    path = model_file(tmp_path, ECHO)
    expected = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    assert call_json(capsys, "info", path)["sha256"] == expected
    assert f"SHA-256 {expected}" in call(capsys, "info", path)[1]
    assert runtime_json(path)["sha256"] == expected
    assert f"SHA-256 {expected}" in describe_runtime(path)


def test_several_files_are_described_one_after_another(tmp_path, capsys):
    paths = [model_file(tmp_path, ECHO)]
    paths.append(str(tmp_path / "again.hbm"))
    (tmp_path / "again.hbm").write_bytes((tmp_path / "models.hbm").read_bytes())
    assert [facts["file"] for facts in call_json(capsys, "info", *paths)] == paths


def test_a_file_compiled_for_a_bpu_is_refused_by_the_simulator_with_the_way_out(tmp_path, capsys):
    path = tmp_path / "real.hbm"
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(200))
    code, out, err = call(capsys, "info", path)
    assert (code, out) == (1, "")
    assert "hbm pack" in err


def test_a_runtime_reports_the_same_facts_as_the_file(tmp_path):
    path = model_file(tmp_path, DETECTOR, ECHO)
    from_file = package_facts(read_package(path))
    with HB_HBMRuntime(path) as runtime:
        from_runtime = [model_facts(runtime, name) for name in runtime.model_names]
    without_extra = [replace(facts, extra={}) for facts in from_file]
    assert [facts.to_json() for facts in from_runtime] == [facts.to_json() for facts in without_extra]
