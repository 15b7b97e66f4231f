# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node inside a program of somebody else: in a stock executor, beside other nodes, and when that program shuts down."""

import threading

import numpy as np
import pytest
import rclpy
from graph import Graph, nv12_picture, wait_until
from hbm_runtime_ros.srv import LoadModel, UnloadModel, WarmUp
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models, write_parameters
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image
from std_msgs.msg import Empty

from hbm_runtime_ros.group_threads import NodeExecutor, SpinThread
from hbm_runtime_ros.inference_node import InferenceNode
from hbm_runtime_ros.parameters.files import ParameterFiles

PICTURE = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT)


@pytest.fixture
def make_node(context, tmp_path):
    """Make an inference node of this process with one model on its own topic."""
    write_models(tmp_path / "echo.hbm", echo_model())

    def make(name):
        file = write_parameters(
            tmp_path / f"{name}.yaml", models=["echo"], echo={"file": "echo.hbm", "input_topic": f"/{name}/image"}
        )
        arguments = ["--ros-args", "--params-file", str(file)]
        return InferenceNode(
            name, context=context, cli_args=arguments, parameter_files=ParameterFiles(arguments), use_global_arguments=False
        )

    return make


def luma(result):
    return np.frombuffer(result.outputs[0].data, np.uint8)


def model_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("echo-")]


@pytest.mark.parametrize("executor_type", [MultiThreadedExecutor, SingleThreadedExecutor])
def test_a_stock_executor_runs_the_node_beside_another_one(context, make_node, executor_type):
    node, other = make_node("guest"), rclpy.create_node("neighbor", context=context)
    heard = []
    other.create_subscription(Empty, "/neighbor", heard.append, 1)
    executor = executor_type(context=context)
    executor.add_node(node)
    executor.add_node(other)
    assert node.start()
    with SpinThread(executor), Graph("/guest") as graph:
        results = graph.results("/guest/echo/result")
        result = graph.infer("/guest/image", PICTURE, results)
        assert np.array_equal(luma(result), np.asarray(PICTURE.data)[: MODEL_WIDTH * MODEL_HEIGHT])
        assert graph.set_parameters({"echo.priority": 7})[0].successful
        assert graph.call(WarmUp, "warm_up", model="echo", runs=1).success
        assert graph.call(LoadModel, "load_model", name="second", file="echo.hbm").success
        graph.infer("/image", PICTURE, graph.results("/guest/second/result"))
        assert graph.call(UnloadModel, "unload_model", name="second", drain=True).success
        publisher = graph.node.create_publisher(Empty, "/neighbor", 1)

        def is_heard():
            publisher.publish(Empty())
            return bool(heard)

        wait_until(is_heard, "a message of the other node")
    assert node.stop(5.0)
    assert not model_threads()
    node.destroy_node()


def test_two_nodes_of_one_process_run_side_by_side(make_node):
    nodes = [make_node("left"), make_node("right")]
    executors = [NodeExecutor(node) for node in nodes]
    for node, executor in zip(nodes, executors):
        executor.start()
        assert node.start()
    for name in ("left", "right"):
        with Graph(f"/{name}") as graph:
            graph.infer(f"/{name}/image", PICTURE, graph.results(f"/{name}/echo/result"))
    assert nodes[0].stop(5.0) and executors[0].stop(5.0)
    nodes[0].destroy_node()
    with Graph("/right") as graph:
        graph.infer("/right/image", PICTURE, graph.results("/right/echo/result"))
    assert nodes[1].stop(5.0) and executors[1].stop(5.0)
    nodes[1].destroy_node()
    assert not model_threads()


def test_a_context_that_another_part_of_the_program_shuts_down_ends_the_threads_of_the_models(context, make_node):
    node = make_node("guest")
    executor = NodeExecutor(node)
    executor.start()
    assert node.start()
    with Graph("/guest") as graph:
        graph.infer("/guest/image", PICTURE, graph.results("/guest/echo/result"))
    assert len(model_threads()) == 2
    context.shutdown()
    wait_until(lambda: not model_threads(), "the end of the model's threads")
    wait_until(lambda: not executor.spinning.thread.is_alive(), "the end of the executor's thread")
    assert node.stop(5.0)
    node.destroy_node()


def test_a_node_that_was_stopped_between_two_transitions_refuses_the_second_one(make_node, capfd):
    node = make_node("stopped")
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    assert node.stop(5.0)
    assert node.trigger_activate() == TransitionCallbackReturn.FAILURE
    node.destroy_node()
    output = "".join(capfd.readouterr())
    assert "cannot activate: the node is shutting down" in output
    assert "Traceback" not in output


def test_destroying_a_node_that_was_not_stopped_ends_its_threads_and_its_topics(make_node):
    node = make_node("dropped")
    assert node.start()
    assert len(model_threads()) == 2
    with Graph("/dropped") as graph:
        publisher = graph.node.create_publisher(Image, "/dropped/image", 1)
        wait_until(lambda: publisher.get_subscription_count() == 1, "the node's subscription")
        wait_until(lambda: graph.node.count_publishers("/dropped/echo/result") == 1, "the node's publisher")
        node.destroy_node()
        wait_until(lambda: not model_threads(), "the end of the model's threads")
        wait_until(lambda: publisher.get_subscription_count() == 0, "the end of the node's subscription")
        wait_until(lambda: graph.node.count_publishers("/dropped/echo/result") == 0, "the end of the node's publisher")


def test_a_model_that_is_unloaded_while_others_walk_through_the_models_disturbs_nobody(make_node):
    node = make_node("walked")
    assert node.start()
    node.models.load_model("second", {"file": "echo.hbm"})
    models, items = iter(node.models.values()), iter(node.models.items())
    assert (next(models).name, next(items)[0]) == ("echo", "echo")
    node.models.unload_model("second", True, 1.0)
    assert [model.name for model in models] == [name for name, _ in items] == ["second"]
    assert list(node.models) == ["echo"]
    assert node.stop(5.0)
    node.destroy_node()
