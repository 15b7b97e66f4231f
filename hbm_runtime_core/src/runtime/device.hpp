// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "driver/driver.hpp"
#include "runtime/buffer_pool.hpp"
#include "runtime/task_pool.hpp"
#include "runtime/waiters.hpp"

namespace hbm {

/// What all runtimes of a process share: the libraries, device memory, the tasks, the threads that wait for tasks.
class Device {
 public:
  /// Opens the libraries at first use, as Driver::instance does. Lives as long as the process.
  static Device& instance(std::optional<BackendChoice> backend = std::nullopt);

  const Driver& driver() const { return driver_; }
  const ApiTable& api() const { return driver_.api(); }
  BufferPool& buffers() { return buffers_; }
  TaskPool& tasks() { return tasks_; }
  Waiters& waiters() { return waiters_; }

  /// False in a process forked from the one that opened the libraries.
  bool usable() const;
  /// Throws StateError where not usable.
  void check_usable() const;

 private:
  explicit Device(const Driver& driver);

  const Driver& driver_;
  const std::uint64_t fork_generation_;
  BufferPool buffers_;
  TaskPool tasks_;
  Waiters waiters_;
};

}  // namespace hbm
