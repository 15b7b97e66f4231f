# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
# Types of a native module. Written by scripts/stubs.
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .future import InferFuture
from .version import LibraryVersion

class hbDNNDataType:
    S4: ClassVar[hbDNNDataType]
    U4: ClassVar[hbDNNDataType]
    S8: ClassVar[hbDNNDataType]
    U8: ClassVar[hbDNNDataType]
    F16: ClassVar[hbDNNDataType]
    S16: ClassVar[hbDNNDataType]
    U16: ClassVar[hbDNNDataType]
    F32: ClassVar[hbDNNDataType]
    S32: ClassVar[hbDNNDataType]
    U32: ClassVar[hbDNNDataType]
    F64: ClassVar[hbDNNDataType]
    S64: ClassVar[hbDNNDataType]
    U64: ClassVar[hbDNNDataType]
    BOOL8: ClassVar[hbDNNDataType]
    MAX: ClassVar[hbDNNDataType]
    __members__: ClassVar[dict[str, hbDNNDataType]]
    def __init__(self, value: int) -> None: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __index__(self) -> int: ...
    def __int__(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> int: ...

class hbDNNQuantiType:
    NONE: ClassVar[hbDNNQuantiType]
    SCALE: ClassVar[hbDNNQuantiType]
    __members__: ClassVar[dict[str, hbDNNQuantiType]]
    def __init__(self, value: int) -> None: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __index__(self) -> int: ...
    def __int__(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> int: ...

class QuantParams:
    def __init__(
        self,
        quant_type: hbDNNQuantiType = ...,
        axis: int = 0,
        scale: ArrayLike | None = None,
        zero_point: ArrayLike | None = None,
    ) -> None: ...
    quant_type: hbDNNQuantiType
    axis: int
    @property
    def scale(self) -> NDArray[np.float32]: ...
    @scale.setter
    def scale(self, value: ArrayLike | None) -> None: ...
    @property
    def zero_point(self) -> NDArray[np.int32]: ...
    @zero_point.setter
    def zero_point(self, value: ArrayLike | None) -> None: ...
    def __eq__(self, other: object) -> bool: ...

class SchedParam:
    def __init__(self, priority: int = 0, customId: int = 0, bpu_cores: Iterable[int] = ..., deviceId: int = 0) -> None: ...
    PRIORITY_RANGE: ClassVar[tuple[int, int]]
    DEVICE_ID_RANGE: ClassVar[tuple[int, int]]
    priority: int
    customId: int
    @property
    def bpu_cores(self) -> list[int]: ...
    @bpu_cores.setter
    def bpu_cores(self, value: Iterable[int]) -> None: ...
    deviceId: int
    def __eq__(self, other: object) -> bool: ...

class CallTiming:
    @property
    def input_us(self) -> float: ...
    @property
    def submit_us(self) -> float: ...
    @property
    def device_us(self) -> float: ...
    @property
    def output_us(self) -> float: ...
    @property
    def total_us(self) -> float: ...
    @property
    def copy_in_us(self) -> float: ...
    @property
    def queue_us(self) -> float: ...
    @property
    def copy_out_us(self) -> float: ...

class InferRequest:
    @property
    def model_name(self) -> str: ...
    @property
    def inputs(self) -> Mapping[str, NDArray[Any]]: ...
    @property
    def timing(self) -> CallTiming: ...
    @property
    def done(self) -> bool: ...
    @property
    def busy(self) -> bool: ...
    def start(
        self,
        *,
        priority: int | None = None,
        bpu_cores: Iterable[int] | None = None,
        custom_id: int | None = None,
        device_id: int | None = None,
        timeout_ms: float | None = None,
        outputs: Mapping[str, NDArray[Any]] | None = None,
    ) -> None: ...
    def wait(self, timeout_ms: float | None = None) -> dict[str, NDArray[Any]]: ...
    def run(
        self,
        *,
        priority: int | None = None,
        bpu_cores: Iterable[int] | None = None,
        custom_id: int | None = None,
        device_id: int | None = None,
        timeout_ms: float | None = None,
        outputs: Mapping[str, NDArray[Any]] | None = None,
    ) -> dict[str, NDArray[Any]]: ...

class HB_HBMRuntime:
    def __init__(
        self,
        model_file: str
        | bytes
        | PathLike[str]
        | PathLike[bytes]
        | Iterable[str | bytes | PathLike[str] | PathLike[bytes]]
        | None = None,
        *,
        model_files: Iterable[str | bytes | PathLike[str] | PathLike[bytes]] | None = None,
        backend: str | None = None,
    ) -> None: ...
    version: ClassVar[LibraryVersion]
    library_path: ClassVar[str]
    backend: ClassVar[str]
    soc: ClassVar[str]
    bpu_core_count: ClassVar[int]
    @property
    def model_names(self) -> list[str]: ...
    @property
    def model_count(self) -> int: ...
    @property
    def model_descs(self) -> dict[str, str]: ...
    @property
    def hbm_descs(self) -> dict[str, str]: ...
    @property
    def compile_bpu_core_num(self) -> dict[str, int]: ...
    @property
    def sched_params(self) -> dict[str, SchedParam]: ...
    @property
    def input_counts(self) -> dict[str, int]: ...
    @property
    def input_names(self) -> dict[str, list[str]]: ...
    @property
    def input_descs(self) -> dict[str, dict[str, str]]: ...
    @property
    def input_shapes(self) -> dict[str, dict[str, list[int]]]: ...
    @property
    def input_dtypes(self) -> dict[str, dict[str, hbDNNDataType]]: ...
    @property
    def input_quants(self) -> dict[str, dict[str, QuantParams]]: ...
    @property
    def input_strides(self) -> dict[str, dict[str, list[int]]]: ...
    @property
    def input_aligned_bytes(self) -> dict[str, dict[str, int]]: ...
    @property
    def output_counts(self) -> dict[str, int]: ...
    @property
    def output_names(self) -> dict[str, list[str]]: ...
    @property
    def output_descs(self) -> dict[str, dict[str, str]]: ...
    @property
    def output_shapes(self) -> dict[str, dict[str, list[int]]]: ...
    @property
    def output_dtypes(self) -> dict[str, dict[str, hbDNNDataType]]: ...
    @property
    def output_quants(self) -> dict[str, dict[str, QuantParams]]: ...
    @property
    def output_strides(self) -> dict[str, dict[str, list[int]]]: ...
    @property
    def output_aligned_bytes(self) -> dict[str, dict[str, int]]: ...
    def set_scheduling_params(
        self,
        priority: Mapping[str, int] | None = None,
        bpu_cores: Mapping[str, Iterable[int]] | None = None,
        custom_id: Mapping[str, int] | None = None,
        device_id: Mapping[str, int] | None = None,
    ) -> None: ...
    def check_scheduling(
        self,
        model_name: str,
        *,
        priority: int | None = None,
        bpu_cores: Iterable[int] | None = None,
        custom_id: int | None = None,
        device_id: int | None = None,
    ) -> int: ...
    def run(
        self,
        input_tensor: NDArray[Any] | Mapping[str, NDArray[Any]] | Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        model_name: str | None = None,
        priority: Mapping[str, int] | None = None,
        bpu_cores: Mapping[str, Iterable[int]] | None = None,
        custom_id: Mapping[str, int] | None = None,
        device_id: Mapping[str, int] | None = None,
        *,
        input_tensors: Mapping[str, NDArray[Any]] | None = None,
        multi_input_tensors: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        timeout_ms: float | None = None,
        outputs: Mapping[str, NDArray[Any]] | Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        timing: dict[str, CallTiming] | None = None,
    ) -> dict[str, dict[str, NDArray[Any]]]: ...
    def run_async(
        self,
        input_tensor: NDArray[Any] | Mapping[str, NDArray[Any]] | Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        model_name: str | None = None,
        priority: Mapping[str, int] | None = None,
        bpu_cores: Mapping[str, Iterable[int]] | None = None,
        custom_id: Mapping[str, int] | None = None,
        device_id: Mapping[str, int] | None = None,
        *,
        input_tensors: Mapping[str, NDArray[Any]] | None = None,
        multi_input_tensors: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        outputs: Mapping[str, NDArray[Any]] | Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        timing: dict[str, CallTiming] | None = None,
    ) -> InferFuture: ...
    def create_request(
        self, model_name: str | None = None, shapes: Mapping[str, Iterable[int]] | None = None
    ) -> InferRequest: ...
    def close(self) -> None: ...
    @property
    def closed(self) -> bool: ...
    def __enter__(self) -> HB_HBMRuntime: ...
    def __exit__(self, *args: Any) -> None: ...

def dequantize(array: NDArray[Any], quant: QuantParams) -> NDArray[np.float32]: ...
def quantize(array: NDArray[Any], quant: QuantParams, dtype: hbDNNDataType | DTypeLike) -> NDArray[Any]: ...
def check_quantization(quant: QuantParams, shape: Iterable[int]) -> None: ...
