// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hobot/hb_ucp.h"
#include "ucp/job.hpp"

namespace {

TEST(Environment, that_cannot_be_read_fails_the_first_call_and_says_why) {
  hbUCPSysMem block{};
  EXPECT_EQ(hbUCPMalloc(&block, 16, 0), HB_UCP_INIT_FAILED);
  EXPECT_STREQ(hbm_sim_last_error(),
               "hbUCPMalloc: environment variable HBM_SIM_SOC: expected s100, s100p or s600, got 'x5'");
}

}  // namespace
