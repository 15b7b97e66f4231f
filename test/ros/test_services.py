# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Models that come, go and change while others run, by the node's services."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.msg import ModelInfo, SchedParams
from hbm_runtime_ros.srv import GetModelInfo, ListModels, LoadModel, SetSchedParams, UnloadModel, WarmUp
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from rcl_interfaces.srv import ListParameters
from rclpy.parameter import Parameter

LOAD_MS = 1000
SLOW_US = 400_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("services")
    write_models(folder / "echo.hbm", echo_model())
    write_models(folder / "slow.hbm", echo_model("slow", SLOW_US))
    write_models(folder / "pair.hbm", echo_model("left"), echo_model("wide", bpu_cores=2))
    (folder / "broken.hbm").write_bytes(b"no model" * 100)
    return folder


@pytest.fixture(scope="module")
def node(folder):
    parameters = {
        "models": ["first"],
        "first": {"file": "echo.hbm", "priority": 7, "input_topic": "/first"},
        "spare": {"file": "pair.hbm", "model_name": "left", "priority": 9},
    }
    # Opening a file takes long enough to look at.
    with NodeProcess(folder, parameters, HBM_SIM_FAULTS=f"hbDNNInitializeFromFiles:delay_ms={LOAD_MS}:after=1") as process:
        yield process


@pytest.fixture(scope="module")
def lists(graph):
    lists = graph.model_lists()
    wait_until(lambda: states(graph) == {"first": "active"}, "the start")
    return lists


@pytest.fixture(autouse=True)
def only_first(graph, lists):
    yield
    for name in states(graph):
        if name != "first":
            assert unload(graph, name, drain=True).success


def states(graph):
    answer = graph.call(ListModels, "list_models")
    assert answer.success
    return {model.name: model.state for model in answer.models}


def load(graph, name, file="", **fields):
    parameters = [Parameter(key, value=value).to_parameter_msg() for key, value in fields.pop("parameters", {}).items()]
    return graph.call(LoadModel, "load_model", name=name, file=str(file), parameters=parameters, **fields)


def unload(graph, name, **fields):
    return graph.call(UnloadModel, "unload_model", name=name, **fields)


def parameters_of(graph, group):
    return sorted(graph.call(ListParameters, "list_parameters", prefixes=[group]).result.names)


def picture():
    return nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)


def test_a_model_that_is_loaded_at_run_time_is_there_as_if_it_had_been_named_at_the_start(graph, lists):
    answer = load(graph, "second", "echo.hbm", parameters={"priority": 3, "bpu_cores": [1], "input_topic": "/second"})
    assert answer.success, answer.message
    assert (answer.info.name, answer.info.state, answer.info.sched.priority) == ("second", "active", 3)
    assert [tensor.name for tensor in answer.info.outputs] == ["luma", "chroma", "boxes"]
    assert "second.priority" in parameters_of(graph, "second")
    assert parameters_of(graph, "second") == [name.replace("first", "second") for name in parameters_of(graph, "first")]
    wait_until(lambda: [model.name for model in lists[-1].models] == ["first", "second"], "the list")
    results = graph.results("/hbm_inference/second/result")
    assert graph.infer("/second", picture(), results).model == "second"
    assert graph.set_parameters({"second.priority": 200})[0].successful
    assert not graph.set_parameters({"second.priority": 256})[0].successful


def test_a_group_of_the_parameter_file_holds_where_the_request_says_nothing(graph):
    answer = load(graph, "spare", parameters={"priority": 11})
    assert answer.success, answer.message
    assert (answer.info.model_name, answer.info.sched.priority) == ("left", 11)
    assert answer.info.file.endswith("pair.hbm")


def test_other_models_run_and_services_answer_while_a_model_loads(graph):
    results = graph.results("/hbm_inference/first/result")
    graph.infer("/first", picture(), results)
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load, graph, "second", "slow.hbm")
        wait_until(lambda: states(graph).get("second") == ModelInfo.STATE_LOADING, "a model that loads")
        started = time.monotonic()
        assert graph.infer("/first", picture(), results).model == "first"
        info = graph.call(GetModelInfo, "get_model_info", name="second").info
        assert info.file == "slow.hbm"
        assert set_sched(graph, "first", ["priority"], priority=8).success
        refused = graph.call(WarmUp, "warm_up", model="nobody", runs=1)
        assert time.monotonic() - started < 3 * LOAD_MS / 1e3
        assert loading.result().success
        assert "nobody" in refused.message


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("", {"file": "echo.hbm"}, "field `name` is empty"),
        ("a.b", {"file": "echo.hbm"}, "invalid model name 'a.b'"),
        ("first", {"file": "echo.hbm"}, "duplicate model 'first'"),
        ("second", {}, "'second.file': is empty"),
        ("second", {"file": "ecko.hbm"}, "echo.hbm"),
        ("second", {"file": "broken.hbm"}, "broken.hbm"),
        ("second", {"file": "pair.hbm"}, "contains 2 models, choose one of left, wide"),
        ("second", {"file": "pair.hbm", "model_name": "middle"}, "unknown model 'middle'"),
        ("second", {"file": "pair.hbm", "model_name": "wide"}, "compiled for 2 cores"),
        ("second", {"file": "echo.hbm", "parameters": {"prioritiy": 1}}, "did you mean 'second.priority'?"),
        ("second", {"file": "echo.hbm", "parameters": {"priority": 300}}, "300"),
        ("second", {"file": "echo.hbm", "parameters": {"bpu_cores": [9]}}, "the s600 has cores 0 to 3, got [9]"),
        ("second", {"file": "echo.hbm", "parameters": {"result_topic": "/hbm_inference/first/result"}}, "'first'"),
    ],
)
def test_what_cannot_be_loaded_says_why_and_leaves_nothing(graph, name, fields, expected):
    before = parameters_of(graph, "second"), states(graph), topics(graph)
    answer = load(graph, name, **fields)
    assert not answer.success
    assert expected in answer.message
    assert (parameters_of(graph, "second"), states(graph), topics(graph)) == before == ([], {"first": "active"}, before[2])


def topics(graph):
    """Topics that the node publishes, once that holds for a moment."""
    return sorted(name for name, _ in graph.node.get_publisher_names_and_types_by_node("hbm_inference", "/"))


def test_an_unloaded_model_takes_its_topic_and_parameters_along(graph, lists):
    before = topics(graph)
    assert load(graph, "second", "echo.hbm").success
    wait_until(lambda: "/hbm_inference/second/result" in topics(graph), "its topic")
    assert unload(graph, "second").success
    assert parameters_of(graph, "second") == []
    assert not [name for name in parameters_of(graph, "qos_overrides") if "second" in name and "publisher" in name]
    wait_until(lambda: topics(graph) == before, "the end of its topic")
    assert [model.name for model in lists[-1].models] == ["first"]
    assert "unknown model 'second' (known: first)" in unload(graph, "second").message


def test_a_busy_model_is_unloaded_only_after_its_frames(graph):
    assert load(graph, "second", "slow.hbm", parameters={"input_topic": "/second", "reliability": "reliable"}).success
    results = graph.results("/hbm_inference/second/result")
    graph.infer("/second", picture(), results)
    last = graph.publish("/second", picture()).header.stamp
    time.sleep(SLOW_US / 4e6)
    refused = unload(graph, "second")
    assert not refused.success
    assert "busy" in refused.message
    assert "drain: true" in refused.message
    graph.publish("/second", picture())
    refused = unload(graph, "second", drain=True, timeout_s=0.01)
    assert "still has frames in flight after 0.01 s" in refused.message
    assert states(graph)["second"] == "active"
    graph.publish("/second", picture())
    time.sleep(SLOW_US / 4e6)
    assert unload(graph, "second", drain=True).success
    wait_until(lambda: last in [result.header.stamp for result in results], "the result of a frame in flight")
    assert "second" not in states(graph)


def test_warming_up_takes_the_time_of_the_runs(graph):
    answer = graph.call(WarmUp, "warm_up", model="first", runs=3)
    assert answer.success, answer.message
    assert len(answer.times_ms) == 3
    assert min(answer.times_ms) >= 0.9


def test_warming_up_takes_1000_runs_and_600_s(graph):
    answer = graph.call(WarmUp, "warm_up", model="first", runs=1000, timeout_s=600.0)
    assert answer.success, answer.message
    assert len(answer.times_ms) == 1000


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": "first", "runs": 0}, "runs: 0 is not in [1, 1000]"),
        ({"model": "first", "runs": 1001}, "runs: 1001 is not in [1, 1000]"),
        ({"model": "first", "runs": 1, "timeout_s": 600.5}, "timeout_s: 600.5 is not in [0, 600]"),
        ({"model": "first", "runs": 1, "timeout_s": -1.0}, "timeout_s: -1.0 is not in"),
        ({"model": "first", "runs": 1, "timeout_s": float("nan")}, "timeout_s: nan"),
        ({"model": "frist", "runs": 1}, "unknown model 'frist'; did you mean 'first'? (known: first)"),
    ],
)
def test_warming_up_refuses_what_makes_no_sense(graph, fields, expected):
    answer = graph.call(WarmUp, "warm_up", **fields)
    assert not answer.success
    assert expected in answer.message


def set_sched(graph, model, fields, **values):
    return graph.call(SetSchedParams, "set_sched_params", model=model, fields=fields, sched=SchedParams(**values))


def scheduling_of(graph):
    return [graph.get_parameter(f"first.{name}") for name in ("priority", "custom_id", "device_id")] + [
        list(graph.get_parameter("first.bpu_cores"))
    ]


def test_scheduling_is_set_in_one_step_and_the_parameters_and_the_list_tell_it(graph, lists):
    assert set_sched(graph, "first", [], priority=100, custom_id=-5, bpu_cores=[2, 3], device_id=0).success
    assert scheduling_of(graph) == [100, -5, 0, [2, 3]]
    wait_until(lambda: list(lists[-1].models[0].sched.bpu_cores) == [2, 3], "the list")
    assert set_sched(graph, "first", ["priority", "bpu_cores"], priority=20, bpu_cores=[-1]).success
    assert scheduling_of(graph) == [20, -5, 0, [-1]]


@pytest.mark.parametrize(
    ("model", "fields", "values", "expected"),
    [
        ("first", ["priority", "bpu_cores"], {"priority": 50, "bpu_cores": [4]}, "the s600 has cores 0 to 3, got [4]"),
        ("first", ["custom_id", "priority"], {"priority": 256, "custom_id": 9}, "255"),
        ("first", [], {"priority": 50}, "must not be empty"),
        (
            "first",
            ["prio"],
            {},
            "unknown field 'prio'; did you mean 'priority'? (known: priority, custom_id, bpu_cores, device_id)",
        ),
        ("frist", ["priority"], {}, "unknown model 'frist'; did you mean 'first'? (known: first)"),
    ],
)
def test_one_refused_field_changes_none(graph, lists, model, fields, values, expected):
    before, announced = scheduling_of(graph), len(lists)
    answer = set_sched(graph, model, fields, **values)
    assert not answer.success
    assert expected in answer.message
    assert scheduling_of(graph) == before
    assert len(lists) == announced


def test_a_model_that_is_unknown_is_refused_with_the_known_ones(graph):
    answer = graph.call(GetModelInfo, "get_model_info", name="third")
    assert not answer.success
    assert answer.message == "unknown model 'third' (known: first)"


def resources(process):
    proc = f"/proc/{process.pid}"
    with open(f"{proc}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return len(os.listdir(f"{proc}/fd")), int(fields["Threads"]), int(fields["VmRSS"].split()[0])


def test_models_that_come_and_go_leave_neither_memory_nor_files_nor_threads(folder):
    parameters = {"models": ["first"], "first": {"file": "echo.hbm"}}
    with NodeProcess(folder, parameters, name="cycles") as node, Graph("/cycles") as other:
        wait_until(lambda: states(other) == {"first": "active"}, "the start")

        def cycle():
            assert load(other, "second", "echo.hbm").success
            assert load(other, "third", "pair.hbm", model_name="left").success
            assert warm_up(other, "third")
            assert unload(other, "second").success
            assert unload(other, "third").success

        for _ in range(5):
            cycle()
        files, threads, memory_kb = resources(node.process)
        for _ in range(30):
            cycle()
        after = resources(node.process)
        assert after[0] == files
        # The runtime keeps threads that wait for the device for 10 s.
        assert after[1] <= threads + 4
        # Peaks of the allocator are up to 5 MB apart.
        assert after[2] < memory_kb + 8192


def warm_up(graph, model):
    return graph.call(WarmUp, "warm_up", model=model, runs=1).success
