# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which type of messages to take from a topic."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .message_kinds import COMPRESSED, HBMEM, KINDS, RAW, MessageKind

# How image_transport and the drivers of the boards name such topics.
_CUSTOMARY = (("compressed", COMPRESSED), ("hbmem_img", HBMEM))


def choose_kind(
    topic: str, transports: Collection[str], published: Sequence[str], current: MessageKind | None
) -> MessageKind | None:
    """Return the type to subscribe with; None where only a publisher can tell it.

    Args:
        topic: resolved name.
        transports: that are wanted.
        published: types that the topic has in the graph.
        current: type that it is subscribed with.
    """
    offered = offered_kinds(transports, published)
    if current in offered:
        return current
    if offered:
        return offered[0]
    if current is not None and current.transport in transports:
        return current
    return _guess(topic, transports)


def offered_kinds(transports: Collection[str], published: Sequence[str]) -> list[MessageKind]:
    """Return which of the `published` types can be taken."""
    return [kind for name, kind in KINDS.items() if name in published and kind.transport in transports and kind.installed]


def _guess(topic: str, transports: Collection[str]) -> MessageKind | None:
    name = topic.rpartition("/")[2]
    customary = next((transport for word, transport in _CUSTOMARY if name == word), RAW)
    for transport in (customary, *transports):
        if transport in transports:
            kinds = [kind for kind in KINDS.values() if kind.transport == transport]
            return kinds[0] if len(kinds) == 1 else None
    return None
