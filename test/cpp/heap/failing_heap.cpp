// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "heap/failing_heap.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> allocations{0};
std::atomic<std::int64_t> live{0};

// Without the dynamic linker's help, which would allocate.
__attribute__((tls_model("initial-exec"))) thread_local std::int64_t until_failure = -1;
__attribute__((tls_model("initial-exec"))) thread_local int spared = 0;

bool must_fail() { return until_failure >= 0 && spared == 0 && until_failure-- == 0; }

/// `allocate()`, or null in the place of the allocation that fails.
template <typename Allocate>
void* counted(const Allocate& allocate) {
  if (must_fail()) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const memory = allocate();
  if (memory != nullptr) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    live.fetch_add(1, std::memory_order_relaxed);
  }
  return memory;
}

template <typename Free>
void counted_free(void* memory, const Free& free) {
  if (memory != nullptr) {
    live.fetch_sub(1, std::memory_order_relaxed);
    free(memory);
  }
}

}  // namespace

extern "C" {

void hbm_fail_allocation(std::int64_t position) { until_failure = position; }

bool hbm_fail_no_allocation(void) {
  const bool waits = until_failure >= 0;
  until_failure = -1;
  return waits;
}

std::int64_t hbm_allocation_count(void) { return allocations; }
std::int64_t hbm_live_allocations(void) { return live; }
}

namespace hbm_test {

SparedAllocations::SparedAllocations() { ++spared; }
SparedAllocations::~SparedAllocations() { --spared; }

}  // namespace hbm_test

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

void* operator new(std::size_t bytes) {
  void* const memory = counted([&] { return std::malloc(bytes); });
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

void operator delete(void* memory) noexcept { counted_free(memory, std::free); }
void operator delete(void* memory, std::size_t) noexcept { counted_free(memory, std::free); }

#else

extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);

void* malloc(std::size_t bytes) {
  return counted([&] { return __libc_malloc(bytes); });
}

void* calloc(std::size_t count, std::size_t bytes) {
  return counted([&] { return __libc_calloc(count, bytes); });
}

void* memalign(std::size_t alignment, std::size_t bytes) {
  return counted([&] { return __libc_memalign(alignment, bytes); });
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  void* const result = memalign(alignment, bytes);
  if (result == nullptr) {
    return ENOMEM;
  }
  *memory = result;
  return 0;
}

void* realloc(void* memory, std::size_t bytes) {
  if (memory == nullptr) {
    return malloc(bytes);
  }
  if (bytes == 0) {
    live.fetch_sub(1, std::memory_order_relaxed);
    return __libc_realloc(memory, 0);
  }
  if (must_fail()) {
    errno = ENOMEM;
    return nullptr;
  }
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, bytes);
}

void free(void* memory) { counted_free(memory, __libc_free); }
}

#endif
