// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "runtime/tensor_info.hpp"

namespace hbm {

/// Where the items of one tensor lie in its device memory; it has no dynamic entries.
struct TensorLayout {
  int rank = 0;
  /// Items as stored: the last dimension of packed types is halved.
  std::int64_t shape[kMaxRank] = {};
  std::int64_t stride_bytes[kMaxRank] = {};
  /// Device memory to allocate.
  std::int64_t bytes = 0;
  /// There are gaps between the items or after the last one.
  bool padded = false;

  bool same_shape(const std::int64_t* other_shape) const;
};

/// Rows of dynamic inputs must start at multiples of this.
std::int64_t stride_alignment(const std::string& soc);

/// Settles the -1 entries of a tensor: dimensions from `shape` (as stored), strides from the innermost outwards, each
/// rounded up to `alignment`. Strides are computed nowhere else.
TensorLayout settle_layout(const TensorInfo& info, const std::int64_t* shape, std::int64_t alignment);

/// The layout a library reports after a run; `stride_bytes` has no -1 left.
TensorLayout reported_layout(const TensorInfo& info, const hbDNNTensorProperties& properties);

/// Writes a settled layout into what InferV2 gets: only dimensions and strides that the library left open change.
void apply_layout(const TensorInfo& info, const TensorLayout& layout, hbDNNTensorProperties* properties);

}  // namespace hbm
