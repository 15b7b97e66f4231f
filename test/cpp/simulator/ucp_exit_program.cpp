// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Ends while the device computes: the engine's static objects must outlive that, and a static object of the program
// that releases its task after the device was stopped must not wait for ever. Exit code 0 where both is so.
#include <unistd.h>

#include <thread>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

std::atomic<bool> engine_is_alive{false};

struct Engine {
  Engine() { engine_is_alive = true; }
  ~Engine() { engine_is_alive = false; }
};

FakeJob computing, queued;
std::atomic<bool> computed{false};

struct Tasks {
  hbUCPTaskHandle_t first = nullptr, second = nullptr;
  ~Tasks() {
    if (!computed || hbUCPWaitTaskDone(first, 0) != HB_UCP_SUCCESS) {
      _exit(2);
    }
    if (hbUCPWaitTaskDone(second, 0) != HB_UCP_TASK_RUN_FAILED) {
      _exit(3);
    }
    if (hbUCPReleaseTask(first) != HB_UCP_SUCCESS || hbUCPReleaseTask(second) != HB_UCP_SUCCESS) {
      _exit(4);
    }
  }
};

}  // namespace

int main() {
  static const Engine engine;
  static Tasks tasks;
  computing.on_execute = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (!engine_is_alive) {
      _exit(1);
    }
    computed = true;
  };
  tasks.first = make_task(computing);
  tasks.second = make_task(queued);
  if (submit(tasks.first, 0, HB_UCP_BPU_CORE_0) != HB_UCP_SUCCESS) {
    return 5;
  }
  if (submit(tasks.second, 0, HB_UCP_BPU_CORE_0) != HB_UCP_SUCCESS) {
    return 6;
  }
  while (computing.executed_on != 0) {
    std::this_thread::yield();
  }
  return 0;
}
