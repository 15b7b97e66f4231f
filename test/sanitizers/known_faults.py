# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Does what a sanitizer has to report: the function named by the second argument, of the library named by the first one."""

import ctypes
import sys
import threading

library = ctypes.CDLL(sys.argv[1])


def known_race():
    threads = [threading.Thread(target=library.known_race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def known_leak():
    library.known_leak(1000)
    ctypes.CDLL(None).__lsan_do_recoverable_leak_check()


def known_overflow():
    library.known_overflow(ctypes.c_size_t(4))


def known_undefined_shift():
    library.known_undefined_shift(64)


globals()[sys.argv[2]]()
