// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <utility>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"
#include "runtime/device.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

using hbm_test::awkward_control;

class DynamicOutputTest : public hbm_test::AwkwardTest {};

Bytes rising(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST_F(DynamicOutputTest, TheRealShapeAndStridesAreAskedForAfterTheRun) {
  const auto set = hbm_test::load("model echo\ninput x 3 -1,6 stride=-1,1\noutput y 3 -1,6 stride=-1,1\n");
  for (const std::int64_t rows : {1, 3, 2, 50, 3}) {
    const Bytes input = rising(static_cast<std::size_t>(rows * 6));
    EXPECT_EQ(hbm_test::run_once(set, "echo", input, {rows, 6}), input) << rows << " rows";
  }
}

TEST_F(DynamicOutputTest, AnOutputMuchLargerThanGuessedIsRunAgainWithMoreMemory) {
  // Three dynamic dimensions, of which the guess knows only the largest input dimension; rows are padded to 256 bytes.
  const auto set = hbm_test::load("model echo\ninput x 3 -1,-1,1 stride=-1,-1,1\noutput y 3 -1,-1,1 stride=-1,-1,1\n");
  const Bytes input = rising(200 * 150);
  EXPECT_EQ(hbm_test::run_once(set, "echo", input, {200, 150, 1}), input);
  EXPECT_EQ(hbm_test::run_once(set, "echo", input, {200, 150, 1}), input);
}

TEST_F(DynamicOutputTest, ANetworkIsRunAtMostFourTimes) {
  const auto set = hbm_test::load("model echo\ninput x 3 -1,6 stride=-1,1\noutput y 3 -1,6 stride=-1,1\n");
  awkward_control().fail("hbUCPWaitTaskDone", HB_UCP_TASK_RUN_FAILED, 3);
  EXPECT_EQ(hbm_test::run_once(set, "echo", counted(12), {2, 6}), counted(12));
  awkward_control().fail("hbUCPWaitTaskDone", HB_UCP_TASK_RUN_FAILED, 4);
  EXPECT_THROW(hbm_test::run_once(set, "echo", counted(12), {2, 6}), hbm::DeviceError);
  EXPECT_EQ(hbm_test::run_once(set, "echo", counted(12), {2, 6}), counted(12));
}

TEST_F(DynamicOutputTest, TheFirstGuessHasAtMost64MiB) {
  const auto set = hbm_test::load("model echo\ninput x 3 -1,-1 stride=-1,1\noutput y 3 -1,-1 stride=-1,1\n");
  const hbm::Model& model = hbm_test::model_of(*set, "echo");
  EXPECT_EQ(model.guessed_output_bytes(0, 8191), std::int64_t{8191} * 8192);
  EXPECT_EQ(model.guessed_output_bytes(0, 8192), std::int64_t{64} << 20);
  EXPECT_EQ(model.guessed_output_bytes(0, 8193), std::int64_t{64} << 20);
}

TEST_F(DynamicOutputTest, UpTo4GiBAreOffered) {
  // Eight times what was too small is offered next: 4 GiB, and then more.
  for (const auto& [too_small, offers] : {std::pair(std::int64_t{512} << 20, 2), {std::int64_t{576} << 20, 1}}) {
    const auto set = hbm_test::load("model echo\ninput x 3 -1,6 stride=-1,1\noutput y 3 -1,6 stride=-1,1\n");
    hbm_test::run_once(set, "echo", counted(12), {2, 6});
    hbm::Device::instance().tasks().release_orphans();
    hbm_test::model_of(*set, "echo").raise_output_bytes(0, too_small);
    const std::int64_t before = awkward_control().allocation_count();
    awkward_control().fail("hbUCPWaitTaskDone", HB_UCP_TASK_RUN_FAILED, 2);
    EXPECT_THROW(hbm_test::run_once(set, "echo", counted(12), {2, 6}), hbm::DeviceError);
    EXPECT_EQ(awkward_control().fail_no_more("hbUCPWaitTaskDone"), 2 - offers);
    EXPECT_EQ(awkward_control().allocation_count() - before, offers);
  }
}

TEST_F(DynamicOutputTest, AFixedInputNeedsNoHelpEither) {
  const auto set = hbm_test::load("model echo\ninput x 3 40,6\noutput y 3 -1,6 stride=-1,1\n");
  EXPECT_EQ(hbm_test::run_once(set, "echo", rising(240), {40, 6}), rising(240));
}

}  // namespace
