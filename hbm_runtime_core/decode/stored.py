# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a model's description says of its decoder.

The description that the C API returns is plain text, or this JSON object, which `hbm pack --decoder` writes and which a tool
that compiles for a board can write as well:

    {"description": "for people", "decoder": {"family": "yolov8", "labels": ["person"], "confidence": 0.3, "iou": 0.5}}
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HbmFileNotFoundError, HbmValueError

if TYPE_CHECKING:
    from ..packer import PackedModel


@dataclass(frozen=True)
class StoredDecoder:
    """What a decoder needs beyond shapes and scales; what is None is left to the family."""

    family: str
    labels: tuple[str, ...] = ()
    confidence: float | None = None
    iou: float | None = None

    def description(self, text: str) -> str:
        """Return the description of a model with this decoder, and with a text for people."""
        return json.dumps({**({"description": text} if text else {}), "decoder": self.to_json()}, ensure_ascii=False)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored, without what is left to the family."""
        values = {**asdict(self), "labels": list(self.labels)}
        return {name: value for name, value in values.items() if value not in (None, [])}


def text_of(description: str) -> str:
    """Return what of a model's description is for people."""
    stored = _object_of(description)
    return description if stored is None else str(stored.get("description", ""))


def decoder_of(description: str, model_name: str) -> StoredDecoder | None:
    """Return the decoder that a model's description names, or None.

    Raises:
        HbmValueError: the description has a decoder that cannot be read.
    """
    stored = _object_of(description)
    if stored is None:
        return None
    where = f"model '{model_name}', description, decoder"
    decoder = stored["decoder"]
    if not isinstance(decoder, dict) or not isinstance(decoder.get("family"), str):
        raise HbmValueError(f"{where}: expected an object with a family, got {json.dumps(decoder)}")
    labels = decoder.get("labels", [])
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise HbmValueError(f"{where}, labels: expected a list of names, got {json.dumps(labels)}")
    for name in ("confidence", "iou"):
        value = decoder.get(name)
        if value is not None and not (isinstance(value, int | float) and 0 <= value <= 1):
            raise HbmValueError(f"{where}, {name} must be 0 to 1, got {json.dumps(value)}")
    return StoredDecoder(decoder["family"], tuple(labels), decoder.get("confidence"), decoder.get("iou"))


def _object_of(description: str) -> dict[str, Any] | None:
    if not description.startswith("{"):
        return None
    try:
        value = json.loads(description)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "decoder" in value else None


def read_labels(given: Sequence[str] | str | os.PathLike[str] | None) -> tuple[str, ...]:
    """Names of classes, as they are or from a file with one in each line.

    Raises:
        HbmFileNotFoundError: there is no such file.
    """
    if given is None:
        return ()
    if isinstance(given, str | os.PathLike):
        path = os.fspath(given)
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise HbmFileNotFoundError(f"labels '{path}': {error.strerror}", path, error.errno or 0) from None
        # Not splitlines(): spaces and separators of Unicode are characters that text recognition reads.
        given = text.split("\n")
        while given and not given[-1]:
            given.pop()
    return tuple(map(str, given))


def attach(packed: PackedModel, decoder: StoredDecoder) -> PackedModel:
    """Store a decoder in a model that is being packed, with the family that "auto" means.

    Raises:
        HbmValueError: the family does not fit the model's outputs, or the labels are not as many as its classes.
    """
    from .families import choose_family, fitting_labels
    from .model import packed_model

    model = packed_model(packed.model)
    family, match, _ = choose_family(model, decoder.family, len(decoder.labels) or None)
    labels = fitting_labels(decoder.labels, family, match, model.name)
    stored = replace(decoder, family=family.name, labels=labels)
    return replace(packed, model=replace(packed.model, description=stored.description(packed.model.description)))
