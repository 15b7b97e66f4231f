# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The future that `HB_HBMRuntime.run_async` returns."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Generator
from typing import Any


class InferFuture(concurrent.futures.Future):
    """A `concurrent.futures.Future` that a coroutine can await, too.

    The device cannot be stopped once it has begun, so `cancel()` returns False. Done callbacks run on a thread of the
    library and should be short.
    """

    def __await__(self) -> Generator[Any, None, Any]:
        import asyncio

        return asyncio.wrap_future(self).__await__()
