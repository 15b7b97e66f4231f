// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace hbm_ros {

// The largest of the last 16 to 31 sizes: how large a buffer that is kept for the next message needs to be.
class RecentMaximum {
 public:
  void add(std::size_t size_bytes) {
    current_ = std::max(current_, size_bytes);
    if (++count_ == kWindow) {
      previous_ = current_;
      current_ = 0;
      count_ = 0;
    }
  }

  // Whether a buffer of this size is more than twice as large as was necessary recently.
  bool exceeded_by(std::size_t capacity_bytes) const { return capacity_bytes / 2 > std::max(previous_, current_); }

 private:
  static constexpr int kWindow = 16;

  std::size_t previous_ = 0;
  std::size_t current_ = 0;
  int count_ = 0;
};

}  // namespace hbm_ros
