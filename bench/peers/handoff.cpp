// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// What two threads need at least to hand something over and get an answer: mutex and condition variable, as anybody
// would write it. Usage: handoff ROUNDS, then a line on stdin for each measurement wanted; prints seconds per round
// trip.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  const int rounds = std::atoi(argv[1]);
  std::mutex mutex;
  std::condition_variable changed;
  int turn = 0;  // 0: nobody's, 1: the other thread's, 2: the end
  std::thread other([&] {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return turn != 0; });
      if (turn == 2) {
        return;
      }
      turn = 0;
      changed.notify_one();
    }
  });
  char line[16];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    std::vector<double> batches;
    for (int batch = 0; batch < 5; ++batch) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < rounds; ++i) {
        std::unique_lock lock(mutex);
        turn = 1;
        changed.notify_one();
        changed.wait(lock, [&] { return turn == 0; });
      }
      batches.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / rounds);
    }
    std::nth_element(batches.begin(), batches.begin() + 2, batches.end());
    std::printf("%.9g\n", batches[2]);
    std::fflush(stdout);
  }
  {
    const std::lock_guard lock(mutex);
    turn = 2;
  }
  changed.notify_one();
  other.join();
}
