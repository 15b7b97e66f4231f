# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""hbm_runtime_core under the name that programs written for the vendor's module import."""

from hbm_runtime_core import HB_HBMRuntime, QuantParams, SchedParam, hbDNNDataType, hbDNNQuantiType

__all__ = ["HB_HBMRuntime", "QuantParams", "SchedParam", "hbDNNDataType", "hbDNNQuantiType"]
