# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A plugin of pytest: reports memory that nothing refers to any more, when the tests have ended and Python has not.

What the interpreter and its modules keep until the process ends would be reported after it.
"""

import ctypes
import gc


def pytest_sessionfinish():
    gc.collect()
    ctypes.CDLL(None).__lsan_do_recoverable_leak_check()
