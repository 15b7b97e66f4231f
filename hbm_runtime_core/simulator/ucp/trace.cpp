// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/trace.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ucp/configuration.hpp"
#include "ucp/task.hpp"

namespace hbm_sim {
namespace {

constexpr int64_t kFlushIntervalNs = 200'000'000;

std::string quoted(const char* text) {
  std::string result = "\"";
  for (const char* c = text; *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') {
      result += '\\';
      result += *c;
    } else if (static_cast<unsigned char>(*c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(*c));
      result += escaped;
    } else {
      result += *c;
    }
  }
  return result + '"';
}

}  // namespace

Trace& Trace::instance() {
  // Never destroyed: the device's threads write until the process ends.
  static Trace* trace = new Trace;
  return *trace;
}

Trace::Trace() {
  const std::string& path = configuration().trace_path;
  if (path.empty()) return;
  file_ = std::fopen(path.c_str(), "we");
  if (file_ == nullptr) {
    hbm_sim_warn("HBM_SIM_TRACE: cannot write '%s': %s; running without a trace", path.c_str(), std::strerror(errno));
    return;
  }
  const int process = process_ = getpid();
  std::fprintf(file_, "[\n{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"args\":{\"name\":%s}}", process,
               quoted(configuration().soc.description).c_str());
  for (int32_t core = 0; core < configuration().soc.core_count; ++core) {
    std::fprintf(file_,
                 ",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"BPU core %d\"}}",
                 process, core + 1, core);
  }
  // A child that is forked off inherits the stream: nothing may be left in its buffer.
  pthread_atfork([] { std::fflush(Trace::instance().file_); }, nullptr, nullptr);
  std::atexit([] { Trace::instance().close(); });
}

void Trace::piece(const SubTask& sub_task, int64_t start_ns, int64_t end_ns, bool preempted) {
  const std::string name = quoted(sub_task.job->traits().model);
  const hbUCPSchedParam& sched = sub_task.task->sched;
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr) return;
  for (int32_t core = 0; core < configuration().soc.core_count; ++core) {
    if ((sub_task.cores >> core & 1u) == 0) continue;
    std::fprintf(file_,
                 ",\n{\"ph\":\"X\",\"name\":%s,\"cat\":\"bpu\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
                 "\"args\":{\"model\":%s,\"priority\":%d,\"customId\":%" PRId64 ",\"task\":%" PRIu64
                 ",\"sub_task\":%d,\"piece\":%d,\"preempted\":%s}}",
                 name.c_str(), process_, core + 1, static_cast<double>(start_ns) / 1e3,
                 static_cast<double>(end_ns - start_ns) / 1e3, name.c_str(), sched.priority, sched.customId,
                 sub_task.task->number, sub_task.index, sub_task.pieces, preempted ? "true" : "false");
  }
  flush_if_due(end_ns);
}

void Trace::queue_length(size_t waiting) {
  const int64_t now = now_ns();
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr) return;
  std::fprintf(file_, ",\n{\"ph\":\"C\",\"name\":\"queue length\",\"pid\":%d,\"ts\":%.3f,\"args\":{\"tasks\":%zu}}",
               process_, static_cast<double>(now) / 1e3, waiting);
  flush_if_due(now);
}

void Trace::flush_if_due(int64_t now) {
  if (now - flushed_ns_ < kFlushIntervalNs) return;
  std::fflush(file_);
  flushed_ns_ = now;
}

void Trace::close() {
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr || getpid() != process_) return;
  std::fputs("\n]\n", file_);
  std::fclose(file_);
  file_ = nullptr;
}

}  // namespace hbm_sim
