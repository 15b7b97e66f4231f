// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Where the items of a tensor lie. A shape counts items along each axis, outermost first; strides are the bytes from an
// item to the next along each axis.
#pragma once

#include <cstdint>
#include <optional>

namespace hbm::tensor {

/// The product of non-negative lengths, or nothing where it is larger than 64 bits can say.
inline std::optional<std::int64_t> product(const std::int64_t* lengths, int count) {
  std::int64_t result = 1;
  bool overflow = false;
  for (int i = 0; i < count; ++i) {
    if (lengths[i] == 0) {
      return 0;
    }
    overflow = overflow || __builtin_mul_overflow(result, lengths[i], &result);
  }
  return overflow ? std::nullopt : std::optional(result);
}

/// Writes the strides of row-major order without gaps. Returns false where one is larger than 64 bits can say.
inline bool fill_dense_strides(const std::int64_t* shape, int rank, std::int64_t item_bytes,
                               std::int64_t* stride_bytes) {
  std::int64_t stride = item_bytes;
  bool fits = true;
  for (int axis = rank - 1; axis >= 0; --axis) {
    stride_bytes[axis] = stride;
    fits = fits && !__builtin_mul_overflow(stride, shape[axis], &stride);
  }
  return fits;
}

/// Whether the items follow each other in row-major order without gaps. The stride of an axis of one item is ignored.
inline bool is_dense(const std::int64_t* shape, const std::int64_t* stride_bytes, int rank, std::int64_t item_bytes) {
  std::int64_t expected = item_bytes;
  bool dense = true;
  for (int axis = rank - 1; axis >= 0; --axis) {
    if (shape[axis] == 0) {
      return true;
    }
    dense = dense && (shape[axis] == 1 || stride_bytes[axis] == expected);
    // No stride of an outer axis is equal to a product that is too large.
    dense = dense && (!__builtin_mul_overflow(expected, shape[axis], &expected) || axis == 0);
  }
  return dense;
}

/// Offsets in bytes of the lowest and the highest item from the first one.
struct Reach {
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
};

/// How far the items reach, or nothing where 64 bits cannot say. An empty tensor reaches nowhere.
inline std::optional<Reach> reach(const std::int64_t* shape, const std::int64_t* stride_bytes, int rank) {
  Reach result;
  bool overflow = false;
  for (int axis = 0; axis < rank; ++axis) {
    if (shape[axis] == 0) {
      return Reach{};
    }
    std::int64_t distance = 0;
    std::int64_t& end = stride_bytes[axis] < 0 ? result.lowest : result.highest;
    overflow = overflow || __builtin_mul_overflow(stride_bytes[axis], shape[axis] - 1, &distance) ||
               __builtin_add_overflow(end, distance, &end);
  }
  return overflow ? std::nullopt : std::optional(result);
}

}  // namespace hbm::tensor
