// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "hbm_runtime_ros/real_values.hpp"

namespace hbm_wire {

// Converts an array with arbitrary strides into the dense real values of a tensor. `quantization` must outlive it and
// fit the array's shape.
class RealValueCopy {
 public:
  RealValueCopy(hbm_runtime_ros::Elements elements, const hbm_runtime_ros::Quantization& quantization,
                std::uint8_t target_bits)
      : elements_(std::move(elements)), quantization_(quantization), target_bits_(target_bits) {}

  std::size_t size_bytes() const {
    std::size_t size_bytes = target_bits_ / 8U;
    for (const std::int64_t length : elements_.shape) {
      size_bytes *= static_cast<std::size_t>(length);
    }
    return size_bytes;
  }

  // Writes size_bytes() bytes. The data of a serialized tensor are aligned to 4 bytes.
  void run(std::uint8_t* target) const {
    if (target_bits_ == 16) {
      hbm_runtime_ros::write_real_values(elements_, quantization_, reinterpret_cast<hbm_runtime_ros::Half*>(target));
    } else {
      hbm_runtime_ros::write_real_values(elements_, quantization_, reinterpret_cast<float*>(target));
    }
  }

 private:
  hbm_runtime_ros::Elements elements_;
  const hbm_runtime_ros::Quantization& quantization_;
  std::uint8_t target_bits_;
};

}  // namespace hbm_wire
