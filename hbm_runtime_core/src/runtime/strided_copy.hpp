// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_RUNTIME_STRIDED_COPY_HPP_
#define HBM_RUNTIME_STRIDED_COPY_HPP_

#include <cstdint>

namespace hbm {

/// Copies `shape` items of `item_bytes` (1, 2, 4 or 8) from one strided place to another in one pass. Strides are in
/// bytes and may be negative or zero in the source. `swap_bytes` turns the other byte order into this machine's.
void copy_strided(void* destination, const int64_t* destination_stride, const void* source,
                  const int64_t* source_stride, const int64_t* shape, int rank, int item_bytes, bool swap_bytes);

}  // namespace hbm

#endif  // HBM_RUNTIME_STRIDED_COPY_HPP_
