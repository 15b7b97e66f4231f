# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The trace of a frame's way, alone and in one file with the simulator's."""

import json
import resource
import signal
import time

import pytest
from graph import Graph, nv12_picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess

from hbm_runtime_ros.monitoring.counters import FrameTimeline
from hbm_runtime_ros.monitoring.trace import FrameTrace

FRAMES = 30
LATENCY_US = 20_000


def slices(events, name):
    return [event for event in events if event["ph"] == "X" and event["name"] == name]


def by_sequence(events, name):
    return {event["args"]["sequence"]: event for event in slices(events, name)}


def within(inner, outer):
    return outer["ts"] - 1 <= inner["ts"] and inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"] + 1


def run_frames(folder, trace, how_to_end=signal.SIGINT, **env):
    write_models(folder / "models.hbm", echo_model("seen", LATENCY_US))
    seen = {
        "file": "models.hbm",
        "input_topic": "/seen/image",
        "custom_id_mode": "sequence",
        "reliability": "reliable",
        "depth": 50,
    }
    with NodeProcess(folder, {"models": ["seen"], "trace_file": str(trace), "seen": seen}, **env) as node, Graph() as graph:
        results = graph.results("/hbm_inference/seen/result")
        good = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)
        wait_until(
            lambda: (graph.publish("/seen/image", good), time.sleep(0.005), len(results) >= FRAMES)[-1], "the results"
        )
        node.process.send_signal(how_to_end)
        node.process.wait(20)
    return json.loads(trace.read_text())


def test_node_and_simulator_share_one_file_and_each_device_slice_lies_in_its_frame(tmp_path):
    trace = tmp_path / "trace.json"
    begun_us = time.monotonic_ns() / 1000
    events = run_frames(tmp_path, trace, HBM_SIM_TRACE=str(trace))
    ended_us = time.monotonic_ns() / 1000
    on_core = {event["args"]["customId"]: event for event in events if event.get("cat") == "bpu"}
    frames = {
        event["args"]["sequence"]: event for event in events if event["ph"] == "X" and event["name"].startswith("seen #")
    }
    device = by_sequence(events, "device")
    assert len(frames) >= FRAMES and frames.keys() == device.keys() == on_core.keys()
    for sequence, frame in frames.items():
        assert begun_us <= frame["ts"] <= ended_us
        assert frame["args"]["stamp"] > 0
        assert within(device[sequence], frame)
        assert within(on_core[sequence], frame), "the core's slice, as the simulator saw it"
        for name in ("prepare", "run", "publish"):
            assert within(by_sequence(events, name)[sequence], frame)
    threads = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert {threads[frame["tid"]] for frame in frames.values()} == {"seen-0", "seen-1"}
    assert threads[1] == "BPU core 0"


@pytest.mark.parametrize("how_to_end", [signal.SIGINT, signal.SIGKILL])
def test_a_file_of_its_own_is_complete_however_the_node_ends(tmp_path, how_to_end):
    events = run_frames(tmp_path, tmp_path / "trace.json", how_to_end)
    assert len(slices(events, "run")) >= FRAMES - 1
    waits = [event for event in events if event.get("cat") == "queue"]
    assert len([event for event in waits if event["ph"] == "b"]) == len([event for event in waits if event["ph"] == "e"])
    (process,) = [event for event in events if event["name"] == "process_name"]
    assert process["args"]["name"] == "/hbm_inference"


def test_a_trace_that_cannot_be_written_stops_no_frame(tmp_path):
    write_models(tmp_path / "models.hbm", echo_model("seen"))
    seen = {"file": "models.hbm", "input_topic": "/seen/image"}
    trace = tmp_path / "no" / "folder.json"
    with NodeProcess(tmp_path, {"models": ["seen"], "trace_file": str(trace), "seen": seen}), Graph() as graph:
        results = graph.results("/hbm_inference/seen/result")
        graph.infer("/seen/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), results)
        wait_until(lambda: any("'trace_file'" in text and str(trace) in text for text in graph.warnings()), "a warning")


def test_a_trace_that_the_disk_has_no_room_for_is_complete_up_to_the_last_whole_frame(tmp_path):
    _, no_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    sizes = []
    for limit in range(150, 3000, 50):
        path = tmp_path / f"{limit}.json"
        warnings = []
        trace = FrameTrace(str(path), "node", warnings.append)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, no_limit))
        try:
            for sequence in range(4):
                trace.of_model("model")(FrameTimeline(sequence, 0, 0, 1, 2))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (no_limit, no_limit))
        trace.close()
        assert len(warnings) == 1 and "ends here" in warnings[0]
        events = json.loads(path.read_text())
        sizes.append(len(slices(events, "prepare")))
    print(len(sizes), "failures injected")
    assert sizes == sorted(sizes) and {0, 1} < set(sizes)
