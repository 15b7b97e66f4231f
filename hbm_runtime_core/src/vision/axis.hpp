// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hbm::vision {

enum class Interpolation {
  kNearest,   ///< the sample that the target's center lies in
  kBilinear,  ///< between the two samples around the target's center, whatever the reduction
  kBox,       ///< the mean of all that the target covers; bilinear where it covers less than one sample
};

Interpolation interpolation_from_name(std::string_view name);

/// A stretch of samples along one axis, in samples from the outer edge of the plane's first one. Fractions are allowed:
/// half a chroma sample belongs to one pixel.
struct Span {
  double begin, end;
};

/// Which samples make up each sample of the target, along one axis. Every target covers an equal part of the span and
/// is taken at the middle of that part, as OpenCV's resize does; beyond the span its outermost samples are repeated.
class Axis {
 public:
  /// The weights of one target add up to this.
  static constexpr std::int32_t kOne = 256;

  /// `sample_count`: of the plane. Memory is kept from one call to the next.
  void set(const Span& span, std::int32_t sample_count, std::int32_t target_count, Interpolation interpolation);

  std::int32_t count() const { return static_cast<std::int32_t>(first_.size()); }
  std::int32_t taps() const { return taps_; }
  /// First of the `taps()` samples of a target, counted from `begin()`.
  const std::int32_t* first() const { return first_.data(); }
  const std::uint16_t* weights(std::int32_t target) const {
    return weights_.data() + static_cast<std::size_t>(target) * taps_;
  }
  /// The samples that are read at all: [begin, end).
  std::int32_t begin() const { return begin_; }
  std::int32_t end() const { return end_; }
  /// Whether each target is its own sample.
  bool is_identity() const { return identity_; }

 private:
  void set_nearest(double begin, double step);
  void set_bilinear(double begin, double step);
  void set_box(double begin, double step);
  void settle();

  std::int32_t begin_ = 0, end_ = 0, taps_ = 1;
  bool identity_ = false;
  std::vector<std::int32_t> first_;
  std::vector<std::uint16_t> weights_;
};

}  // namespace hbm::vision
