// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/axis.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

/// Where a target is taken, in samples from the outer edge of the plane.
double center_of_mass(const Axis& axis, std::int32_t target) {
  double sum = 0;
  for (std::int32_t tap = 0; tap < axis.taps(); ++tap) {
    sum += axis.weights(target)[tap] * (axis.begin() + axis.first()[target] + tap + 0.5);
  }
  return sum / Axis::kOne;
}

class EverySize : public testing::TestWithParam<Interpolation> {};

TEST_P(EverySize, WeightsAddUpToOneAndStayInsideTheSpan) {
  Axis axis;
  for (const std::int32_t samples : {1, 2, 3, 7, 64, 333}) {
    for (const std::int32_t targets : {1, 2, 3, 8, 65, 500}) {
      for (const double cut : {0.0, 0.5}) {
        axis.set({cut, samples - cut / 2}, samples, targets, GetParam());
        ASSERT_EQ(axis.count(), targets);
        for (std::int32_t i = 0; i < targets; ++i) {
          std::int32_t sum = 0;
          for (std::int32_t tap = 0; tap < axis.taps(); ++tap) {
            sum += axis.weights(i)[tap];
          }
          ASSERT_EQ(sum, Axis::kOne) << samples << " to " << targets << ", target " << i;
          ASSERT_GE(axis.first()[i], 0);
          ASSERT_LE(axis.begin() + axis.first()[i] + axis.taps(), axis.end());
        }
        ASSERT_LE(axis.end(), samples);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Interpolations, EverySize,
                         testing::Values(Interpolation::kNearest, Interpolation::kBilinear, Interpolation::kBox));

TEST(Axis, BilinearTakesEachTargetAtItsCentreInBothDirections) {
  Axis axis;
  for (const auto& [samples, targets] : {std::pair(100, 37), std::pair(37, 100), std::pair(1920, 640)}) {
    axis.set({0, double(samples)}, samples, targets, Interpolation::kBilinear);
    for (std::int32_t i = 0; i < targets; ++i) {
      const double wanted = std::clamp((i + 0.5) * samples / targets, 0.5, samples - 0.5);
      ASSERT_NEAR(center_of_mass(axis, i), wanted, 1.0 / 256) << samples << " to " << targets << ", target " << i;
    }
  }
}

TEST(Axis, BoxWeighsWhatEachTargetCovers) {
  Axis axis;
  axis.set({0, 10}, 10, 4, Interpolation::kBox);
  // The second of four targets covers 2.5 to 5.
  ASSERT_GE(axis.taps(), 3);
  EXPECT_EQ(axis.first()[1], 2);
  EXPECT_NEAR(axis.weights(1)[0], 0.5 / 2.5 * 256, 1);
  EXPECT_NEAR(axis.weights(1)[1], 1 / 2.5 * 256, 1);
  EXPECT_NEAR(axis.weights(1)[2], 1 / 2.5 * 256, 1);
}

TEST(Axis, OneSampleIsEnoughWhereEveryTargetFallsOnOne) {
  Axis axis;
  axis.set({0, 1920}, 1920, 640, Interpolation::kBilinear);
  EXPECT_EQ(axis.taps(), 1);
  EXPECT_EQ(axis.first()[1], 4);
  EXPECT_FALSE(axis.is_identity());
  axis.set({5, 25}, 30, 20, Interpolation::kBilinear);
  EXPECT_TRUE(axis.is_identity());
  EXPECT_EQ(axis.begin(), 5);
}

TEST(Axis, AnUnknownInterpolationIsRefusedWithTheKnownOnes) {
  try {
    interpolation_from_name("cubic");
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_EQ(std::string(error.what()), "unknown interpolation 'cubic' (known: nearest, bilinear, box)");
  }
}

}  // namespace
}  // namespace hbm::vision
