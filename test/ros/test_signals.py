# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A signal ends the node within two seconds and with exit code 0, whatever it does at that moment."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix
from graph import Graph, nv12_picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters
from node_process import NodeProcess
from shared_memory import SharedMemory

pytestmark = pytest.mark.alone

# Two seconds, and one more for a busy machine.
LIMIT_S = 3.0
HELD = "ending without the threads that the device still holds"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signals")
    write_models(folder / "models.hbm", echo_model("quick"), echo_model("slow", latency_us=1_000_000))
    return folder


def parameters(model, **others):
    return {
        "models": [model],
        model: {"file": "models.hbm", "model_name": model, "reliability": "reliable", "depth": 5},
        **others,
    }


def started(node, text):
    wait_until(lambda: text in node.output, f"'{text}' in the log")


def end(node, *signals):
    """Send the signals, and return what the node wrote after them."""
    before = len(node.output)
    began = time.monotonic()
    for number in signals:
        node.process.send_signal(number)
        time.sleep(0.05)
    assert node.process.wait(20) == 0
    assert time.monotonic() - began < LIMIT_S
    assert not children_of(node.process.pid)
    return node.output[before:]


def children_of(pid):
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def running_with(file):
    """Return the processes that were started with `file`."""
    return [line for line in subprocess.check_output(["ps", "-eo", "pid,args"], text=True).splitlines() if str(file) in line]


def feed(model="slow", count=3):
    with Graph() as graph:
        for seed in range(count):
            graph.publish("/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, seed))
        time.sleep(0.3)


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGINT] * 2, [signal.SIGINT] * 20])
def test_an_idle_node(models, signals):
    with NodeProcess(models, parameters("quick")) as node:
        started(node, "/quick/result")
        assert end(node, *signals) == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_the_system_gives_to_another_thread_than_the_one_that_waits(models, number):
    with NodeProcess(models, parameters("quick")) as node:
        started(node, "/quick/result")
        pid = node.process.pid
        other = max(int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())  # the first ones may block signals
        assert ctypes.CDLL(None).tgkill(pid, other, number) == 0
        assert node.process.wait(20) == 0


def test_an_unconfigured_node(models):
    with NodeProcess(models, parameters("quick", autostart=False)) as node:
        started(node, "`allowed_model_dirs`")  # the last that it logs
        assert end(node, signal.SIGINT) == ""


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGINT]])
def test_a_model_that_takes_a_second(models, signals):
    with NodeProcess(models, parameters("slow")) as node:
        started(node, "/slow/result")
        feed()
        assert "Traceback" not in end(node, *signals)


def test_a_model_that_loads_for_longer(models):
    with NodeProcess(models, parameters("quick"), HBM_SIM_FAULTS="hbDNNInitializeFromFiles:delay_ms=8000") as node:
        started(node, "loading")
        assert f"{HELD}: executor-slow" in end(node, signal.SIGINT)


def test_the_next_model_is_not_loaded_any_more(models):
    both = {**parameters("quick"), "models": ["quick", "slow"], "slow": {"file": "models.hbm", "model_name": "slow"}}
    write_models(models / "other.hbm", echo_model("other"))
    both["slow"] = {"file": "other.hbm"}
    with NodeProcess(models, both, HBM_SIM_FAULTS="hbDNNInitializeFromFiles:delay_ms=500") as node:
        started(node, "loading 1 of 2: model 'quick'")
        assert "loading 2" not in end(node, signal.SIGINT)


def test_a_load_that_hangs(models):
    with NodeProcess(models, parameters("quick"), HBM_SIM_FAULTS="hbDNNInitializeFromFiles:hang=1") as node:
        started(node, "loading")
        assert HELD in end(node, signal.SIGTERM)


@pytest.mark.parametrize("function", ["hbUCPWaitTaskDone", "hbUCPSubmitTask", "hbUCPReleaseTask"])
def test_a_device_that_hangs(models, function):
    with NodeProcess(models, parameters("quick"), HBM_SIM_FAULTS=f"{function}:hang=1") as node:
        started(node, "/quick/result")
        feed()
        assert "Traceback" not in end(node, signal.SIGINT)


def test_nothing_stays_in_shared_memory(models):
    memory = SharedMemory()
    with NodeProcess(models, parameters("slow"), HBM_SIM_FAULTS="hbUCPWaitTaskDone:hang=1:after=1") as node:
        started(node, "/slow/result")
        memory.look(node.process.pid)
        feed()
        end(node, signal.SIGINT)
    assert not memory.left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_under_ros2_launch(models, number):
    file = write_parameters(models / "launched.yaml", **parameters("quick"))
    ros2 = Path(sys.executable).with_name("ros2")
    launch = subprocess.Popen(
        [ros2, "launch", "hbm_runtime_ros", "inference.launch.py", f"params_file:={file}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    try:
        for line in launch.stdout:
            if "/quick/result" in line:
                break
        began = time.monotonic()
        # As the terminal does it: everybody gets the signal, and launch passes it on once more.
        os.killpg(launch.pid, number)
        rest, _ = launch.communicate(timeout=20)
        assert time.monotonic() - began < LIMIT_S + 1
        wait_until(lambda: not running_with(file), "the end of the node", LIMIT_S)
        if number == signal.SIGINT:  # SIGTERM ends ros2 launch itself before it can log it
            assert "process has finished cleanly" in rest
        assert "Traceback" not in rest
    finally:
        launch.kill()
        launch.wait()


def test_a_middleware_that_never_lets_go_of_the_node(models, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes\n"
        "from hbm_runtime_ros.inference_node import InferenceNode\n"
        "InferenceNode.destroy_node = lambda _: ctypes.PyDLL(None).sleep(60)  # with the GIL\n"
    )
    write_models(tmp_path / "models.hbm", echo_model("quick"))
    environment = {"PYTHONPATH": f"{tmp_path}:{os.environ['PYTHONPATH']}"}
    with NodeProcess(tmp_path, parameters("quick"), **environment) as node:
        started(node, "/quick/result")
        node.process.send_signal(signal.SIGTERM)
        assert node.process.wait(20) == 0


def test_a_command_runs_from_where_the_installation_was_moved_to(tmp_path):
    prefix = Path(get_package_prefix("hbm_runtime_ros"))
    for part in ("bin", "lib/hbm_runtime_ros"):
        shutil.copytree(prefix / part, tmp_path / part)
    assert "hbm " in subprocess.check_output([tmp_path / "bin" / "hbm", "--help"], text=True)
