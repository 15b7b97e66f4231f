// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/strided_copy.hpp"

#include <cstring>

#include "runtime/dtype.hpp"

namespace hbm {
namespace {

struct Axis {
  int64_t count;
  int64_t destination_stride;
  int64_t source_stride;
};

inline uint8_t swapped(uint8_t value) { return value; }
inline uint16_t swapped(uint16_t value) { return __builtin_bswap16(value); }
inline uint32_t swapped(uint32_t value) { return __builtin_bswap32(value); }
inline uint64_t swapped(uint64_t value) { return __builtin_bswap64(value); }

// memcpy moves each item: arrays of NumPy need not be aligned.
template <typename Item, bool swap>
void copy_line(char* destination, const char* source, const Axis& axis) {
  for (int64_t i = 0; i < axis.count; ++i) {
    Item item;
    std::memcpy(&item, source, sizeof(Item));
    if (swap) {
      item = swapped(item);
    }
    std::memcpy(destination, &item, sizeof(Item));
    destination += axis.destination_stride;
    source += axis.source_stride;
  }
}

using LineCopy = void (*)(char*, const char*, const Axis&);

template <bool swap>
LineCopy line_copy_for(int item_bytes) {
  switch (item_bytes) {
    case 2:
      return copy_line<uint16_t, swap>;
    case 4:
      return copy_line<uint32_t, swap>;
    case 8:
      return copy_line<uint64_t, swap>;
    default:
      return copy_line<uint8_t, swap>;
  }
}

// Two neighbours become one axis where both sides step through them evenly; axes of one item vanish.
int merge_axes(const int64_t* destination_stride, const int64_t* source_stride, const int64_t* shape, int rank,
               Axis* axes) {
  int count = 0;
  for (int i = 0; i < rank; ++i) {
    const Axis axis{shape[i], destination_stride[i], source_stride[i]};
    if (axis.count == 1) {
      continue;
    }
    Axis* outer = count > 0 ? &axes[count - 1] : nullptr;
    if (outer != nullptr && outer->destination_stride == axis.destination_stride * axis.count &&
        outer->source_stride == axis.source_stride * axis.count) {
      *outer = {outer->count * axis.count, axis.destination_stride, axis.source_stride};
    } else {
      axes[count++] = axis;
    }
  }
  return count;
}

template <typename CopyInner>
void walk(char* destination, const char* source, const Axis* axes, int outer_count, const CopyInner& copy_inner) {
  int64_t index[max_rank] = {};
  while (true) {
    copy_inner(destination, source);
    int i = outer_count - 1;
    for (; i >= 0; --i) {
      destination += axes[i].destination_stride;
      source += axes[i].source_stride;
      if (++index[i] < axes[i].count) {
        break;
      }
      destination -= axes[i].destination_stride * axes[i].count;
      source -= axes[i].source_stride * axes[i].count;
      index[i] = 0;
    }
    if (i < 0) {
      return;
    }
  }
}

}  // namespace

void copy_strided(void* destination, const int64_t* destination_stride, const void* source,
                  const int64_t* source_stride, const int64_t* shape, int rank, int item_bytes, bool swap_bytes) {
  for (int i = 0; i < rank; ++i) {
    if (shape[i] == 0) {
      return;
    }
  }
  Axis axes[max_rank + 1];
  int count = merge_axes(destination_stride, source_stride, shape, rank, axes);
  if (count == 0) {
    axes[count++] = {1, item_bytes, item_bytes};
  }
  auto* to = static_cast<char*>(destination);
  const auto* from = static_cast<const char*>(source);
  const Axis inner = axes[count - 1];
  const bool swap = swap_bytes && item_bytes > 1;
  if (!swap && inner.destination_stride == item_bytes && inner.source_stride == item_bytes) {
    const auto bytes = static_cast<std::size_t>(inner.count * item_bytes);
    walk(to, from, axes, count - 1, [bytes](char* d, const char* s) { std::memcpy(d, s, bytes); });
    return;
  }
  const LineCopy copy = swap ? line_copy_for<true>(item_bytes) : line_copy_for<false>(item_bytes);
  walk(to, from, axes, count - 1, [copy, &inner](char* d, const char* s) { copy(d, s, inner); });
}

}  // namespace hbm
