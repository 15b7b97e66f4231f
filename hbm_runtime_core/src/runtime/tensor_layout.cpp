// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/tensor_layout.hpp"

#include <algorithm>

#include "driver/error.hpp"

namespace hbm {
namespace {

// More than any board has, and small enough that sums of a few do not overflow.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 48;

std::int64_t checked_product(std::int64_t left, std::int64_t right, const TensorInfo& info) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product) || product < 0 || product > kMostBytes) {
    throw ValueError("tensor '" + info.name + "': " + describe_tensor(info) + " is larger than any memory (" +
                     std::to_string(left) + " x " + std::to_string(right) + " bytes)");
  }
  return product;
}

std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// Fills bytes and padded from shape and strides.
void measure(const TensorInfo& info, TensorLayout* layout) {
  std::int64_t items = 1;
  std::int64_t reach = info.type().item_bytes();
  for (int i = 0; i < layout->rank; ++i) {
    items = checked_product(items, layout->shape[i], info);
    reach += checked_product(layout->stride_bytes[i], std::max<std::int64_t>(layout->shape[i] - 1, 0), info);
  }
  if (layout->rank > 0) {
    reach = std::max(reach, checked_product(layout->stride_bytes[0], layout->shape[0], info));
  }
  layout->bytes = std::max<std::int64_t>(reach, 1);
  if (!info.has_dynamic_shape()) {
    layout->bytes = std::max(layout->bytes, std::min(info.aligned_bytes, kMostBytes));
  }
  layout->padded = layout->bytes != checked_product(items, info.type().item_bytes(), info);
}

}  // namespace

bool TensorLayout::same_shape(const std::int64_t* other_shape) const {
  return std::equal(shape, shape + rank, other_shape);
}

std::int64_t stride_alignment(const std::string& soc) {
  // 64 is valid on every SoC; the older ones ask for 32 only, which saves memory on narrow pictures.
  return soc == "s100" || soc == "s100p" ? 32 : 64;
}

TensorLayout settle_layout(const TensorInfo& info, const std::int64_t* shape, std::int64_t alignment) {
  TensorLayout layout;
  layout.rank = info.rank();
  std::copy(shape, shape + layout.rank, layout.shape);
  for (int i = layout.rank - 1; i >= 0; --i) {
    const std::int64_t given = info.stride_bytes[static_cast<std::size_t>(i)];
    if (given >= 0) {
      layout.stride_bytes[i] = given;
    } else if (i == layout.rank - 1) {
      layout.stride_bytes[i] = info.type().item_bytes();
    } else {
      layout.stride_bytes[i] =
          round_up(checked_product(layout.stride_bytes[i + 1], layout.shape[i + 1], info), alignment);
    }
  }
  measure(info, &layout);
  if (!info.is_fixed()) {
    layout.bytes = round_up(layout.bytes, alignment);
  }
  return layout;
}

TensorLayout reported_layout(const TensorInfo& info, const hbDNNTensorProperties& properties) {
  TensorLayout layout;
  layout.rank = properties.validShape.numDimensions;
  if (layout.rank < 0 || layout.rank > kMaxRank) {
    throw StateError("output '" + info.name + "': the library reports " + std::to_string(layout.rank) + " dimensions");
  }
  for (int i = 0; i < layout.rank; ++i) {
    layout.shape[i] = properties.validShape.dimensionSize[i];
    layout.stride_bytes[i] = properties.stride[i];
    if (layout.shape[i] < 0 || layout.stride_bytes[i] < 0) {
      throw StateError("output '" + info.name + "': the library leaves dimension " + std::to_string(i) +
                       " open after the run");
    }
  }
  if (layout.rank > 0) {
    layout.shape[layout.rank - 1] = info.type().items(layout.shape[layout.rank - 1]);
  }
  measure(info, &layout);
  return layout;
}

void apply_layout(const TensorInfo& info, const TensorLayout& layout, hbDNNTensorProperties* properties) {
  for (int i = 0; i < layout.rank; ++i) {
    if (properties->validShape.dimensionSize[i] < 0) {
      const bool halved = info.type().is_packed() && i == layout.rank - 1;
      properties->validShape.dimensionSize[i] = static_cast<std::int32_t>(layout.shape[i] * (halved ? 2 : 1));
    }
    properties->stride[i] = layout.stride_bytes[i];
  }
}

}  // namespace hbm
