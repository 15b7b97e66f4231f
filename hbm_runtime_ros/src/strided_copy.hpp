// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hbm_wire {

// Copies an array with arbitrary strides into dense row-major order: how padded device rows become a compact tensor.
class StridedCopy {
 public:
  StridedCopy(const void* source, std::size_t item_bytes, std::vector<std::size_t> shape,
              std::vector<std::ptrdiff_t> stride_bytes);

  std::size_t size_bytes() const { return size_bytes_; }

  // Writes size_bytes() bytes.
  void run(std::uint8_t* target) const;

 private:
  const std::uint8_t* source_;
  std::size_t size_bytes_;
  std::size_t run_bytes_;  // the longest stretch that is contiguous in the source
  // The axes outside of a run, outermost first, with neighbours merged where one step of the outer equals a whole
  // inner.
  std::vector<std::size_t> shape_;
  std::vector<std::ptrdiff_t> stride_bytes_;
};

}  // namespace hbm_wire
