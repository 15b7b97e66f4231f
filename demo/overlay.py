# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws what was found: boxes on a picture, and the one-page report that the demo leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from .text import FoundText, TextBox, View

Bgr = npt.NDArray[np.uint8]
Rgb = tuple[int, int, int]

# One color per line, in turn, to distinguish neighboring lines and their readings; readable on light and dark pictures.
LINE_COLOURS: tuple[Rgb, ...] = (
    (230, 80, 60),
    (30, 150, 220),
    (240, 160, 20),
    (40, 175, 100),
    (175, 95, 220),
    (20, 175, 175),
    (225, 85, 150),
)
_PAPER: Rgb = (16, 20, 27)
_CARD: Rgb = (27, 33, 43)
_INK: Rgb = (238, 241, 245)
_FAINT: Rgb = (148, 160, 176)
_ACCENT: Rgb = (255, 132, 38)

_MARGIN = 32
_PAGE_WIDTH = 1680
_HEADER_HEIGHT = 128
_HERO_SIZE = (1024, 576)
_CAPTION_HEIGHT = 40
_CARDS = 4


@dataclass(frozen=True)
class ModelLine:
    """What the report says of a model below the pictures."""

    name: str
    text: str


def draw_boxes(bgr: Bgr, found: Sequence[FoundText]) -> Bgr:
    """Return a copy of the picture with a coloured, slightly tinted box on each line of text."""
    drawn = bgr.copy()
    tint = bgr.copy()
    outlines = [np.round(text.box.corners * 16).astype(np.int32) for text in found]
    for index, outline in enumerate(outlines):
        cv2.fillPoly(tint, [outline], _bgr_of(index), cv2.LINE_AA, shift=4)
    cv2.addWeighted(tint, 0.16, drawn, 0.84, 0.0, dst=drawn)
    thickness = max(2, round(bgr.shape[1] / 420))
    for outline in outlines:
        # A dark rim: a red box stays visible on a red motorcycle.
        cv2.polylines(drawn, [outline], True, (12, 12, 12), thickness + 2, cv2.LINE_AA, shift=4)
    for index, outline in enumerate(outlines):
        cv2.polylines(drawn, [outline], True, _bgr_of(index), thickness, cv2.LINE_AA, shift=4)
    return drawn


def _bgr_of(index: int) -> Rgb:
    red, green, blue = LINE_COLOURS[index % len(LINE_COLOURS)]
    return blue, green, red


def draw_report(title: str, subtitle: str, views: Sequence[View], models: Sequence[ModelLine]) -> Bgr:
    """Draw the report: the picture with most text large beside its reading, the others below, then the models.

    Args:
        title: in large letters at the top.
        subtitle: below it.
        views: at least one.
        models: one line each, at the bottom.
    """
    ranked = sorted(views, key=lambda view: -_reading_value(view))
    hero, others = ranked[0], [view for view in views if view is not ranked[0]][:_CARDS]
    card_width = (_PAGE_WIDTH - _MARGIN * (_CARDS + 1)) // _CARDS
    card_size = (card_width, card_width * _HERO_SIZE[1] // _HERO_SIZE[0])
    cards_top = _HEADER_HEIGHT + _HERO_SIZE[1] + _CAPTION_HEIGHT + 24
    cards_height = card_size[1] + _CAPTION_HEIGHT + 24 if others else 0
    height = cards_top + cards_height + 30 * len(models) + _MARGIN
    page = Image.new("RGB", (_PAGE_WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(page)

    pen.rectangle((0, 0, _PAGE_WIDTH, 6), fill=_ACCENT)
    pen.text((_MARGIN, 24), title, font=_font(40), fill=_INK)
    pen.text((_MARGIN, 78), subtitle, font=_font(22), fill=_FAINT)
    _paste_view(page, pen, hero, (_MARGIN, _HEADER_HEIGHT), _HERO_SIZE)
    panel_left = _MARGIN * 2 + _HERO_SIZE[0]
    _draw_readings(pen, hero, (panel_left, _HEADER_HEIGHT, _PAGE_WIDTH - _MARGIN, _HEADER_HEIGHT + _HERO_SIZE[1]))
    for index, view in enumerate(others):
        _paste_view(page, pen, view, (_MARGIN + index * (card_width + _MARGIN), cards_top), card_size)
    for index, model in enumerate(models):
        top = cards_top + cards_height + 30 * index
        pen.text((_MARGIN, top), model.name, font=_font(20), fill=_ACCENT)
        pen.text((_MARGIN + 160, top), model.text, font=_font(20), fill=_FAINT)
    return cv2.cvtColor(np.asarray(page), cv2.COLOR_RGB2BGR)


def _reading_value(view: View) -> float:
    """How much there is to read in a picture: letters that were read count, unread boxes a little."""
    return sum(len(text.reading.text) if text.is_read and text.reading else 0.1 for text in view.found)


def _paste_view(page: Image.Image, pen: ImageDraw.ImageDraw, view: View, at: tuple[int, int], size: tuple[int, int]) -> None:
    left, top = at
    scale = min(size[0] / view.bgr.shape[1], size[1] / view.bgr.shape[0])
    shown = (round(view.bgr.shape[1] * scale), round(view.bgr.shape[0] * scale))
    drawn = cv2.resize(view.bgr, shown, interpolation=cv2.INTER_AREA)
    small = [FoundText(TextBox(text.box.corners * scale, text.box.score), text.reading) for text in view.found]
    pen.rectangle((left, top, left + size[0] - 1, top + size[1] - 1), fill=_CARD)
    offset = (left + (size[0] - shown[0]) // 2, top + (size[1] - shown[1]) // 2)
    page.paste(Image.fromarray(cv2.cvtColor(draw_boxes(drawn, small), cv2.COLOR_BGR2RGB)), offset)
    pen.text((left, top + size[1] + 9), view.name, font=_font(20), fill=_INK)
    pen.text((left + size[0], top + size[1] + 9), _caption(view), font=_font(20), fill=_FAINT, anchor="ra")


def _caption(view: View) -> str:
    found = len(view.found)
    if not found:
        return "no text found"
    read = sum(text.is_read for text in view.found)
    return f"{found} {'line' if found == 1 else 'lines'} found" + (f", {read} read" if read else "")


def _draw_readings(pen: ImageDraw.ImageDraw, view: View, area: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = area
    pen.rectangle(area, fill=_CARD)
    pen.text((left + 24, top + 20), "What the recogniser read", font=_font(24), fill=_INK)
    step = 68
    y = top + 72
    for index, text in enumerate(view.found):
        if not text.is_read or text.reading is None:
            continue
        if y + step > bottom:
            pen.text((left + 24, bottom - 26), "...", font=_font(20), fill=_FAINT, anchor="ls")
            break
        pen.rectangle((left + 24, y + 4, left + 29, y + 50), fill=LINE_COLOURS[index % len(LINE_COLOURS)])
        pen.text((left + 44, y), _shortened(text.reading.text, right - left - 68), font=_font(20), fill=_INK)
        pen.text((left + 44, y + 28), f"confidence {text.reading.confidence:.2f}", font=_font(16), fill=_FAINT)
        y += step
    if y == top + 72:
        pen.text((left + 24, y), "nothing with confidence", font=_font(20), fill=_FAINT)


def _shortened(text: str, width_px: int) -> str:
    # The built-in font has Latin letters only; the recogniser knows thousands of characters.
    printable = "".join(character if character.isascii() else "?" for character in text)
    font = _font(20)
    if font.getlength(printable) <= width_px:
        return printable
    while printable and font.getlength(printable + "...") > width_px:
        printable = printable[:-1]
    return printable + "..."


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
