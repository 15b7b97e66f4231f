// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_TRACE_HPP_
#define HBM_SIM_UCP_TRACE_HPP_

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>

namespace hbm_sim {

struct SubTask;

/// HBM_SIM_TRACE: what ran on which core and when, in the Chrome trace format (times in µs of CLOCK_MONOTONIC).
/// The file is complete after a normal end; Perfetto and chrome://tracing also open one that was cut off.
class Trace {
 public:
  static Trace& instance();

  bool enabled() const { return file_ != nullptr; }
  /// One piece of a sub-task on all of its cores.
  void piece(const SubTask& sub_task, int64_t start_ns, int64_t end_ns, bool preempted);
  void queue_length(size_t waiting);

 private:
  Trace();
  void close();
  void flush_if_due(int64_t now);

  std::atomic<std::FILE*> file_{nullptr};
  int process_ = 0;
  std::mutex mutex_;
  int64_t flushed_ns_ = 0;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_TRACE_HPP_
