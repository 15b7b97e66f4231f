# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The language of the parameter `dequantize`: one word for every output, or `output=word` for some."""

from __future__ import annotations

# What an output's elements become: the bits of a float, 0 where they stay as they are.
REAL_BITS = {"none": 0, "float32": 32, "float16": 16}

_WORDS = ", ".join(REAL_BITS)


def parse_dequantize(text: str) -> tuple[int, dict[str, int]]:
    """Return the bits for the outputs that `text` does not name, and those of the outputs that it names.

    Raises:
        ValueError: it says neither; the text tells what is wrong.
    """
    text = text.strip()
    if "=" not in text:
        return _bits_of(text), {}
    named: dict[str, int] = {}
    for part in text.split(","):
        # An output's name may hold a '=', the word behind it cannot.
        name, equals, word = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name:
            raise ValueError(f"'{part.strip()}' is not of the form output=word; separate several with commas")
        if name in named:
            raise ValueError(f"it names the output '{name}' twice")
        named[name] = _bits_of(word)
    return 0, named


def check_dequantize(text: str) -> str | None:
    """Return what is wrong with the value whatever the model is, or None."""
    try:
        parse_dequantize(text)
    except ValueError as error:
        return str(error)
    return None


def _bits_of(word: str) -> int:
    if word not in REAL_BITS:
        raise ValueError(f"'{word}' is not one of {_WORDS}, nor a list like boxes=float32, scores=float16")
    return REAL_BITS[word]
