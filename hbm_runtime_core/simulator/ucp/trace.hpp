// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace hbm_sim {

struct SubTask;

/// HBM_SIM_TRACE: what ran on which core and when, in the Chrome trace format (times in µs of CLOCK_MONOTONIC).
///
/// Each event is written at once and as a whole, so Perfetto and chrome://tracing can open the file of a process that
/// crashed. After a normal end the file is complete JSON, and where the disk becomes full, too.
class Trace {
 public:
  static Trace& instance();

  bool enabled() const { return file_.load(std::memory_order_relaxed) >= 0; }
  /// One piece of a sub-task on all of its cores.
  void piece(const SubTask& sub_task, std::int64_t start_ns, std::int64_t end_ns, bool preempted);
  void queue_length(std::size_t waiting);

 private:
  Trace();
  void open(const char* path);
  /// To be called at process exit.
  void close();
  void write(const char* text, std::size_t bytes);
  /// After a write that failed when `partial_bytes` of an event were in the file.
  void end_after_whole_events(off_t partial_bytes);

  std::atomic<int> file_{-1};
  int process_ = 0;
  std::mutex mutex_;
};

}  // namespace hbm_sim
