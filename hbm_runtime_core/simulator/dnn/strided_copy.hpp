// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_DNN_STRIDED_COPY_HPP_
#define HBM_SIM_DNN_STRIDED_COPY_HPP_

#include <array>
#include <cstddef>
#include <cstdint>

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// Walks a tensor row by row, a row being the longest run of bytes without a gap.
class RowWalk {
 public:
  explicit RowWalk(const hbDNNTensorProperties& properties);

  std::size_t row_bytes() const noexcept { return row_bytes_; }
  std::size_t row_count() const noexcept { return row_count_; }

  /// Byte offset of the present row.
  std::int64_t offset() const noexcept { return offset_; }
  void next() noexcept;

 private:
  std::array<std::int64_t, HB_DNN_TENSOR_MAX_DIMENSIONS> sizes_{};
  std::array<std::int64_t, HB_DNN_TENSOR_MAX_DIMENSIONS> strides_{};
  std::array<std::int64_t, HB_DNN_TENSOR_MAX_DIMENSIONS> index_{};
  int outer_dimensions_ = 0;
  std::size_t row_bytes_ = 0;
  std::size_t row_count_ = 1;
  std::int64_t offset_ = 0;
};

/// Copies a tensor into one with the same shape and dtype whose strides may differ. Padding is left as it is.
void copy_strided(void* destination, const hbDNNTensorProperties& destination_properties, const void* source,
                  const hbDNNTensorProperties& source_properties);

}  // namespace hbm_sim

#endif  // HBM_SIM_DNN_STRIDED_COPY_HPP_
