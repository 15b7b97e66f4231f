// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/waiters.hpp"

#include <system_error>
#include <thread>
#include <utility>

#include "driver/error.hpp"

namespace hbm {

void Waiters::post(std::shared_ptr<WaitJob> job) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (idle_count_ <= static_cast<int>(jobs_.size()) && thread_count_ < most_threads_) {
    start_thread();
  }
  jobs_.push_back(std::move(job));
  wake_.notify_one();
}

void Waiters::start_thread() {
  try {
    // Detached: a task that never ends would hold up the end of the process.
    std::thread(&Waiters::loop, this).detach();
    ++thread_count_;
  } catch (const std::system_error& error) {
    if (thread_count_ == 0) {
      throw StateError(std::string("cannot start a thread to wait for the device: ") + error.what());
    }
  }
}

void Waiters::loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++idle_count_;
    wake_.wait(lock, [this] { return !jobs_.empty(); });
    --idle_count_;
    std::shared_ptr<WaitJob> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
  }
}

}  // namespace hbm
