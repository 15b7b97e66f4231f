// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/waiters.hpp"

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace hbm {
namespace {

// Models are unloaded in less; whoever closes a runtime waits that long for a device that hangs.
constexpr std::chrono::seconds kMostPatience{2};

}  // namespace

void BoundedJob::run() noexcept {
  work();
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void BoundedJob::wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, kMostPatience, [this] { return done_; });
}

void Waiters::run_bounded(const std::shared_ptr<BoundedJob>& job) {
  post(job);
  job->wait();
}

void Waiters::post(std::shared_ptr<WaitJob> job) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (first_idle_ == nullptr && thread_count_ < most_threads_) {
    start_thread();
  }
  if (thread_count_ == 0) {
    lock.unlock();
    job->run();
    return;
  }
  WaitJob* const last = job.get();
  (last_job_ != nullptr ? last_job_->next_job_ : first_job_) = std::move(job);
  last_job_ = last;
  if (IdleThread* const idle = first_idle_) {
    first_idle_ = idle->next;
    idle->woken = true;
    idle->wake.notify_one();
  }
}

void Waiters::start_thread() {
  try {
    // Detached: joining would block the exit of the process for a task that never ends.
    std::thread(&Waiters::loop, this).detach();
    ++thread_count_;
  } catch (const std::exception&) {  // No thread, or no memory for one.
    // The existing threads run the job; if there is none, the caller runs it.
  }
}

void Waiters::loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (first_job_ != nullptr || wait_for_job(lock)) {
    std::shared_ptr<WaitJob> job = take_job();
    if (job == nullptr) {
      continue;  // A thread that was about to become idle was faster.
    }
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
  }
  --thread_count_;
}

// False: nobody needed this thread for the idle time.
bool Waiters::wait_for_job(std::unique_lock<std::mutex>& lock) {
  IdleThread self;
  self.next = first_idle_;
  first_idle_ = &self;
  if (self.wake.wait_for(lock, idle_time_, [&self] { return self.woken; })) {
    return true;
  }
  IdleThread** link = &first_idle_;
  while (*link != &self) {
    link = &(*link)->next;
  }
  *link = self.next;
  return false;
}

std::shared_ptr<WaitJob> Waiters::take_job() {
  std::shared_ptr<WaitJob> job = std::move(first_job_);
  if (job != nullptr) {
    first_job_ = std::move(job->next_job_);
  }
  if (first_job_ == nullptr) {
    last_job_ = nullptr;
  }
  return job;
}

}  // namespace hbm
