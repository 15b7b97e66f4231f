// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/strided_copy.hpp"

#include <algorithm>
#include <cstring>

#include "dnn/data_type.hpp"

namespace hbm_sim {

RowWalk::RowWalk(const hbDNNTensorProperties& properties) {
  const int dimensions = properties.validShape.numDimensions;
  std::int64_t run = unit_bytes(properties.tensorType);
  int inner = dimensions - 1;
  for (; inner >= 0; --inner) {
    const std::int64_t size = properties.validShape.dimensionSize[inner];
    if (size != 1 && properties.stride[inner] != run) {
      break;
    }
    run *= inner == dimensions - 1 ? row_units(properties.tensorType, size) : size;
  }
  outer_dimensions_ = inner + 1;
  row_bytes_ = static_cast<std::size_t>(run);
  for (int dimension = 0; dimension < outer_dimensions_; ++dimension) {
    const auto at = static_cast<std::size_t>(dimension);
    sizes_[at] = properties.validShape.dimensionSize[dimension];
    strides_[at] = properties.stride[dimension];
    row_count_ *= static_cast<std::size_t>(sizes_[at]);
  }
}

void RowWalk::next() noexcept {
  for (int dimension = outer_dimensions_ - 1; dimension >= 0; --dimension) {
    const auto at = static_cast<std::size_t>(dimension);
    offset_ += strides_[at];
    if (++index_[at] < sizes_[at]) {
      return;
    }
    offset_ -= strides_[at] * sizes_[at];
    index_[at] = 0;
  }
}

void copy_strided(void* destination, const hbDNNTensorProperties& destination_properties, const void* source,
                  const hbDNNTensorProperties& source_properties) {
  RowWalk to(destination_properties);
  RowWalk from(source_properties);
  auto* const out = static_cast<unsigned char*>(destination);
  const auto* const in = static_cast<const unsigned char*>(source);
  // Rows of the two differ in length where only one is padded; the shorter always divides the longer.
  const std::size_t bytes = std::min(to.row_bytes(), from.row_bytes());
  const std::size_t rows = bytes == to.row_bytes() ? to.row_count() : from.row_count();
  std::size_t in_to = 0;
  std::size_t in_from = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::memcpy(out + to.offset() + in_to, in + from.offset() + in_from, bytes);
    in_to += bytes;
    in_from += bytes;
    if (in_to == to.row_bytes()) {
      in_to = 0;
      to.next();
    }
    if (in_from == from.row_bytes()) {
      in_from = 0;
      from.next();
    }
  }
}

}  // namespace hbm_sim
