// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/nibbles.hpp"

#include <cstddef>
#include <cstdint>

#include "dnn/strided_copy.hpp"

namespace hbm_sim {
namespace {

std::size_t innermost_size(const hbDNNTensorProperties& properties) {
  return static_cast<std::size_t>(properties.validShape.dimensionSize[properties.validShape.numDimensions - 1]);
}

/// Calls `visit` with the offset of each innermost row of the packed side, in order.
template <typename Visit>
void for_each_row(const hbDNNTensorProperties& properties, Visit&& visit) {
  const std::size_t row_bytes = (innermost_size(properties) + 1) / 2;
  // A run without gaps may span several rows, each of which starts at a byte of its own.
  RowWalk walk(properties);
  for (std::size_t run = 0; run < walk.row_count(); ++run, walk.next()) {
    for (std::size_t in_run = 0; in_run < walk.row_bytes(); in_run += row_bytes) {
      visit(static_cast<std::size_t>(walk.offset()) + in_run);
    }
  }
}

/// The four bits as a value of the type: S4 from -8 to 7 in two's complement.
unsigned char widened(unsigned nibble, bool is_signed) {
  return static_cast<unsigned char>(is_signed ? static_cast<int>(nibble ^ 8u) - 8 : static_cast<int>(nibble));
}

}  // namespace

void unpack_nibbles(void* dense, const void* packed, const hbDNNTensorProperties& properties) {
  auto* out = static_cast<unsigned char*>(dense);
  const bool is_signed = properties.tensorType == HB_DNN_TENSOR_TYPE_S4;
  const std::size_t elements = innermost_size(properties);
  for_each_row(properties, [&](std::size_t offset) {
    const auto* const in = static_cast<const unsigned char*>(packed) + offset;
    for (std::size_t at = 0; at < elements; ++at) {
      *out++ = widened((at % 2 == 0 ? in[at / 2] : in[at / 2] >> 4) & 0xfu, is_signed);
    }
  });
}

void pack_nibbles(void* packed, const hbDNNTensorProperties& properties, const void* dense) {
  const auto* in = static_cast<const unsigned char*>(dense);
  const std::size_t elements = innermost_size(properties);
  for_each_row(properties, [&](std::size_t offset) {
    auto* const out = static_cast<unsigned char*>(packed) + offset;
    for (std::size_t at = 0; at < elements; at += 2) {
      const unsigned low = in[at] & 0xfu;
      const unsigned high = at + 1 < elements ? in[at + 1] & 0xfu : 0u;
      out[at / 2] = static_cast<unsigned char>(low | (high << 4));
    }
    in += elements;
  });
}

}  // namespace hbm_sim
