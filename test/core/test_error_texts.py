# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An error of the simulator is said once: in the exception, the reason first."""

import ctypes
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from cli_models import model_file

from hbm_runtime_core import HB_HBMRuntime, HbmRuntimeError, _native

LIBRARIES = Path(_native.__file__).parent / "simulator" / "lib"
X = np.zeros((1, 4), np.float32)
ECHO = {
    "name": "echo",
    "inputs": [{"name": "x", "dtype": "F32", "shape": [1, 4]}],
    "outputs": [{"name": "y", "dtype": "F32", "shape": [1, 4], "fill": {"kind": "copy", "input": "x"}}],
}


@pytest.fixture
def faults():
    """Sets the simulator's faults in this process, and clears them afterwards."""
    library = ctypes.CDLL(str(LIBRARIES / "libhbucp.so"))

    def set_faults(text: str) -> None:
        assert library.hbm_sim_set_faults(text.encode()) == 0

    yield set_faults
    set_faults("")


def broken_file(folder: Path) -> Path:
    """A model file with a misspelt field, in a folder with a long name."""
    folder = folder / ("long" * 30)
    folder.mkdir()
    path = Path(model_file(folder, ECHO))
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["models"][0]["inputs"][0]["stride"] = [16, 4]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
    return path


def test_a_load_error_starts_with_the_reason_and_names_file_and_function_once(tmp_path, capfd):
    path = broken_file(tmp_path)
    with pytest.raises(HbmRuntimeError) as caught:
        HB_HBMRuntime(str(path))
    assert str(caught.value) == (
        'manifest.models[0].inputs[0]: unknown field "stride" (known: name, description, dtype, shape, strides, '
        f"aligned_bytes, quantization); in model file '{path}'; "
        "hbDNNInitializeFromFiles returned -600002 (HB_UCP_MODEL_INVALID)"
    )
    assert caught.value.function == "hbDNNInitializeFromFiles"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("function", "code"),
    [
        ("hbDNNInitializeFromFiles", -600002),
        ("hbDNNGetHBMDesc", -100001),
        ("hbDNNGetModelNameList", -100001),
        ("hbDNNGetModelHandle", -100001),
        ("hbDNNGetModelDesc", -100001),
        ("hbDNNGetInputCount", -100001),
        ("hbDNNGetInputTensorProperties", -100001),
        ("hbUCPMallocCached", -400001),
        ("hbDNNInferV2", -100001),
        ("hbUCPMemFlush", -400003),
        ("hbUCPSubmitTask", -100001),
        ("hbUCPWaitTaskDone", -200003),
    ],
)
def test_each_failing_function_is_named_once_after_the_reason_and_nothing_is_written_beside_it(
    tmp_path, faults, capfd, function, code
):
    path = model_file(tmp_path, ECHO)
    faults(f"{function}:fail={code}")
    with pytest.raises(HbmRuntimeError) as caught:
        HB_HBMRuntime(path).run(X)
    text = str(caught.value)
    assert text.startswith("made to fail by HBM_SIM_FAULTS"), text
    assert re.search(rf"; (model file '.*': |model 'echo': )?{function} returned {code} \(HB_UCP_\w+\)$", text), text
    for part in (function, "echo", path):
        assert text.count(part) <= 1, text
    assert (caught.value.code, caught.value.function) == (code, function)
    assert capfd.readouterr().err == ""


def test_a_run_that_is_repeated_with_larger_outputs_writes_nothing(tmp_path, capfd):
    open_shape = [1, -1]
    model = {
        **ECHO,
        "inputs": [{"name": "x", "dtype": "F32", "shape": open_shape}],
        "outputs": [{"name": "y", "dtype": "F32", "shape": open_shape, "fill": {"kind": "copy", "input": "x"}}],
    }
    path = model_file(tmp_path, model)
    assert HB_HBMRuntime(path).run(np.zeros((1, 100_000), np.float32))["echo"]["y"].shape == (1, 100_000)
    assert capfd.readouterr().err == ""


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, timeout=60
    )


def test_the_command_line_says_it_in_one_line(tmp_path):
    path = broken_file(tmp_path)
    result = subprocess.run(
        [sys.executable, "-m", "hbm_runtime_core.cli", "run", str(path), "--random"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("hbm: error: manifest.models[0].inputs[0]: unknown field")


def test_the_log_has_the_line_as_well_where_a_log_level_is_set(tmp_path):
    code = f"from hbm_runtime_core import HB_HBMRuntime; HB_HBMRuntime({str(broken_file(tmp_path))!r})"
    result = run_python(code, HB_UCP_LOG_LEVEL="3")
    assert "[UCP simulator] hbDNNInitializeFromFiles: manifest.models[0]" in result.stderr
    assert run_python(code).stderr.count("manifest.models[0]") == 1


def test_a_program_that_uses_the_c_api_alone_still_gets_the_line(tmp_path):
    path = broken_file(tmp_path)
    code = f"""
import ctypes
library = ctypes.CDLL({str(LIBRARIES / "libdnn.so")!r})
package = ctypes.c_void_p()
name = ctypes.c_char_p({os.fsencode(path)!r})
assert library.hbDNNInitializeFromFiles(ctypes.byref(package), ctypes.byref(name), 1) == -600002
"""
    result = run_python(code)
    assert result.returncode == 0
    assert result.stderr.startswith("[UCP simulator] hbDNNInitializeFromFiles: manifest.models[0].inputs[0]: unknown field")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("soc", "file", "model"),
    [("s600", {"soc": "s100"}, {}), ("s100", {}, {"bpu_cores": 2})],
)
def test_a_model_for_another_soc_loads_with_the_setting_that_the_error_names(tmp_path, soc, file, model):
    code = f"from hbm_runtime_core import HB_HBMRuntime; HB_HBMRuntime({model_file(tmp_path, ECHO | model, **file)!r})"
    setting = re.search(r"set (HBM_SIM_SOC)=(\w+)", run_python(code, HBM_SIM_SOC=soc).stderr)
    assert setting
    assert run_python(code, HBM_SIM_SOC=setting[2]).returncode == 0


def test_a_model_that_was_packed_for_another_soc_is_packed_again_as_the_error_says(tmp_path):
    path = model_file(tmp_path, ECHO, soc="s100")
    with pytest.raises(HbmRuntimeError, match=r"or pack it with --soc s600 or --soc any") as caught:
        HB_HBMRuntime(path)
    for soc in re.findall(r"--soc (\w+)", str(caught.value)):
        assert HB_HBMRuntime(model_file(tmp_path, ECHO, soc=soc)).model_names == ["echo"]


def test_a_network_without_openvino_names_the_version_to_install(tmp_path):
    import openvino

    libraries = tmp_path / "libraries"
    libraries.mkdir()
    for name in ("libdnn.so", "libhbucp.so"):
        (libraries / name).write_bytes((LIBRARIES / name).read_bytes())
    (libraries / "libhbm_sim_openvino.so").write_bytes(b"no library")
    network = {"name": "n", "engine": "openvino", "program": {"xml": "x", "bin": "b"}}
    tensor = {"dtype": "F32", "shape": [1]}
    model = network | {"inputs": [tensor | {"name": "x"}], "outputs": [tensor | {"name": "y"}]}
    with zipfile.ZipFile(tmp_path / "n.hbm", "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": "hbm-sim", "version": 1, "models": [model]}))
        archive.writestr("x", "<net/>")
        archive.writestr("b", "weights")
    code = f"""
import ctypes
ctypes.CDLL({str(libraries / "libhbucp.so")!r})
library = ctypes.CDLL({str(libraries / "libdnn.so")!r})
package = ctypes.c_void_p()
name = ctypes.c_char_p({os.fsencode(tmp_path / "n.hbm")!r})
library.hbDNNInitializeFromFiles(ctypes.byref(package), ctypes.byref(name), 1)
"""
    requirement = re.search(r"pip install '(openvino==[\d.]+)\.\*'", run_python(code).stderr)
    assert requirement
    installed = openvino.__version__.split("-")[0]
    assert installed.startswith(requirement[1].removeprefix("openvino=="))
