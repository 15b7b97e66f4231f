// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/scheduling.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "driver/error.hpp"

namespace {

const hbm::CoreLimits kNone;

hbm::CoreLimits s600(int model_cores = 1) { return {4, model_cores, "s600"}; }

TEST(Scheduling, TheBuiltInDefaultIsLowestPriorityOnAnyCore) {
  const hbm::Scheduling scheduling = hbm::built_in_scheduling();
  EXPECT_EQ(scheduling.priority, 0);
  EXPECT_EQ(scheduling.customId, 0);
  EXPECT_EQ(scheduling.backend, 0x80U);
  EXPECT_EQ(scheduling.deviceId, 0U);
}

TEST(Scheduling, CoresBecomeAMask) {
  EXPECT_EQ(hbm::checked_cores("m", {0, 2}, s600()), 0x5U);
  EXPECT_EQ(hbm::checked_cores("m", {2, 0}, s600()), 0x5U);
  EXPECT_EQ(hbm::checked_cores("m", {}, s600()), 0x80U);
  EXPECT_EQ(hbm::checked_cores("m", {-1}, s600()), 0x80U);
}

TEST(Scheduling, ARepeatedCoreCountsOnce) {
  EXPECT_EQ(hbm::checked_cores("m", {1, 1}, s600()), 0x2U);
  EXPECT_EQ(hbm::checked_cores("m", {-1, -1}, s600()), 0x80U);
  EXPECT_EQ(hbm::checked_cores("m", {1, 3, 1}, s600(2)), 0xAU);
  EXPECT_THROW(hbm::checked_cores("m", {1, 1}, s600(2)), hbm::ValueError);
}

TEST(Scheduling, TasksAtOnceAreAsManyAsTheCoresHold) {
  const auto at_once = [](const std::vector<std::int64_t>& cores, const hbm::CoreLimits& limits) {
    hbm::Scheduling scheduling = hbm::built_in_scheduling();
    scheduling.backend = hbm::checked_cores("m", cores, limits);
    return hbm::tasks_at_once(scheduling, limits);
  };
  EXPECT_EQ(at_once({-1}, s600()), 4);
  EXPECT_EQ(at_once({0, 3}, s600()), 2);
  EXPECT_EQ(at_once({0, 3}, s600(2)), 1);
  EXPECT_EQ(at_once({-1}, kNone), 1) << "an unknown board has one at least";
}

TEST(Scheduling, CoresTheBoardLacksAreRefused) {
  EXPECT_THROW(hbm::checked_cores("m", {4}, s600()), hbm::ValueError);
  EXPECT_THROW(hbm::checked_cores("m", {1}, hbm::CoreLimits({1, 1, "s100"})), hbm::ValueError);
  EXPECT_THROW(hbm::checked_cores("m", {-2}, s600()), hbm::ValueError);
  EXPECT_THROW(hbm::checked_cores("m", {-1, 0}, s600()), hbm::ValueError);
  EXPECT_EQ(hbm::checked_cores("m", {3}, kNone), 0x8U) << "an unknown board may have four";
  EXPECT_THROW(hbm::checked_cores("m", {4}, kNone), hbm::ValueError);
}

TEST(Scheduling, AModelOfTwoCoresTakesExactlyTwoNamedOnes) {
  EXPECT_THROW(hbm::checked_cores("m", {0}, s600(2)), hbm::ValueError);
  EXPECT_THROW(hbm::checked_cores("m", {0, 1, 2}, s600(2)), hbm::ValueError);
  EXPECT_EQ(hbm::checked_cores("m", {1, 3}, s600(2)), 0xAU);
  EXPECT_THROW(hbm::check_runnable("m", hbm::built_in_scheduling(), s600(2)), hbm::ValueError);
  EXPECT_NO_THROW(hbm::check_runnable("m", hbm::built_in_scheduling(), s600(1)));
  EXPECT_NO_THROW(hbm::check_runnable("m", hbm::built_in_scheduling(), kNone));
}

TEST(Scheduling, PriorityAndDeviceHaveARange) {
  EXPECT_EQ(hbm::checked_priority("m", 255), 255);
  EXPECT_THROW(hbm::checked_priority("m", 256), hbm::ValueError);
  EXPECT_THROW(hbm::checked_priority("m", -1), hbm::ValueError);
  EXPECT_THROW(hbm::checked_device_id("m", -1), hbm::ValueError);
  EXPECT_EQ(hbm::checked_device_id("m", 2147483647), 2147483647);
  EXPECT_THROW(hbm::checked_device_id("m", 2147483648), hbm::ValueError);
}

TEST(SharedScheduling, ReadersNeverSeeHalfOfAChange) {
  hbm::SharedScheduling shared(hbm::built_in_scheduling());
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  const auto all_equal = [](const hbm::Scheduling& s) {
    return s.customId == s.priority && static_cast<std::int32_t>(s.deviceId) == s.priority;
  };
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        torn += all_equal(shared.load()) ? 0 : 1;
      }
    });
  }
  for (int value = 0; value < 20000; ++value) {
    hbm::Scheduling scheduling = hbm::built_in_scheduling();
    scheduling.priority = value;
    scheduling.customId = value;
    scheduling.deviceId = static_cast<std::uint32_t>(value);
    shared.store(scheduling);
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(shared.load().priority, 19999);
}

TEST(Scheduling, AChangeLeavesWhatItDoesNotName) {
  hbm::Scheduling scheduling = hbm::built_in_scheduling();
  hbm::SchedulingChange change;
  change.priority = 7;
  change.apply(&scheduling);
  EXPECT_EQ(scheduling.priority, 7);
  EXPECT_EQ(scheduling.backend, 0x80U);
}

}  // namespace
