// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/axis.hpp"
#include "vision/picture.hpp"
#include "vision/scratch.hpp"

namespace hbm::vision {

/// What of a plane is sampled, and how it is written: one behind the other.
struct SampleForm {
  std::int32_t step_bytes;     ///< from one sample to the next
  std::int32_t read_bytes;     ///< of each sample; not more of the last one is touched
  std::int32_t written_bytes;  ///< 1, 2 or 4: the first ones of each sample. 4 of 3 read ones: the last is undefined
};

/// Cuts a part out of a plane and scales it, a row of the target at a time: what a row needs stays in the processor's
/// cache, and rows of the source that no target needs are never read.
class PlaneSampler {
 public:
  /// Memory is kept from one call to the next.
  void set(const Span& x, const Span& y, std::int32_t samples_x, std::int32_t samples_y, std::int32_t target_width,
           std::int32_t target_height, const SampleForm& form, Interpolation interpolation);

  std::int32_t width() const { return x_.count(); }

  /// The source of row `target_y` of the target, scaled along y alone. Valid until the next call.
  const std::uint8_t* line(const Plane& plane, std::int32_t target_y);
  /// Scales a line along x. `line` may be moved on, to bytes further back in each sample.
  void scale(const std::uint8_t* line, std::uint8_t* out);
  void row(const Plane& plane, std::int32_t target_y, std::uint8_t* out) { scale(line(plane, target_y), out); }

 private:
  template <int kBytes>
  void scale_as(const std::uint8_t* line, std::uint8_t* out);

  Axis x_, y_;
  SampleForm form_{1, 1, 1};
  std::size_t line_bytes_ = 0;
  std::vector<std::int32_t> offsets_;        ///< of each target's first sample, in bytes of the line
  std::int32_t safe_count_ = 0;              ///< targets behind whose last sample there is another one
  std::vector<std::uint16_t> byte_weights_;  ///< tap by tap, for each byte that is written
  std::vector<std::uint16_t> line_sums_, row_sums_;
  Scratch line_, left_, right_;
};

}  // namespace hbm::vision
