# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures for the tests of hbm_runtime_core.vision, in every encoding, and the arrays they are prepared into."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import cv2
import numpy as np
from cli_models import model_file

from hbm_runtime_core import HB_HBMRuntime, vision

GUARD = 0xA5


def nv12_model(width: int, height: int) -> dict:
    return {
        "name": "m",
        "inputs": [{"name": "data", "nv12": {"width": width, "height": height}}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1], "fill": {"kind": "zeros"}}],
    }


def tensor_model(shape: list[int], dtype: str = "F32", **more: object) -> dict:
    return {
        "name": "m",
        "inputs": [{"name": "x", "dtype": dtype, "shape": shape, **more}],
        "outputs": [{"name": "y", "dtype": "U8", "shape": [1], "fill": {"kind": "zeros"}}],
    }


def preparation_of(folder: Path, model: dict, **options: object) -> vision.PicturePreparation:
    with contextlib.redirect_stdout(io.StringIO()):
        path = model_file(folder, model)
    return vision.for_model(HB_HBMRuntime(path), "m", **options)


def guarded(shape: tuple[int, ...], dtype: type = np.uint8, pad: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """An array with padded rows inside a guarded block, and the block."""
    item = np.dtype(dtype).itemsize
    row = int(np.prod(shape[2:])) * item + pad
    block = np.full(shape[1] * row + 2 * pad, GUARD, np.uint8)
    inner = int(np.prod(shape[3:])) * item
    array = np.ndarray(shape, dtype, block, offset=pad, strides=(shape[1] * row, row, inner, item))
    return array, block


def guarded_planes(width: int, height: int) -> tuple[dict[str, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    y, y_block = guarded((1, height, width, 1))
    uv, uv_block = guarded((1, height // 2, width // 2, 2))
    return {"data_y": y, "data_uv": uv}, (y_block, uv_block)


def smooth_bgr(width: int, height: int, seed: int = 0) -> np.ndarray:
    """A picture without fine detail: it bears resizing, and chroma that four pixels share."""
    small = np.random.default_rng(seed).integers(30, 226, (3, 4, 3), dtype=np.uint8)
    large = cv2.resize(small, (4 * width, 4 * height), interpolation=cv2.INTER_CUBIC)
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def yuv_of(bgr: np.ndarray) -> np.ndarray:
    """BT.601, limited range, floats [H, W, 3]."""
    blue, green, red = np.moveaxis(bgr.astype(float), 2, 0) / 255
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return np.stack([16 + 219 * luma, 128 + 224 * (blue - luma) / 1.772, 128 + 224 * (red - luma) / 1.402], axis=2)


def shared_chroma(yuv: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """U and V, the mean of `columns` by `rows` pixels each: uint8 [H / rows, W / columns, 2]."""
    height, width = yuv.shape[:2]
    blocks = yuv[:, :, 1:].reshape(height // rows, rows, width // columns, columns, 2)
    return to_bytes(blocks.mean(axis=(1, 3)))


def to_bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def nv12_of(bgr: np.ndarray) -> np.ndarray:
    yuv = yuv_of(bgr)
    return np.concatenate([to_bytes(yuv[:, :, 0]), shared_chroma(yuv, 2, 2).reshape(-1, bgr.shape[1])])


def bgr_of(arrays: dict[str, np.ndarray]) -> np.ndarray:
    y, uv = arrays["data_y"][0, :, :, 0], arrays["data_uv"][0]
    return cv2.cvtColorTwoPlane(np.ascontiguousarray(y), np.ascontiguousarray(uv), cv2.COLOR_YUV2BGR_NV12)


def encode(bgr: np.ndarray, encoding: str) -> np.ndarray:
    """Rows of bytes."""
    height, width = bgr.shape[:2]
    if encoding in ("nv12", "nv21", "nv24"):
        yuv = yuv_of(bgr)
        chroma = shared_chroma(yuv, 1, 1) if encoding == "nv24" else shared_chroma(yuv, 2, 2)
        if encoding == "nv21":
            chroma = chroma[..., ::-1]
        return np.concatenate([to_bytes(yuv[:, :, 0]), chroma.reshape(-1, width)])
    if encoding in ("uyvy", "yuv422", "yuyv", "yuv422_yuy2"):
        yuv = yuv_of(bgr)
        luma, chroma = to_bytes(yuv[:, :, 0]), shared_chroma(yuv, 2, 1)
        packed = np.empty((height, width // 2, 4), np.uint8)
        first_luma = 1 if encoding in ("uyvy", "yuv422") else 0
        packed[:, :, first_luma::2] = luma.reshape(height, width // 2, 2)
        packed[:, :, 1 - first_luma :: 2] = chroma
        return packed.reshape(height, width * 2)
    conversion = {
        "bgr8": None,
        "8UC3": None,
        "rgb8": cv2.COLOR_BGR2RGB,
        "bgra8": cv2.COLOR_BGR2BGRA,
        "8UC4": cv2.COLOR_BGR2BGRA,
        "rgba8": cv2.COLOR_BGR2RGBA,
        "mono8": cv2.COLOR_BGR2GRAY,
        "8UC1": cv2.COLOR_BGR2GRAY,
    }[encoding]
    picture = bgr if conversion is None else cv2.cvtColor(bgr, conversion)
    return picture.reshape(height, -1)


def padded_rows(picture: np.ndarray, height: int, encoding: str, pad: int) -> np.ndarray:
    """The picture with `pad` bytes behind each row."""
    if encoding == "nv24":  # a row of chroma takes two steps
        luma, chroma = picture[:height], picture[height:].reshape(height, -1)
        step = luma.shape[1] + pad
        chroma = np.pad(chroma, ((0, 0), (0, 2 * pad)), constant_values=GUARD)
        return np.concatenate([np.pad(luma, ((0, 0), (0, pad)), constant_values=GUARD), chroma.reshape(-1, step)])
    return np.pad(picture, ((0, 0), (0, pad)), constant_values=GUARD)


def prepare(preparation, picture, width, height, encoding, into, pad=0):
    padded = padded_rows(picture, height, encoding, pad)
    return preparation.prepare(padded, width, height, padded.shape[1], encoding, into)
