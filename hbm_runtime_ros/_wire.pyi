# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
# Types of the native module. Kept by hand; test/ros/test_native_stubs.py compares it with the module.

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import Buffer

class WireError(ValueError):
    """The bytes are not a message of the type."""

class FrameHeader:
    """std_msgs/Header: what a result copies from its frame."""

    def __init__(self, stamp_sec: int, stamp_nanosec: int, frame_id: str) -> None: ...
    @property
    def stamp_sec(self) -> int: ...
    @property
    def stamp_nanosec(self) -> int: ...
    @property
    def frame_id(self) -> str: ...

class Image:
    """A serialized sensor_msgs/Image, read in place."""

    @property
    def header(self) -> FrameHeader: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def is_bigendian(self) -> bool: ...
    @property
    def step_bytes(self) -> int: ...
    @property
    def data(self) -> npt.NDArray[np.uint8]: ...

class CompressedImage:
    """A serialized sensor_msgs/CompressedImage, read in place."""

    @property
    def header(self) -> FrameHeader: ...
    @property
    def format(self) -> str: ...
    @property
    def data(self) -> npt.NDArray[np.uint8]: ...

class HbmemImage:
    """A picture of hbm_img_msgs, serialized or as a loan, read in place."""

    @property
    def index(self) -> int: ...
    @property
    def stamp_sec(self) -> int: ...
    @property
    def stamp_nanosec(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def data_size_bytes(self) -> int: ...
    @property
    def step_bytes(self) -> int: ...
    @property
    def encoding(self) -> bytes: ...
    @property
    def room(self) -> npt.NDArray[np.uint8]: ...

class Tensor:
    """A hbm_runtime_ros/Tensor in a serialized message, read in place."""

    @property
    def name(self) -> str: ...
    @property
    def dtype_code(self) -> int: ...
    @property
    def dtype_bits(self) -> int: ...
    @property
    def dtype_lanes(self) -> int: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def strides(self) -> tuple[int, ...]: ...
    @property
    def byte_offset(self) -> int: ...
    @property
    def quant_type(self) -> int: ...
    @property
    def quant_scale(self) -> list[float]: ...
    @property
    def quant_zero_point(self) -> list[int]: ...
    @property
    def quant_axis(self) -> int: ...
    @property
    def data(self) -> npt.NDArray[np.uint8]: ...

class ImageTransform:
    """The fields of hbm_runtime_ros/msg/ImageTransform."""

    def __init__(
        self,
        *,
        inputs: Sequence[str],
        mode: str,
        source_width: int,
        source_height: int,
        model_width: int,
        model_height: int,
        scale_x: float,
        scale_y: float,
        pad_left: float,
        pad_top: float,
        crop_left: float,
        crop_top: float,
    ) -> None: ...

class TensorType:
    """What hbm_runtime_ros/msg/Tensor contains of an output in every result."""

    def __init__(
        self,
        *,
        name: str,
        dtype_code: int,
        dtype_bits: int,
        packed_length: int,
        quant_type: int,
        quant_scale: Sequence[float],
        quant_zero_point: Sequence[int],
        quant_axis: int,
    ) -> None: ...

class ResultWriter:
    """Serializes the hbm_runtime_ros/msg/InferenceResult of one model into one reused buffer.

    Args:
        model: name in the results.
        outputs: of the model.
        real_bits: for each output the bits of the floats that its elements become, 32 or 16, or 0 where they stay as they
            are. Empty: all stay.
    """

    def __init__(self, model: str, outputs: Sequence[TensorType], real_bits: Sequence[int] = ...) -> None: ...
    def write(
        self,
        *,
        header: FrameHeader,
        sequence: int,
        transforms: Sequence[ImageTransform],
        timing: Sequence[int],
        outputs: Sequence[np.ndarray[Any, Any]],
    ) -> memoryview:
        """Return the serialized message. The next call overwrites it.

        Raises:
            ValueError: another number of outputs, elements of another size, or a shape that the quantization does not fit.
        """

def digest(array: np.ndarray[Any, Any]) -> str:
    """Return the XXH3-128 of the elements of an array in row-major order, 32 hexadecimal digits, whatever its strides."""

class DetectionArrays:
    """The detections of one frame, in pixels of its picture.

    Args:
        boxes: [n, 4], x0, y0, x1, y1.
        scores: [n].
        classes: [n].
        corners: [n, 4, 2], clockwise from the object's own top left, or None.
        keypoints: [n, k, 3], x, y and visibility, or None.

    Raises:
        ValueError: the arrays have other shapes.
    """

    def __init__(
        self,
        *,
        boxes: npt.NDArray[np.float32],
        scores: npt.NDArray[np.float32],
        classes: npt.NDArray[np.int32],
        corners: npt.NDArray[np.float32] | None,
        keypoints: npt.NDArray[np.float32] | None,
    ) -> None: ...

class DetectionWriter:
    """Serializes decoded results into reused buffers, as messages of other packages. Any thread may use it.

    The methods return the serialized message, read-only. Its memory is reused once nothing refers to it.

    Args:
        labels: names of the classes; one without a name has its number.
        annotations_have_metadata: whether foxglove_msgs has the layout with metadata of each annotation.
    """

    def __init__(self, labels: Sequence[str], annotations_have_metadata: bool) -> None: ...
    def detections(self, header: FrameHeader, arrays: DetectionArrays) -> memoryview:
        """Write a vision_msgs/Detection2DArray."""

    def classification(self, header: FrameHeader, names: Sequence[str], scores: npt.NDArray[np.float32]) -> memoryview:
        """Write a vision_msgs/Classification."""

    def keypoints(self, header: FrameHeader, arrays: DetectionArrays) -> memoryview:
        """Write a sensor_msgs/PointCloud2 with a row for each detection."""

    def targets(self, header: FrameHeader, arrays: DetectionArrays, frames_per_second: int) -> memoryview:
        """Write an ai_msgs/PerceptionTargets."""

    def annotations(self, header: FrameHeader, arrays: DetectionArrays, size: tuple[int, int]) -> memoryview:
        """Write a foxglove_msgs/ImageAnnotations for a picture of `size`."""

    def line_annotations(
        self, header: FrameHeader, names: Sequence[str], scores: npt.NDArray[np.float32], size: tuple[int, int]
    ) -> memoryview:
        """Write a foxglove_msgs/ImageAnnotations with lines of text in the picture's corner."""

    def image(self, header: FrameHeader, numbers: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> memoryview:
        """Write a sensor_msgs/Image, mono8 or mono16."""

    def jpeg(self, header: FrameHeader, file: bytes) -> memoryview:
        """Write a sensor_msgs/CompressedImage."""

def parse_image(message: Buffer) -> Image: ...
def parse_compressed_image(message: Buffer) -> CompressedImage: ...
def parse_hbmem_image(message: Buffer, room_bytes: int) -> HbmemImage: ...
def parse_tensor_list(message: Buffer) -> tuple[FrameHeader, list[Tensor]]: ...
def read_stamp_ns(message: Buffer) -> int: ...
def read_hbmem_stamp_ns(message: Buffer) -> int: ...
