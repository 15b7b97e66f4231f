# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node notices by itself: silent input topics, frames that are too old, another node of its name, a clock that
jumps."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from rclpy.clock import Clock, ClockType, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from ..errors import DropReason, FrameError, printable
from ..qos import describe
from .counters import NS_PER_MS, NS_PER_S

THROTTLE_S = 5.0
SILENCE_S = 5.0
# For a camera that is switched on and off.
_WARN_AGAIN_S = 30.0

# A cause may contain what a sender chose, an encoding for instance, and must not fill the memory.
_MOST_CAUSES = 200
_MOST_NAMES = 5

_PERIOD_S = 1.0
# Until nodes that were there before are discovered.
_DISCOVERY_TICKS = 3
# A clock that is corrected in small steps advances by less.
_JUMP_S = 10

# Clocks of two machines differ, and a simulated clock advances after what it stamps.
_TOLERATED_FUTURE_MS = 100
# No frame is delayed by a minute; such an age comes from different clocks.
_LONGEST_DELAY_MS = 60_000


class ThrottledLogger:
    """Rate limits warnings: each cause is logged at once, then at most every THROTTLE_S.

    May be used from several threads.

    Args:
        log: writes a text.
        now: a monotonic clock, s.
    """

    def __init__(self, log: Callable[[str], Any], now: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._now = now
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._suppressed: dict[str, int] = {}

    def warning(self, cause: str, text: str, once: bool = False) -> None:
        """Log `text` unless the same `cause` was logged in the last THROTTLE_S seconds, or, with `once`, ever."""
        with self._lock:
            if cause not in self._last and len(self._last) >= _MOST_CAUSES:
                cause = ""
            now = self._now()
            last = self._last.get(cause)
            if last is not None and (once or now - last < THROTTLE_S):
                self._suppressed[cause] = self._suppressed.get(cause, 0) + 1
                return
            self._last[cause] = now
            repeats = self._suppressed.pop(cause, 0)
        text = printable(text)
        self._log(f"{text} ({repeats} more since the last warning)" if repeats else text)


class InputTimeout:
    """Notices that an input topic is silent, and that it no longer is.

    Args:
        last_message_s: returns, for each subscribed topic, when its last message arrived or, without one, when it was
            subscribed to; in the time of `now`.
        now: a monotonic clock, s.
    """

    def __init__(self, last_message_s: Callable[[], Mapping[str, float]], now: Callable[[], float] = time.monotonic) -> None:
        self._last_message_s = last_message_s
        self._now = now
        self._warned_s: dict[str, float] = {}
        self._silent: set[str] = set()

    def silent_for_s(self) -> dict[str, float]:
        """Return the topics without a message for SILENCE_S, and for how long."""
        now = self._now()
        return {topic: now - last for topic, last in self._last_message_s().items() if now - last >= SILENCE_S}

    def changes(self) -> tuple[list[str], list[str]]:
        """Return the topics to warn about now, and those of the warnings before that have messages again.

        Each silence is reported once, and a topic at most every 30 s.
        """
        silent, now = self.silent_for_s(), self._now()
        resumed = [topic for topic in sorted(self._silent) if topic not in silent]
        self._silent.difference_update(resumed)
        new = [
            topic
            for topic in silent
            if topic not in self._silent and now - self._warned_s.get(topic, -_WARN_AGAIN_S) >= _WARN_AGAIN_S
        ]
        self._silent.update(new)
        self._warned_s.update(dict.fromkeys(new, now))
        return new, resumed


class SubscribedTopic(NamedTuple):
    """A topic that a model subscribes to."""

    name: str
    parameters: str  # prefix of its parameters, without the last dot
    types: tuple[str, ...]  # the type of the subscription; without one yet, the types that it may get
    qos: QoSProfile  # in effect


def diagnose_input(node: Node, model: str, topic: SubscribedTopic) -> str:
    """Return the warning for a topic that `model` subscribes to and that has no messages: the cause and the remedy."""
    qos, wanted = topic.qos, topic.types
    head = f"model '{model}': no message for {SILENCE_S:.0f} s on {topic.name} [{_either(wanted)}; {describe(qos)}]: "
    publishers = node.get_publishers_info_by_topic(topic.name)
    if not publishers:
        return head + _no_publisher(node, topic)
    of_type = [each for each in publishers if each.topic_type in wanted]
    if not of_type:
        return (
            f"{head}it is published with another type, by {_names(publishers, with_type=True)}. "
            f"Choose a topic of the type {_either(wanted)}{_alternatives(node, topic)}"
        )
    reasons = [(each, *qos_check_compatible(each.qos_profile, qos)) for each in of_type]
    if all(compatibility == QoSCompatibility.ERROR for _, compatibility, _ in reasons):
        why = reasons[0][2].replace("ERROR: ", "").strip().rstrip(";")
        return (
            f"{head}the QoS is incompatible with that of {_names(of_type)}: {why}. "
            f"{_qos_remedy(model, topic, of_type[0].qos_profile)}"
        )
    return (
        f"{head}published by {_names(of_type)}, but no message arrives. Is the camera running? "
        f"See `ros2 topic hz {topic.name}`"
    )


def _no_publisher(node: Node, topic: SubscribedTopic) -> str:
    others = _topics_of_type(node, topic)
    if not others:
        return f"no publisher, and no other topic has this type. Start the camera; see `ros2 topic info -v {topic.name}`"
    return f"no publisher. Topics of this type: {', '.join(others)}. To use one of them, {_input_remedy(topic, others[0])}"


def _alternatives(node: Node, topic: SubscribedTopic) -> str:
    others = _topics_of_type(node, topic)
    return f" ({', '.join(others)}): {_input_remedy(topic, others[0])}" if others else ""


def _input_remedy(topic: SubscribedTopic, other: str) -> str:
    return (
        f"set `{topic.parameters}.input_topic: {other}` in the parameter file (after ~/load_model: unload the model and "
        f"load it with that input_topic)"
    )


def _qos_remedy(model: str, topic: SubscribedTopic, offered: QoSProfile) -> str:
    if offered.reliability != topic.qos.reliability:
        return f"Set `{model}.reliability: {offered.reliability.name.lower()}` in the parameter file"
    return (
        f"Set `qos_overrides.{topic.name}.subscription.durability: {offered.durability.name.lower()}` in the parameter file"
    )


def _either(types: Sequence[str]) -> str:
    return " or ".join(types)


def _topics_of_type(node: Node, topic: SubscribedTopic) -> list[str]:
    """Return other topics of the type that have a publisher, the most similar names first."""
    names = [
        other
        for other, types in node.get_topic_names_and_types()
        if other != topic.name and set(topic.types) & set(types) and node.count_publishers(other)
    ]
    likeness = {other: difflib.SequenceMatcher(None, topic.name, other).ratio() for other in names}
    return sorted(names, key=lambda other: -likeness[other])[:_MOST_NAMES]


def _names(endpoints: list[Any], with_type: bool = False) -> str:
    texts = []
    for each in endpoints[:_MOST_NAMES]:
        name = f"{each.node_namespace.rstrip('/')}/{each.node_name}"
        texts.append(f"{name} [{each.topic_type + '; ' if with_type else ''}{_endpoint_qos(each.qos_profile)}]")
    if len(endpoints) > _MOST_NAMES:
        texts.append(f"{len(endpoints) - _MOST_NAMES} more")
    return ", ".join(texts)


def _endpoint_qos(qos: QoSProfile) -> str:
    # Discovery does not report another node's history.
    return f"{qos.reliability.name.lower()}, {qos.durability.name.lower()}"


class FrameAgeCheck:
    """Compares the stamps of a model's frames with the node's clock.

    A frame whose age is unknown is kept: a late result is better than none because of a wrong clock.
    """

    def __init__(self, model: str, clock: Clock, log: ThrottledLogger) -> None:
        self._model = model
        self._clock = clock
        self._log = log

    def __call__(self, stamp_ns: int, max_age_ms: int) -> None:
        """Raise FrameError for a frame that is older than `max_age_ms`."""
        if stamp_ns == 0:
            self._warn_once("stamp of zero", "frames have a stamp of zero, so max_age_ms keeps all of them")
            return
        now_ns = self._clock.now().nanoseconds
        age_ms = (now_ns - stamp_ns) / NS_PER_MS
        if age_ms > max_age_ms:
            doubtful = age_ms > _LONGEST_DELAY_MS
            raise FrameError(
                DropReason.TOO_OLD,
                f"it is {age_ms:.0f} ms old, {self._model}.max_age_ms is {max_age_ms}"
                + ("; the clocks disagree: set use_sim_time on both camera and node, or on neither" if doubtful else ""),
                detail="clocks" if doubtful else "",
            )
        if age_ms < -_TOLERATED_FUTURE_MS:
            self._warn_once(
                "stamp from the future",
                f"the stamp of a frame is {-age_ms:.0f} ms ahead of the node's clock, so max_age_ms keeps it; "
                + (
                    "the node's clock is 0, because use_sim_time is true and nothing publishes /clock"
                    if now_ns == 0
                    else "check that camera and node have one clock (NTP, or use_sim_time for both or none)"
                ),
            )

    def _warn_once(self, cause: str, text: str) -> None:
        self._log.warning(cause, f"model '{self._model}': {text}", once=True)


class NodeHealth:
    """Checks the node once per second, on a steady clock, which simulated time does not stop.

    Args:
        node: owns the timer.
        check_models: called once per second.
    """

    def __init__(self, node: Node, check_models: Callable[[], Any]) -> None:
        self._node = node
        self._check_models = check_models
        self._log = ThrottledLogger(node.get_logger().warning)
        self._ticks = 0
        self._timer = node.create_timer(_PERIOD_S, self._tick, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._jumps = node.get_clock().create_jump_callback(
            JumpThreshold(
                min_forward=Duration(seconds=_JUMP_S), min_backward=Duration(nanoseconds=-1), on_clock_change=False
            ),
            post_callback=self._on_jump,
        )

    def _tick(self) -> None:
        self._ticks += 1
        self._check_models()
        if self._ticks == _DISCOVERY_TICKS:
            self._look_for_same_name()

    def _look_for_same_name(self) -> None:
        own = (self._node.get_name(), self._node.get_namespace())
        if self._node.get_node_names_and_namespaces().count(own) > 1:
            self._log.warning(
                "same name",
                f"another node is named {self._node.get_fully_qualified_name()}, too: both take the same frames and answer "
                f"the same services. Stop one, or launch it with `namespace:=NAME`",
            )

    def _on_jump(self, jump: TimeJump) -> None:
        seconds = jump.delta.nanoseconds / NS_PER_S
        started = self._node.get_clock().now().nanoseconds == jump.delta.nanoseconds
        if started:  # a simulated clock is 0 until /clock is published
            return
        what = "back" if seconds < 0 else "forward"
        self._log.warning(
            f"clock jump {what}",
            f"the clock has jumped {what} by {abs(seconds):.3f} s; the models continue, frames that were stamped before it "
            f"count as {'from the future' if seconds < 0 else 'old'} where max_age_ms is set",
        )
