// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Runs once for each environment that cannot be read; EXPECTED_MESSAGE is what the first call is to say.
#include <gtest/gtest.h>

#include <cstdlib>

#include "hobot/hb_ucp.h"
#include "ucp/job.hpp"

namespace {

TEST(Environment, that_cannot_be_read_fails_every_call_and_says_why) {
  for (int call = 0; call < 2; ++call) {
    hbUCPSysMem block{};
    EXPECT_EQ(hbUCPMalloc(&block, 16, 0), HB_UCP_INIT_FAILED);
    EXPECT_STREQ(hbm_sim_last_error(), std::getenv("EXPECTED_MESSAGE"));
  }
}

}  // namespace
