# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nothing is serialized, decoded or drawn that nobody subscribes to: on stand-ins that count what is asked of them."""

from types import SimpleNamespace

import pytest

from hbm_runtime_ros.results import ResultPublisher

HEADER = object()
FILLED = SimpleNamespace(header=HEADER, transform_messages=[])
OUTPUTS = {"y": object()}


class Topic:
    """An output topic."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.published = []
        self.is_open = False

    def open(self):
        self.is_open = True

    def close(self):
        self.is_open = False

    def publish(self, message):
        self.published.append(message)


class Decoder:
    """A model's decoder."""

    def __init__(self, decoded):
        self.decoded = decoded
        self.calls = []

    def decode(self, outputs, filled, canvas):
        self.calls.append("decode")
        return self.decoded

    def publish(self, header, decoded):
        self.calls.append(("publish", header, decoded))

    def draw(self, header, decoded, canvas, sequence):
        self.calls.append(("draw", decoded, canvas, sequence))

    def begin_drawing(self, slot, messages):
        return None

    def close(self):
        self.calls.append("close")


def serializer():
    calls = []
    made = SimpleNamespace(serialize=lambda *arguments: calls.append(arguments) or b"message")
    return made, calls


@pytest.mark.parametrize("wanted", [True, False])
def test_the_raw_result_is_serialized_for_a_subscriber_alone(wanted):
    made, calls = serializer()
    topic = Topic(wanted)
    ResultPublisher(made, topic, None).publish(FILLED, object(), OUTPUTS, None)
    assert len(calls) == len(topic.published) == int(wanted)


@pytest.mark.parametrize("decoded", [None, "boxes"])
def test_decoded_results_are_published_where_there_are_any(decoded):
    made, calls = serializer()
    decoder = Decoder(decoded)
    results = ResultPublisher(made, Topic(False), decoder)
    results.publish(FILLED, object(), OUTPUTS, results.decode(OUTPUTS, FILLED, None))
    assert not calls
    assert decoder.calls == ["decode", *([("publish", HEADER, decoded)] if decoded else [])]


def test_only_a_picture_that_was_taken_is_drawn_and_it_is_given_back_even_without_a_result():
    decoder = Decoder(None)
    results = ResultPublisher(serializer()[0], Topic(False), decoder)
    results.draw(HEADER, "boxes", None, 1)
    assert not decoder.calls
    results.draw(HEADER, None, "canvas", 2)
    assert decoder.calls == [("draw", None, "canvas", 2)]


def test_a_model_without_a_decoder_has_neither():
    results = ResultPublisher(serializer()[0], Topic(False), None)
    assert results.begin_drawing(None, ()) is None
    assert results.decode(OUTPUTS, FILLED, None) is None
    results.draw(HEADER, None, None, 1)
    results.close()


def test_closing_ends_every_topic():
    decoder, topic = Decoder(None), Topic(True)
    results = ResultPublisher(serializer()[0], topic, decoder)
    assert topic.is_open
    results.close()
    assert not topic.is_open and decoder.calls == ["close"]
