// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// A host that has no threads left: this program's pthread_create() replaces the system's.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <cerrno>

#include "fake_job.hpp"

namespace {

int threads_left = 0;

}  // namespace

extern "C" __attribute__((visibility("default"))) int pthread_create(pthread_t* thread,
                                                                     const pthread_attr_t* attributes,
                                                                     void* (*start)(void*), void* argument) noexcept {
  if (threads_left == 0) {
    return EAGAIN;
  }
  --threads_left;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return create(thread, attributes, start, argument);
}

namespace {

using namespace hbm_sim_test;

void on_done(hbUCPTaskHandle_t, std::int32_t, void* data) { ++*static_cast<std::atomic<int>*>(data); }

TEST(Threads, that_cannot_be_had_are_a_status_and_the_task_can_be_submitted_once_there_are_some) {
  FakeJob job;
  std::atomic<int> calls{0};
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &calls), HB_UCP_MEM_ALLOC_FAIL);
  threads_left = 1;
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &calls), HB_UCP_SUCCESS);
  // Enough for two of the four cores.
  threads_left = 2;
  EXPECT_EQ(submit(task), HB_UCP_MEM_ALLOC_FAIL);
  EXPECT_EQ(job.executions, 0);
  threads_left = 2;
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_3), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(job.executed_on, 3);
  EXPECT_EQ(calls, 1);
}

}  // namespace
