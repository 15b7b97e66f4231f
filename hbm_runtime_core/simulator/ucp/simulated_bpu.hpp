// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "ucp/configuration.hpp"
#include "ucp/event.hpp"
#include "ucp/task.hpp"

namespace hbm_sim {

/// The BPU: one queue, one thread per core.
///
/// Order in the queue: higher priority, then smaller customId, then earlier submission. A core is given a few ordinary
/// sub-tasks ahead (Configuration::dispatch_ahead) and runs those in the order in which it got them. Priorities 254 and
/// 255 go to a core at once and preempt lower classes where a function call of the running sub-task ends; both wait for
/// that end, and keep the queue's order among themselves. A model of several cores starts when all of its cores are
/// free, and occupies them together.
///
/// Time is the device's: a sub-task begins when it was submitted or when its cores became free, whichever is later, not
/// when the host woke the core's thread. So a busy host does not increase declared latencies.
class SimulatedBpu {
 public:
  static SimulatedBpu& instance();

  /// Turns hbUCPSchedParam.backend into a mask of existing cores that fits the model; a status, explained, otherwise.
  static std::int32_t resolve_cores(const JobTraits& traits, std::uint64_t backend, std::uint32_t* mask);

  /// Reserves memory for so many sub-tasks, which are passed to submit() next. Throws where the host has no memory or
  /// threads left; nothing after it does.
  void prepare(std::size_t count);
  /// The task is ready in all respects. Its sub-tasks hold their masks of allowed cores.
  void submit(Task& task);
  /// Runs one sub-task on the calling thread and holds its declared time.
  void run_inline(SubTask& sub_task);

  std::int64_t busy_us(std::int32_t core) const { return cores_[core].busy_ns.load() / 1000; }

 private:
  static constexpr std::int32_t kMaxCores = 4;

  struct Core {
    Event signal;
    std::vector<SubTask*> dispatched;  ///< by class, then in order of dispatch
    SubTask* occupied_by = nullptr;
    std::int64_t free_ns = 0;  ///< when its last piece ended
    std::atomic<std::int64_t> busy_ns{0};
  };

  SimulatedBpu();
  void start_threads();
  /// At process exit: waits for what is being computed and starts nothing more, because the engine's static objects are
  /// destroyed next. Later tasks fail, so that nobody waits for them.
  void finish_computing();
  [[noreturn]] void work(std::int32_t core);

  // All of these with mutex_ held.
  void dispatch();
  std::uint32_t choose_cores(const SubTask& sub_task, std::uint32_t withheld) const;
  bool has_room(const Core& core, const SubTask& sub_task) const;
  std::int64_t load_ns(const Core& core, std::int32_t at_least_class) const;
  void give(SubTask& sub_task, std::uint32_t cores);
  SubTask* claim(std::int32_t core);
  bool must_yield(const SubTask& sub_task) const;
  void wake(std::uint32_t cores);

  /// Wakes the threads that wake() chose, after unlocking, because they take the same lock.
  void unlock_and_signal(std::unique_lock<std::mutex>& lock);

  void run_piece(SubTask& sub_task);
  /// Returns how long it took.
  std::int64_t compute(SubTask& sub_task);
  std::int64_t start_of(const SubTask& sub_task) const;
  /// Waits until *end_ns; or, if a higher class is to run, until the end of an earlier function call: returns true
  /// then.
  bool hold_until(const SubTask& sub_task, std::int64_t start_ns, std::int64_t* end_ns);

  const std::int32_t core_count_;
  std::mutex mutex_;
  std::int32_t started_ = 0;   ///< threads
  std::size_t in_flight_ = 0;  ///< sub-tasks that are queued, given to cores, or reserved for
  std::uint64_t arrivals_ = 0;
  std::vector<SubTask*> queue_;  ///< not yet given to a core, in order
  std::uint32_t to_signal_ = 0;
  Core cores_[kMaxCores];

  std::atomic<std::int32_t> computing_{0};
  std::atomic<bool> ending_{false};
};

}  // namespace hbm_sim
