# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the blocks of a page in their order, in one folder, as a reader would."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from graph import Graph, wait_until
from hbm_runtime_ros.msg import ModelInfo
from node_process import NodeProcess
from not_run import not_run
from pages import Block

from hbm_runtime_core.packer import read_description, write_package
from hbm_runtime_core.packer.document import Node
from hbm_runtime_core.packer.manifest_reader import manifest_from_json

# Commands that run until they are interrupted: they stay, beside what follows on the page.
KEEPS_RUNNING = r"ros2 launch |ros2 run hbm_runtime_ros (inference_node|image_source)|python3 (show|publish)\w*\.py"
START_PATIENCE_S = 60.0


def _active_models(graph: Graph, process: subprocess.Popen) -> list[ModelInfo]:
    """Wait until all models of a node are active."""
    lists = graph.model_lists(START_PATIENCE_S)

    def active() -> bool:
        assert process.poll() is None, f"the node ended with exit code {process.returncode}"
        return bool(lists) and all(model.state == "active" for model in lists[-1].models)

    wait_until(active, "the models to be active", START_PATIENCE_S)
    return lists[-1].models


def _expect_no_warnings(graph: Graph) -> None:
    # The next command may come late, as from a reader.
    warnings = [text for text in graph.warnings() if "no message for" not in text]
    assert warnings == [], "\n".join(warnings)


def _without_numbers(text: str) -> str:
    """Words and punctuation alone: numbers and the width of columns differ from run to run."""
    return re.sub(r"[\d.]+", "0", " ".join(text.split()))


@dataclass
class Running:
    """A command that keeps running."""

    command: str
    process: subprocess.Popen
    output: Path

    def interrupt(self) -> None:
        """End it as Ctrl-C in its terminal does."""
        assert self.process.poll() is None, f"{self.command}\nended by itself:\n{self.output.read_text()}"
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise


@dataclass
class PageRun:
    """One page: its folder, its shell and its Python names. Use as a context manager."""

    folder: Path  # what the page's commands see
    logs: Path
    names: dict[str, Any] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    graph: Graph | None = None

    def __enter__(self) -> PageRun:
        self._shell_state = self.logs / "shell_state"
        self._shell_state.write_text(f"cd {shlex.quote(str(self.folder))}\n")
        return self

    def __exit__(self, failure: Any, *_: Any) -> None:
        try:
            self._interrupt_all()
        finally:
            if self.graph is not None:
                self.graph.__exit__()
        if failure is None and self.graph is not None:
            _expect_no_warnings(self.graph)

    def run(self, block: Block) -> None:
        """Run or check one block.

        Raises:
            AssertionError: it does not work as the page shows it.
        """
        if block.file_name is not None:
            file = self.folder / block.file_name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
        elif block.language == "python":
            # The lines of a traceback are those of the page.
            exec(compile("\n" * block.line + block.text, block.page, "exec"), self.names)
        elif block.language in ("sh", "console"):
            printed = "".join(self.command(block.page, line, command) for line, command in block.commands())
            if block.language == "console":
                assert _without_numbers(printed) == _without_numbers(block.output()), f"{block}\n{printed}"
        elif block.language == "yaml":
            self._start_node_on_fragment(block)
        elif block.language == "json":
            self._read_description(block)
        else:
            assert block.language == "text", f"{block}: a block of '{block.language}' begins with the name of its file"

    def command(self, page: str, line: int, command: str) -> str:
        """Run or check one command, and return its output."""
        if (row := not_run(page, command)) is not None:
            if row.check is not None:
                row.check(command)
            return ""
        if re.match(KEEPS_RUNNING, command):
            self._keep_running(command)
            return ""
        state = shlex.quote(str(self._shell_state))
        script = f"set -eo pipefail; . {state}\n{command}\n{{ export -p; printf 'cd %q\\n' \"$PWD\"; }} > {state}\n"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, f"{page}:{line}: {command}\nexit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _interrupt_all(self) -> None:
        while self.running:
            self.running.pop().interrupt()

    def _keep_running(self, command: str) -> None:
        if command.startswith("ros2 launch"):
            self._interrupt_all()  # what ran before belongs to an earlier part of the page
        output = self.logs / f"running_{len(self.running)}.log"
        script = f". {shlex.quote(str(self._shell_state))}\nexec {command}"
        with output.open("w") as stream:
            process = subprocess.Popen(
                ["bash", "-c", script], stdout=stream, stderr=stream, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
        self.running.append(Running(command, process, output))
        if command.startswith("ros2 launch"):
            robots = re.search(r"robots:=(\S+)", command)
            for namespace in robots[1].split(",") if robots else [""]:
                self._wait_for_node(f"/{namespace}/hbm_inference".replace("//", "/"), process)
        elif "show" in command:
            wait_until(
                lambda: process.poll() is not None or output.read_text() != "", f"output of {command}", START_PATIENCE_S
            )

    def _wait_for_node(self, name: str, process: subprocess.Popen) -> None:
        graph = Graph(name)
        if self.graph is None:
            self.graph = graph

        models = _active_models(graph, process)
        # The first command starts ROS's daemon, which needs a moment to discover what runs.
        wanted = {name, *(model.result_topic for model in models)}
        listed = "ros2 node list; ros2 topic list"
        wait_until(lambda: wanted <= set(self.command("", 0, listed).split()), f"{wanted} to be listed", START_PATIENCE_S)
        if graph is not self.graph:
            graph.__exit__()

    def _read_description(self, block: Block) -> None:
        """Pack a description of models, or read a manifest."""
        if '"format"' in block.text:
            manifest_from_json(Node(json.loads(block.text), str(block)))
        else:
            file = self.folder / "description.json"
            file.write_text(block.text)
            write_package(self.folder / "description.hbm", read_description(file).pack())

    def _start_node_on_fragment(self, block: Block) -> None:
        """Start a node on the groups of the models that the block shows."""
        groups = yaml.safe_load(block.text)
        parameters = {"models": list(groups), **groups}
        with NodeProcess(self.folder, parameters, name="fragment") as node, Graph("/fragment") as graph:
            _active_models(graph, node.process)
            _expect_no_warnings(graph)
