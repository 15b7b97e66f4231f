# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which libraries a process opens, and the module over others than the simulator's.

A process opens one pair of libraries for its whole life, so each test has one of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from api_models import echo, pack

import hbm_runtime_core

PACKAGE = Path(hbm_runtime_core.__file__).parent
SIMULATOR = Path(hbm_runtime_core._native.__file__).parent / "simulator" / "lib"
CHECKOUT = Path(__file__).resolve().parents[2]

manual = pytest.mark.manual

AWKWARD_MODELS = """\
awkward file text
model echo
input x 7 1,16
output y 7 1,16
model padded latency_us=1000
input data_y 3 1,4,6,1 stride=-1,-1,1,1
input data_uv 3 1,2,3,2 stride=-1,-1,2,1
output map 8 1,4,4,255 stride=16384,4096,1024,4 scale=0.5
output rows 3 1,-1,6,1 stride=-1,6,1,1
"""


@pytest.fixture(scope="module")
def awkward_directory() -> Path:
    """The second implementation of the C API that `make build` compiles for tests."""
    candidates = [
        Path(os.environ.get("HBM_TEST_AWKWARD_DIR", "/nonexistent")),
        SIMULATOR.parents[3] / "test" / "awkward",
        CHECKOUT / ".workspace/build/hbm_runtime_ros/test/awkward",
    ]
    for candidate in candidates:
        if (candidate / "libdnn.so").exists():
            return candidate
    pytest.skip("built without the C++ tests, which hold the second implementation of the C API")


@pytest.fixture(scope="module")
def awkward_file(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("awkward") / "models.hbm"
    path.write_text(AWKWARD_MODELS)
    return str(path)


def run_python(code: str, *arguments: object, **variables: object) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HBM_RUNTIME_", "AWKWARD_"))}
    environment.update({name: str(value) for name, value in variables.items()})
    imports = "import sys\nimport numpy as np\nimport hbm_runtime_core as h\n"
    command = [sys.executable, "-c", imports + code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


def printed(result: subprocess.CompletedProcess) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout


RUN_AWKWARD = """
runtime = h.HB_HBMRuntime(sys.argv[1])
assert (runtime.backend, runtime.soc, runtime.bpu_core_count) == ("bpu", "s100", 1)
assert h.HB_HBMRuntime.version == "9.9.9_(awkward)"
assert runtime.model_descs["echo"] == "model echo"
assert list(runtime.hbm_descs.values()) == ["file text"]
quant = runtime.output_quants["padded"]["map"]
assert quant.scale.tolist() == [0.5] and quant.zero_point.tolist() == [0] and quant.axis == -1

x = np.arange(16, dtype=np.float32).reshape(1, 16)
y = np.arange(24, dtype=np.uint8).reshape(1, 4, 6, 1)
uv = np.arange(100, 112, dtype=np.uint8).reshape(1, 2, 3, 2)
for _ in range(100):
    results = runtime.run({"echo": {"x": x}, "padded": {"data_y": y, "data_uv": uv}})
    assert (results["echo"]["y"] == x).all()
    assert results["padded"]["map"].strides == (16384, 4096, 1024, 4)
    assert results["padded"]["rows"].shape == (1, 2, 6, 1)
    assert results["padded"]["rows"].ravel().tolist() == list(range(100, 112))
assert (runtime.run_async(x, "echo").result()["echo"]["y"] == x).all()
request = runtime.create_request("padded")
request.inputs["data_y"][...] = y
request.inputs["data_uv"][...] = uv
assert request.run()["rows"].ravel().tolist() == list(range(100, 112))
for limit in (None, 60_000):
    request.start(timeout_ms=limit)
    assert request.wait(limit)["rows"].ravel().tolist() == list(range(100, 112))
request.start()
while not request.done:
    pass
assert request.wait()["rows"].ravel().tolist() == list(range(100, 112))
print("done")
"""


@pytest.mark.parametrize("limit", [1, 2, 32])
def test_the_module_works_over_libraries_that_do_everything_the_other_way(awkward_directory, awkward_file, limit):
    variables = {"HBM_RUNTIME_LIBRARY_DIR": awkward_directory, "HB_UCP_MAX_TASK_NUM": limit}
    assert printed(run_python(RUN_AWKWARD, awkward_file, **variables)) == "done\n"


def test_a_library_that_cannot_tell_the_compiled_cores_is_an_error_of_that_property_alone(awkward_directory, awkward_file):
    code = """
runtime = h.HB_HBMRuntime(sys.argv[1])
try:
    runtime.compile_bpu_core_num
except h.HbmRuntimeError as error:
    print(error)
"""
    text = printed(run_python(code, awkward_file, HBM_RUNTIME_LIBRARY_DIR=awkward_directory))
    assert "hbDNNGetCompileBpuCoreNum" in text


def test_a_library_of_another_generation_is_refused_at_load(awkward_directory, awkward_file):
    variables = {"HBM_RUNTIME_LIBRARY_DIR": awkward_directory, "AWKWARD_ABI": 1}
    result = run_python("h.HB_HBMRuntime(sys.argv[1])", awkward_file, **variables)
    assert "writes more than 176 bytes" in result.stderr


LAST_RESULT = """
import ctypes, os
runtime = h.HB_HBMRuntime(sys.argv[1])
other = h.HB_HBMRuntime(sys.argv[1])
ucp = ctypes.CDLL(os.path.join(os.path.dirname(runtime.library_path), "libhbucp.so"))
x = np.arange(16, dtype=np.float32).reshape(1, 16)
results = runtime.run(x, "echo")
request = runtime.create_request("echo")
request.start()
late = request.wait()
row = results["echo"]["y"][0, 3:5]
del runtime, request, results
print(ucp.awkward_live_allocations() > 2)  # kept for the runtime that is left
del other
print(ucp.awkward_live_allocations())  # of the two results
del late
print(ucp.awkward_live_allocations(), row.tolist())
del row
print(ucp.awkward_live_allocations())
"""


@manual("device memory is freed with the last result once no runtime is left")
def test_without_a_runtime_device_memory_goes_with_the_last_result(awkward_directory, awkward_file):
    text = printed(run_python(LAST_RESULT, awkward_file, HBM_RUNTIME_LIBRARY_DIR=awkward_directory))
    assert text.splitlines() == ["True", "2", "1 [3.0, 4.0]", "0"]


CALL_WITH_FAILURES = """
runtime = h.HB_HBMRuntime(sys.argv[1])
x = np.ones((1, 16), np.float32)
for _ in range(3):
    try:
        runtime.run(x, "echo")
        print("no error")
    except h.HbmRuntimeError as error:
        print(error.code, error.function, error.model)
print(runtime.run(x, "echo")["echo"]["y"].sum())
"""


@pytest.mark.parametrize("function", ["hbDNNInferV2", "hbUCPSubmitTask", "hbUCPWaitTaskDone", "hbUCPMemFlush"])
def test_failures_of_any_function_are_exceptions_and_then_calls_work_again(awkward_directory, awkward_file, function):
    variables = {"HBM_RUNTIME_LIBRARY_DIR": awkward_directory, "AWKWARD_FAIL": f"{function}:-200003:3"}
    text = printed(run_python(CALL_WITH_FAILURES, awkward_file, **variables))
    assert text == f"-200003 {function} echo\n" * 3 + "16.0\n"


@pytest.fixture(scope="module")
def simulated_file(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("echo")
    return pack(folder, "echo", echo("timed", folder))


def test_the_simulators_libraries_opened_as_a_boards_work_and_are_still_called_a_simulator(simulated_file):
    code = "r = h.HB_HBMRuntime(sys.argv[1]); r.run(np.zeros((1, 4, 8), np.float32)); print(r.backend)"
    assert printed(run_python(code, simulated_file, HBM_RUNTIME_LIBRARY_DIR=SIMULATOR)) == "sim\n"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HBM_RUNTIME_BACKEND": "gpu"}, "expected auto, bpu or sim, got 'gpu'"),
        ({"HBM_RUNTIME_BACKEND": "bpu", "HBM_RUNTIME_LIBRARY_DIR": SIMULATOR}, "is the simulator's library"),
        ({"HBM_RUNTIME_LIBRARY_DIR": "/nonexistent"}, "/nonexistent/libhbucp.so does not exist"),
    ],
)
def test_a_backend_that_cannot_be_had_is_an_error_that_says_why(simulated_file, variables, expected):
    result = run_python("h.HB_HBMRuntime(sys.argv[1])", simulated_file, **variables)
    assert result.returncode == 1
    assert expected in result.stderr.splitlines()[-1]


BACKEND_ARGUMENT = """
results = []
for backend in (None if name == "none" else name for name in sys.argv[2].split(",")):
    try:
        runtime = h.HB_HBMRuntime(sys.argv[1], backend=backend)
        results.append(runtime.backend)
    except h.HbmRuntimeError as error:
        assert runtime.library_path in str(error) and "start another process" in str(error), error
        results.append("refused")
print(",".join(results))
"""


@pytest.mark.parametrize(
    ("environment", "asked", "expected"),
    [
        ("", "sim,none,auto,sim,bpu", "sim,sim,sim,sim,refused"),
        ("sim", "none,bpu,sim", "sim,refused,sim"),
        ("bpu", "sim,none,sim", "sim,refused,sim"),
        ("nonsense", "sim,auto", "sim,sim"),
    ],
)
def test_the_first_runtime_of_a_process_decides_the_backend(simulated_file, environment, asked, expected):
    text = printed(run_python(BACKEND_ARGUMENT, simulated_file, asked, HBM_RUNTIME_BACKEND=environment))
    assert text == expected + "\n"


def test_a_backend_is_asked_for_as_text(simulated_file):
    code = """
for backend in ("gpu", 3):
    try:
        h.HB_HBMRuntime(sys.argv[1], backend=backend)
    except (ValueError, TypeError) as error:
        print(error)
"""
    lines = printed(run_python(code, simulated_file)).splitlines()
    assert lines == ["backend: expected auto, bpu or sim, got 'gpu'", "backend: expected str, got int"]


def test_the_path_of_the_library_is_told_by_class_and_instance(simulated_file):
    code = "print(h.HB_HBMRuntime.library_path); print(h.HB_HBMRuntime(sys.argv[1]).library_path)"
    lines = printed(run_python(code, simulated_file, HBM_RUNTIME_BACKEND="sim")).splitlines()
    assert lines == [str(SIMULATOR / "libdnn.so")] * 2


def test_libraries_that_are_installed_but_broken_are_never_replaced_by_the_simulator(simulated_file, tmp_path):
    for name in ("libdnn.so", "libhbucp.so"):
        (tmp_path / name).write_text("not a library")
    result = run_python("h.HB_HBMRuntime(sys.argv[1])", simulated_file, LD_LIBRARY_PATH=tmp_path)
    assert "installed but cannot be opened" in result.stderr
    assert "HBM_RUNTIME_BACKEND=sim" in result.stderr


def test_the_simulators_libraries_found_as_if_installed_are_called_a_simulator(simulated_file):
    code = "print(h.HB_HBMRuntime(sys.argv[1]).backend)"
    assert printed(run_python(code, simulated_file, LD_LIBRARY_PATH=SIMULATOR)) == "sim\n"


def test_a_stranger_that_the_process_has_loaded_before_is_never_mixed_in(awkward_directory, simulated_file):
    code = "import ctypes; ctypes.CDLL(sys.argv[2]); h.HB_HBMRuntime(sys.argv[1])"
    result = run_python(code, simulated_file, awkward_directory / "libhbucp.so", HBM_RUNTIME_BACKEND="sim")
    assert f"this process has loaded {awkward_directory}/libhbucp.so already" in result.stderr


def test_importing_opens_no_library():
    code = "print(any('libdnn' in line for line in open('/proc/self/maps')))"
    assert printed(run_python(code, HBM_RUNTIME_BACKEND="bpu")) == "False\n"


ENDINGS = {
    "with a call under way": "f = runtime.run_async(x)",
    "with callbacks waiting": "[runtime.run_async(x).add_done_callback(print) for _ in range(5)]",
    "with arrays alive": "keep = runtime.run(x); del runtime; sys.keep = keep",
    "with a request alive": "sys.keep = runtime.create_request(); sys.keep.run()",
    "with a request started": "sys.keep = runtime.create_request(); sys.keep.start()",
    "with a request started and dropped": "runtime.create_request().start()",
    "with a request waited for": """
sys.keep = runtime.create_request()
sys.keep.start()
try:
    sys.keep.wait(1)
except TimeoutError:
    pass""",
    "with a daemon thread waiting": """
import threading, time
def work():
    request = runtime.create_request()
    while True:
        request.start()
        request.wait(1000)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.05)""",
    "with a call abandoned": """
try:
    runtime.run(x, timeout_ms=1)
except TimeoutError:
    pass""",
    "with a daemon thread calling": """
import threading, time
def work():
    while True:
        runtime.run(x)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.05)""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_interpreter_ends_in_peace(tmp_path, ending):
    path = pack(tmp_path, "echo", echo("timed", tmp_path, latency_us=20_000))
    setup = "runtime = h.HB_HBMRuntime(sys.argv[1])\nx = np.zeros((1, 4, 8), np.float32)\n"
    result = run_python(setup + ENDINGS[ending], path)
    assert (result.returncode, result.stderr) == (0, "")
