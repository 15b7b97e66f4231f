// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/waiters.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace {

using hbm::Waiters;

// Reports the thread that runs it, and ends when the test lets it.
class HeldJob : public hbm::WaitJob {
 public:
  void run() noexcept override {
    started_.set_value(std::this_thread::get_id());
    may_end_.get_future().wait();
  }
  std::thread::id thread() { return started_.get_future().get(); }
  void end() { may_end_.set_value(); }

 private:
  std::promise<std::thread::id> started_;
  std::promise<void> may_end_;
};

std::ptrdiff_t thread_count() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

void wait_for_threads(std::ptrdiff_t expected) {
  while (thread_count() != expected) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Threads of it may wait until the process ends, so it is never freed. The leak check finds it here.
Waiters& make_waiters(int most_threads, std::chrono::milliseconds idle_time) {
  static auto& all = *new std::vector<Waiters*>;
  return *all.emplace_back(new Waiters(most_threads, idle_time));
}

std::vector<std::shared_ptr<HeldJob>> post_jobs(Waiters& waiters, int count) {
  std::vector<std::shared_ptr<HeldJob>> jobs;
  for (int i = 0; i < count; ++i) {
    jobs.push_back(std::make_shared<HeldJob>());
    waiters.post(jobs.back());
  }
  return jobs;
}

TEST(WaitersTest, JobsThatBlockRunAtTheSameTimeAndTheThreadsEndWhenTheyAreNotNeeded) {
  const std::ptrdiff_t before = thread_count();
  Waiters& waiters = make_waiters(8, std::chrono::milliseconds(20));
  std::set<std::thread::id> threads;
  const auto jobs = post_jobs(waiters, 8);
  for (const auto& job : jobs) {
    threads.insert(job->thread());
  }
  EXPECT_EQ(threads.size(), 8U);
  for (const auto& job : jobs) {
    job->end();
  }
  wait_for_threads(before);
  const auto later = post_jobs(waiters, 1);
  later[0]->thread();
  EXPECT_EQ(thread_count(), before + 1);
  later[0]->end();
  wait_for_threads(before);
}

TEST(WaitersTest, JobsBeyondTheMostThreadsRunAfterTheOthersInTheirOrder) {
  const std::ptrdiff_t before = thread_count();
  Waiters& waiters = make_waiters(1, std::chrono::milliseconds(20));
  const auto jobs = post_jobs(waiters, 3);
  const std::thread::id thread = jobs[0]->thread();
  for (const auto& job : jobs) {
    if (job != jobs[0]) {
      EXPECT_EQ(job->thread(), thread);
    }
    job->end();
  }
  wait_for_threads(before);
}

TEST(WaitersTest, TheThreadThatBecameIdleLastGetsTheNextJobSoThatTheOthersCanEnd) {
  const std::ptrdiff_t before = thread_count();
  Waiters& waiters = make_waiters(3, std::chrono::milliseconds(200));
  for (const auto& job : post_jobs(waiters, 3)) {
    job->thread();
    job->end();
  }
  while (thread_count() >
         before + 1) {  // Ends because two threads get nothing to do while there are jobs all the time.
    const auto jobs = post_jobs(waiters, 1);
    jobs[0]->thread();
    jobs[0]->end();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  wait_for_threads(before);
}

}  // namespace
