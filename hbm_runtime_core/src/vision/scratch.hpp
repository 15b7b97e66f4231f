// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_VISION_SCRATCH_HPP_
#define HBM_VISION_SCRATCH_HPP_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hbm::vision {

/// Memory that grows to the largest picture seen and is kept: nothing is allocated for each frame.
class Scratch {
 public:
  uint8_t* reserve(size_t size_bytes) {
    if (size_bytes > size_bytes_) {
      memory_.reset(new uint8_t[size_bytes]);
      size_bytes_ = size_bytes;
    }
    return memory_.get();
  }

 private:
  std::unique_ptr<uint8_t[]> memory_;
  size_t size_bytes_ = 0;
};

}  // namespace hbm::vision

#endif  // HBM_VISION_SCRATCH_HPP_
