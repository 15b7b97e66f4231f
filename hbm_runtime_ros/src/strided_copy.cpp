// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "strided_copy.hpp"

#include <cstring>
#include <utility>

namespace hbm_wire {
namespace {

// A constant size lets the compiler turn memcpy into one load and one store.
template <std::size_t RunBytes>
void copy_line(std::uint8_t* target, const std::uint8_t* source, std::size_t count, std::ptrdiff_t stride_bytes) {
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(target, source, RunBytes);
    target += RunBytes;
    source += stride_bytes;
  }
}

void copy_line(std::uint8_t* target, const std::uint8_t* source, std::size_t run_bytes, std::size_t count,
               std::ptrdiff_t stride_bytes) {
  switch (run_bytes) {
    case 1:
      return copy_line<1>(target, source, count, stride_bytes);
    case 2:
      return copy_line<2>(target, source, count, stride_bytes);
    case 4:
      return copy_line<4>(target, source, count, stride_bytes);
    case 8:
      return copy_line<8>(target, source, count, stride_bytes);
    default:
      for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(target, source, run_bytes);
        target += run_bytes;
        source += stride_bytes;
      }
  }
}

}  // namespace

StridedCopy::StridedCopy(const void* source, std::size_t item_bytes, std::vector<std::size_t> shape,
                         std::vector<std::ptrdiff_t> stride_bytes)
    : source_(static_cast<const std::uint8_t*>(source)), size_bytes_(item_bytes), run_bytes_(item_bytes) {
  std::size_t axis = shape.size();
  for (const std::size_t length : shape) {
    size_bytes_ *= length;
  }
  if (size_bytes_ == 0) {
    return;
  }
  while (axis > 0 && (shape[axis - 1] == 1 || stride_bytes[axis - 1] == static_cast<std::ptrdiff_t>(run_bytes_))) {
    --axis;
    run_bytes_ *= shape[axis];
  }
  for (std::size_t i = 0; i < axis; ++i) {
    if (shape[i] == 1) {
      continue;
    }
    if (!shape_.empty() && stride_bytes_.back() == stride_bytes[i] * static_cast<std::ptrdiff_t>(shape[i])) {
      shape_.back() *= shape[i];
      stride_bytes_.back() = stride_bytes[i];
    } else {
      shape_.push_back(shape[i]);
      stride_bytes_.push_back(stride_bytes[i]);
    }
  }
}

void StridedCopy::run(std::uint8_t* target) const {
  if (size_bytes_ == 0) {
    return;
  }
  if (shape_.empty()) {
    std::memcpy(target, source_, run_bytes_);
    return;
  }
  const std::size_t line_axis = shape_.size() - 1;
  const std::size_t line_bytes = run_bytes_ * shape_[line_axis];
  std::vector<std::size_t> index(line_axis, 0);
  const std::uint8_t* line = source_;
  const std::uint8_t* const end = target + size_bytes_;
  while (true) {
    copy_line(target, line, run_bytes_, shape_[line_axis], stride_bytes_[line_axis]);
    target += line_bytes;
    if (target == end) {
      return;
    }
    // Count up like an odometer: the last outer axis turns fastest.
    for (std::size_t axis = line_axis; axis-- > 0;) {
      line += stride_bytes_[axis];
      if (++index[axis] < shape_[axis]) {
        break;
      }
      line -= stride_bytes_[axis] * static_cast<std::ptrdiff_t>(shape_[axis]);
      index[axis] = 0;
    }
  }
}

}  // namespace hbm_wire
