# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Repeats the frames of a recording on the simulator: the same bytes, or the same error, or what differs."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hbm_runtime_core import HbmRuntimeError, decode
from hbm_runtime_core.cli.sim_env import library_dir
from hbm_runtime_core.environment import VARIABLES

from . import _wire
from .errors import ConfigurationError, DropReason, FrameError
from .file_locator import OpenFile
from .inputs.plan import InputTopic, make_slot, plan_topics
from .inputs.slot import InferenceSlot
from .model_files import ModelFileCache, ModelHandle
from .monitoring.health import ThrottledLogger
from .parameters import InputParameters
from .pipeline import custom_id_of
from .recording_file import FrameRecord, RecordedError, Recording, RecordingError, read_recording

# They belong to the machine, not to what it computes; faults are given again frame by frame.
_OF_THE_MACHINE = ("HBM_SIM_CACHE_DIR", "HBM_SIM_TRACE", "HBM_SIM_FAULTS", "HB_UCP_LOG_LEVEL")
# Of an error that the runtime's own time limit caused, not the library.
_TIME_LIMITS = ("run", "wait")


@dataclass(frozen=True)
class Repeated:
    """One frame of a recording after its repetition.

    Attributes:
        sequence: number of the frame.
        reproduced: whether it ended as it did before; None: it cannot be repeated, which is no difference.
        text: what it ended with, and the difference where there is one.
    """

    sequence: int
    reproduced: bool | None
    text: str


class Replay:
    """The recording of a model, and the same model on the simulator.

    It sets the environment variables of the simulator as they were, so it needs a process in which nothing was simulated
    yet.

    Args:
        path: of the recording.
        model_file: instead of the one that the recording names.
        warn: called with a text where the model or the machine differs.

    Raises:
        RecordingError: the file is no recording, or its model cannot be loaded here.
    """

    def __init__(self, path: str, model_file: str | None, warn: Callable[[str], Any]) -> None:
        self.recording = read_recording(path)
        description = self.recording.description
        file = Path(model_file or description.get("file", ""))
        try:
            _restore_environment(self.recording)
            with OpenFile(file) as opened:
                self._handle = ModelHandle(ModelFileCache("sim"), opened, description["name"], description["model_name"])
            recorded_sha256 = description["sha256"]
            topics = [_input_topic(each) for each in description["topics"]]
            plans = plan_topics(self._handle, topics)
            log = ThrottledLogger(warn)
            self._make_slot: Callable[[], InferenceSlot] = lambda: make_slot(self._handle, plans, log)
        except OSError as error:
            reason = f"cannot read the model file {file}: {error.strerror or error}"
            raise RecordingError(f"{path}: {reason}; name the model with --model-file PATH") from None
        except (LookupError, TypeError) as error:
            raise RecordingError(f"{path} was written by another version of hbm_runtime_ros: {error}") from error
        except (ConfigurationError, HbmRuntimeError) as error:
            raise RecordingError(f"{path}: {error}") from error
        if self._handle.sha256 != recorded_sha256:
            warn(
                f"the model file {file} differs from the recorded one (SHA-256 {self._handle.sha256}, recorded "
                f"{recorded_sha256}), so its outputs may differ"
            )

    def frames(self, sequence: int | None) -> Iterator[Repeated]:
        """Repeat all frames, or the one of that number.

        Raises:
            RecordingError: there is none of that number.
        """
        numbers = [frame.timeline.sequence for frame in self.recording.frames]
        if sequence is not None and sequence not in numbers:
            raise RecordingError(f"unknown frame {sequence} (known: {numbers[0]} to {numbers[-1]})")
        for frame in self.recording.frames:
            if sequence in (None, frame.timeline.sequence):
                yield Repeated(frame.timeline.sequence, *self._repeat(frame))

    def _repeat(self, frame: FrameRecord) -> tuple[bool | None, str]:
        if frame.drop is not None and not frame.drop.is_a_fault:
            return None, f"skipped: it was dropped as '{frame.drop}', which depends on the time"
        if not frame.messages:
            return None, "skipped: its messages exceed recorder.megabytes, or their publisher has overwritten them"
        error, digests = None, {}
        try:
            with _device_answers(frame.error):
                digests = self._run(frame)
        except (RuntimeError, ValueError, TimeoutError, ArithmeticError, LookupError, TypeError) as caught:
            error = RecordedError.of(caught)
        if frame.drop is DropReason.PUBLISH:
            same, text = _compare_outputs(frame.digests, digests)
            return None if same else False, f"{text}; it could not be published ({frame.error}), which needs its subscribers"
        if frame.error is None and error is None:
            return _compare_outputs(frame.digests, digests)
        return _compare_errors(frame.error, error)

    def _run(self, frame: FrameRecord) -> dict[str, str]:
        """Do with a frame what the node does. Return the digests of its outputs."""
        slot = self._make_slot()
        scheduling = frame.scheduling
        filled = slot.fill(frame.messages)
        # A frame that was in time is so on a slow PC, too.
        timeout_ms = scheduling.timeout_ms if frame.drop is DropReason.TIMEOUT else 0
        try:
            outputs = slot.request.run(
                priority=scheduling.priority,
                bpu_cores=scheduling.bpu_cores,
                custom_id=custom_id_of(scheduling, frame.timeline),
                device_id=scheduling.device_id,
                timeout_ms=timeout_ms or None,
            )
        except TimeoutError:
            _set_faults("")
            with contextlib.suppress(RuntimeError):
                slot.request.wait()  # until then the device owns the inputs
            raise
        digests = {name: _wire.digest(array) for name, array in outputs.items()}
        if frame.drop is DropReason.DECODE:
            family = self.recording.description["parameters"]["decoder"]
            try:
                decode.for_model(self._handle.runtime, self._handle.model_name, family).decode(outputs, filled.transform)
            except (HbmRuntimeError, ValueError) as error:
                raise FrameError(DropReason.DECODE, str(error)) from error
        return digests


def _restore_environment(recording: Recording) -> None:
    recorded = recording.description["environment"]
    for name in VARIABLES:
        if name.startswith(("HBM_SIM_", "HB_UCP_")) and name not in _OF_THE_MACHINE:
            if name in recorded:
                os.environ[name] = recorded[name]
            else:
                os.environ.pop(name, None)
    os.environ.pop("HBM_SIM_FAULTS", None)
    if soc := recording.description["device"]["soc"]:  # also that of a real board
        os.environ["HBM_SIM_SOC"] = soc


def _input_topic(values: Mapping[str, Any]) -> InputTopic:
    parameters: dict[str, Any] = dict(values["parameters"])
    parameters.update({name: tuple(value) for name, value in parameters.items() if isinstance(value, list)})
    return InputTopic(values["name"], values["prefix"], values["topic"], InputParameters(**parameters))


@contextlib.contextmanager
def _device_answers(error: RecordedError | None) -> Iterator[None]:
    """Let the simulated device answer as the recorded one did when it caused `error`."""
    rule = ""
    if error is not None and error.function in _TIME_LIMITS:
        rule = "hbUCPWaitTaskDone:hang=1"
    elif error is not None and error.function is not None:
        rule = f"{error.function}:fail={error.code}"
    _set_faults(rule)
    try:
        yield
    finally:
        _set_faults("")


def _set_faults(rules: str) -> None:
    ctypes.CDLL(str(library_dir() / "libhbucp.so")).hbm_sim_set_faults(rules.encode())


def _compare_outputs(recorded: Mapping[str, str], now: Mapping[str, str]) -> tuple[bool, str]:
    different = [name for name in recorded if now.get(name) != recorded[name]]
    if not different:
        return True, f"the same bytes in {len(recorded)} outputs"
    texts = [f"'{name}' (XXH3-128 {now.get(name, 'none')}, recorded {recorded[name]})" for name in different]
    return False, f"other bytes in {len(different)} of {len(recorded)} outputs: {', '.join(texts)}"


def _compare_errors(recorded: RecordedError | None, now: RecordedError | None) -> tuple[bool, str]:
    if recorded is None or now is None:
        return False, f"expected {recorded or 'outputs'}, got {now or 'outputs'}"
    # The text of a failed call depends on the library, that of an error of the node on the frame alone.
    same = (recorded.kind, recorded.code, recorded.function) == (now.kind, now.code, now.function)
    if same and (recorded.function is not None or recorded.text == now.text):
        return True, f"the same error: {now}"
    return False, f"another error: {now}; recorded: {recorded}"
