// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "driver/fork_guard.hpp"

#include <pthread.h>

#include <atomic>

namespace hbm {
namespace {

std::atomic<std::uint64_t> generation{0};

void count_fork() { generation.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

void install_fork_guard() {
  static const int installed = pthread_atfork(nullptr, nullptr, &count_fork);
  (void)installed;
}

std::uint64_t fork_generation() { return generation.load(std::memory_order_relaxed); }

}  // namespace hbm
