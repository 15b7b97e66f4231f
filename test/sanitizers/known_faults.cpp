// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Faults that a sanitizer has to report when Python calls them: scripts/sanitize checks it before it runs the Python
// tests, which would pass as well if nothing were reported.
#include <sched.h>

#include <atomic>
#include <cstddef>

#define HBM_KNOWN_FAULT extern "C" __attribute__((visibility("default"), noinline))

HBM_KNOWN_FAULT int known_overflow(std::size_t index) {
  // Of an object whose size it knows, the compiler would check the index itself.
  int* const volatile numbers = new int[4]{};
  const int read = numbers[index];
  delete[] numbers;
  return read;
}

HBM_KNOWN_FAULT int known_undefined_shift(int bits) { return 1 << bits; }

HBM_KNOWN_FAULT void known_leak(std::size_t size) {
  static char* volatile leaked = nullptr;
  leaked = new char[size];
  leaked = nullptr;
}

// Called by two threads: one call after the other would be ordered by the locks of the interpreter.
HBM_KNOWN_FAULT void known_race() {
  static std::atomic<int> arrived{0};
  static int calls = 0;
  arrived.fetch_add(1, std::memory_order_relaxed);
  while (arrived.load(std::memory_order_relaxed) < 2) {
    sched_yield();
  }
  ++calls;
}
