// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <vector>

#include "awkward_library.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

class DynamicOutputTest : public hbm_test::AwkwardTest {};

Bytes counted(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST_F(DynamicOutputTest, TheRealShapeAndStridesAreAskedForAfterTheRun) {
  const auto set = hbm_test::load("model echo\ninput x 3 -1,6 stride=-1,1\noutput y 3 -1,6 stride=-1,1\n");
  for (const std::int64_t rows : {1, 3, 2, 50, 3}) {
    const Bytes input = counted(static_cast<std::size_t>(rows * 6));
    EXPECT_EQ(hbm_test::run_once(set, "echo", input, {rows, 6}), input) << rows << " rows";
  }
}

TEST_F(DynamicOutputTest, AnOutputMuchLargerThanGuessedIsRunAgainWithMoreMemory) {
  // Three dynamic dimensions, of which the guess knows only the largest input dimension; rows are padded to 256 bytes.
  const auto set = hbm_test::load("model echo\ninput x 3 -1,-1,1 stride=-1,-1,1\noutput y 3 -1,-1,1 stride=-1,-1,1\n");
  const Bytes input = counted(200 * 150);
  EXPECT_EQ(hbm_test::run_once(set, "echo", input, {200, 150, 1}), input);
  EXPECT_EQ(hbm_test::run_once(set, "echo", input, {200, 150, 1}), input);
}

TEST_F(DynamicOutputTest, AFixedInputNeedsNoHelpEither) {
  const auto set = hbm_test::load("model echo\ninput x 3 40,6\noutput y 3 -1,6 stride=-1,1\n");
  EXPECT_EQ(hbm_test::run_once(set, "echo", counted(240), {40, 6}), counted(240));
}

}  // namespace
