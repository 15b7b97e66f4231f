// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <sys/prctl.h>

#include <csignal>
#include <string>
#include <thread>
#include <utility>

namespace hbm_sim {

/// Starts a thread that lasts as long as the process: it takes no signals and wakes exactly when its timers say.
/// Throws std::system_error where no thread can be had.
template <typename Work>
void start_service_thread(std::string name, Work work) {
  // A new thread inherits the mask of the one that starts it.
  struct BlockedSignals {
    BlockedSignals() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before;
  } const blocked;
  std::thread([name = std::move(name), work = std::move(work)] {
    prctl(PR_SET_NAME, name.c_str());
    prctl(PR_SET_TIMERSLACK, 1);
    work();
  }).detach();
}

}  // namespace hbm_sim
