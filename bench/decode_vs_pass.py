# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoding a YOLO11 (640×640, six int8 outputs, 300 boxes above the threshold, NMS) ÷ one C++ pass that sums their bytes."""

import ctypes

from bench.harness import Row, compile_peer, interleave, seconds_per_call, show
from bench.yolo_outputs import decoder_and_outputs


def measure() -> Row:
    decoder, outputs = decoder_and_outputs()
    sum_bytes = ctypes.CDLL(compile_peer("sum_bytes.cpp", ["-shared", "-fPIC"])).sum_bytes
    sum_bytes.argtypes = (ctypes.c_void_p, ctypes.c_int64)
    sum_bytes.restype = ctypes.c_int64
    arrays = [(array.ctypes.data, array.nbytes) for array in outputs.values()]

    def one_pass() -> int:
        return sum(sum_bytes(address, count) for address, count in arrays)

    assert one_pass() == sum(int(array.sum(dtype="int64")) for array in outputs.values())
    value, samples = interleave(
        lambda: seconds_per_call(lambda: decoder.decode(outputs), 20), lambda: seconds_per_call(one_pass, 40)
    )
    return Row("decode_vs_pass", value, "ratio", 6, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
