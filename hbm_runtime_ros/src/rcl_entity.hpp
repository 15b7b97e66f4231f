// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace hbm_ros {

// An rclpy handle (of a subscription or a publisher) that rclpy does not destroy while this object lives, whatever
// happens to its node and its context. Needs the GIL to be created, and nothing to be destroyed.
class EnteredHandle {
 public:
  explicit EnteredHandle(pybind11::object handle);
  ~EnteredHandle();
  EnteredHandle(const EnteredHandle&) = delete;
  EnteredHandle& operator=(const EnteredHandle&) = delete;

  // The address of rcl's object.
  template <typename RclEntity>
  RclEntity* get() const {
    return static_cast<RclEntity*>(pointer_);
  }

 private:
  pybind11::object handle_;
  void* pointer_;
};

// rcl's text for this thread's last error, which is then cleared.
std::string last_rcl_error();

}  // namespace hbm_ros
