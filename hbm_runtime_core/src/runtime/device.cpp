// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/device.hpp"

#include "driver/error.hpp"
#include "driver/fork_guard.hpp"

namespace hbm {

Device& Device::instance(std::optional<BackendChoice> backend) {
  const Driver& driver = Driver::instance(backend);
  static Device* device =
      new Device(driver);  // Never deleted: its threads, and arrays of callers, may use it until the process exits.
  return *device;
}

Device::Device(const Driver& driver)
    : driver_(driver),
      fork_generation_(fork_generation()),
      buffers_(driver),
      tasks_(driver),
      waiters_(tasks_.capacity() + 1) {}

bool Device::usable() const { return fork_generation() == fork_generation_; }

void Device::check_usable() const {
  if (!usable()) {
    throw StateError(
        "this process was forked after the runtime was made; the device belongs to the parent process: "
        "make the runtime after the fork, or start workers with the 'spawn' method");
  }
}

}  // namespace hbm
