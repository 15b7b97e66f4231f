// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Walks and copies arrays of any strides, without memory of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

namespace hbm::tensor {

/// As many as NumPy's arrays have at most.
inline constexpr int kMaxAxes = 64;

/// One axis of two arrays of the same shape: its length, and the step from an index to the next in each.
struct Axis {
  std::int64_t length;
  std::int64_t first_step;
  std::int64_t second_step;
};

/// The axes of two arrays of the same shape, as few as possible: those of length 1 vanish, and neighbors become one
/// where both arrays step through them evenly.
class Axes {
 public:
  /// Throws std::invalid_argument where more than max_axes are left.
  Axes(const std::int64_t* shape, const std::int64_t* first_steps, const std::int64_t* second_steps, int rank) {
    empty_ = std::find(shape, shape + rank, 0) != shape + rank;
    if (empty_) {
      return;  // Lengths and steps of no items can be any numbers: their products would overflow.
    }
    for (int i = 0; i < rank; ++i) {
      if (shape[i] == 1) {
        continue;
      }
      const Axis axis{shape[i], first_steps[i], second_steps[i]};
      Axis* const outer = count_ > 0 ? &axes_[count_ - 1] : nullptr;
      if (outer != nullptr && outer->first_step == axis.first_step * axis.length &&
          outer->second_step == axis.second_step * axis.length) {
        *outer = {outer->length * axis.length, axis.first_step, axis.second_step};
      } else if (count_ == kMaxAxes) {
        throw std::invalid_argument("expected at most " + std::to_string(kMaxAxes) + " axes, got " +
                                    std::to_string(rank));
      } else {
        axes_[count_++] = axis;
      }
    }
  }

  /// Takes the innermost axis off; one of length 1 where none is left.
  Axis pop() { return count_ > 0 ? axes_[--count_] : Axis{1, 0, 0}; }

  /// Takes the innermost axis off if its items follow each other without gaps in both arrays, whose steps are bytes.
  /// Returns the bytes of the run of items that is left at each position.
  std::int64_t pop_run(std::int64_t item_bytes) {
    const bool dense =
        count_ > 0 && axes_[count_ - 1].first_step == item_bytes && axes_[count_ - 1].second_step == item_bytes;
    return dense ? item_bytes * pop().length : item_bytes;
  }

  /// Calls body(first, second) with the offsets of each position in both arrays, in row-major order.
  template <typename Body>
  void walk(const Body& body) const {
    if (empty_) {
      return;
    }
    std::int64_t index[kMaxAxes];
    for (int axis = 0; axis < count_; ++axis) {
      index[axis] = 0;
    }
    std::int64_t first = 0;
    std::int64_t second = 0;
    while (true) {
      body(first, second);
      // The last axis counts fastest.
      int axis = count_ - 1;
      for (; axis >= 0; --axis) {
        first += axes_[axis].first_step;
        second += axes_[axis].second_step;
        if (++index[axis] < axes_[axis].length) {
          break;
        }
        first -= axes_[axis].first_step * axes_[axis].length;
        second -= axes_[axis].second_step * axes_[axis].length;
        index[axis] = 0;
      }
      if (axis < 0) {
        return;
      }
    }
  }

 private:
  Axis axes_[kMaxAxes];
  int count_ = 0;
  bool empty_ = false;
};

namespace detail {

// A constant size lets the compiler turn memcpy into one load and one store; the items need not be aligned.
template <std::size_t kBytes>
void copy_line(std::uint8_t* target, const std::uint8_t* source, const Axis& line, std::int64_t) {
  for (std::int64_t i = 0; i < line.length; ++i) {
    std::memcpy(target, source, kBytes);
    target += line.first_step;
    source += line.second_step;
  }
}

inline void copy_line_of_runs(std::uint8_t* target, const std::uint8_t* source, const Axis& line,
                              std::int64_t run_bytes) {
  for (std::int64_t i = 0; i < line.length; ++i) {
    std::memcpy(target, source, static_cast<std::size_t>(run_bytes));
    target += line.first_step;
    source += line.second_step;
  }
}

inline std::uint16_t swapped(std::uint16_t value) { return __builtin_bswap16(value); }
inline std::uint32_t swapped(std::uint32_t value) { return __builtin_bswap32(value); }
inline std::uint64_t swapped(std::uint64_t value) { return __builtin_bswap64(value); }

template <typename Item>
void copy_line_swapped(std::uint8_t* target, const std::uint8_t* source, const Axis& line, std::int64_t) {
  for (std::int64_t i = 0; i < line.length; ++i) {
    Item item;
    std::memcpy(&item, source, sizeof(item));
    item = swapped(item);
    std::memcpy(target, &item, sizeof(item));
    target += line.first_step;
    source += line.second_step;
  }
}

using CopyLine = void (*)(std::uint8_t*, const std::uint8_t*, const Axis&, std::int64_t);

inline CopyLine copy_line_for(std::int64_t run_bytes, bool swap) {
  switch (run_bytes) {
    case 1:
      return copy_line<1>;
    case 2:
      return swap ? copy_line_swapped<std::uint16_t> : copy_line<2>;
    case 4:
      return swap ? copy_line_swapped<std::uint32_t> : copy_line<4>;
    case 8:
      return swap ? copy_line_swapped<std::uint64_t> : copy_line<8>;
    default:
      return copy_line_of_runs;
  }
}

}  // namespace detail

/// Copies the items of one array into another one of the same `shape`; whatever lies between them is left as it is.
/// Strides are bytes, and those of the source may be negative or 0. `swap_bytes` reverses the bytes of each item, which
/// then has 1, 2, 4 or 8. Throws std::invalid_argument where there are more than max_axes.
inline void copy_strided(void* target, const std::int64_t* target_stride_bytes, const void* source,
                         const std::int64_t* source_stride_bytes, const std::int64_t* shape, int rank,
                         std::int64_t item_bytes, bool swap_bytes = false) {
  Axes axes(shape, target_stride_bytes, source_stride_bytes, rank);
  const std::int64_t run_bytes = swap_bytes && item_bytes > 1 ? item_bytes : axes.pop_run(item_bytes);
  const Axis line = axes.pop();
  const detail::CopyLine copy_line = detail::copy_line_for(run_bytes, swap_bytes && item_bytes > 1);
  axes.walk([&](std::int64_t to, std::int64_t from) {
    copy_line(static_cast<std::uint8_t*>(target) + to, static_cast<const std::uint8_t*>(source) + from, line,
              run_bytes);
  });
}

}  // namespace hbm::tensor
