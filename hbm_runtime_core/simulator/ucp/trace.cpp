// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/trace.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ucp/configuration.hpp"
#include "ucp/task.hpp"

namespace hbm_sim {
namespace {

constexpr std::size_t kEventBytes = 4096;
constexpr char kEnd[] = "\n]\n";

/// A few events as text, in reserved memory, so that a thread of the device cannot fail for lack of memory.
class Events {
 public:
  __attribute__((format(printf, 2, 3))) void add(const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text_ + size_, sizeof text_ - size_, format, arguments);
    va_end(arguments);
    // An event that does not fit is left out as a whole.
    if (length > 0 && static_cast<std::size_t>(length) < sizeof text_ - size_) {
      size_ += static_cast<std::size_t>(length);
    }
  }
  const char* text() const { return text_; }
  std::size_t size() const { return size_; }

 private:
  char text_[kEventBytes];
  std::size_t size_ = 0;
};

/// A name, escaped for a JSON string. Very long ones are cut.
class Name {
 public:
  explicit Name(const char* name) {
    for (; *name != '\0' && size_ < sizeof text_ - 8; ++name) {
      const auto byte = static_cast<unsigned char>(*name);
      if (byte < 0x20) {
        size_ += static_cast<std::size_t>(std::snprintf(text_ + size_, 8, "\\u%04x", byte));
        continue;
      }
      if (*name == '"' || *name == '\\') {
        text_[size_++] = '\\';
      }
      text_[size_++] = *name;
    }
    text_[size_] = '\0';
  }
  const char* text() const { return text_; }

 private:
  char text_[256];
  std::size_t size_ = 0;
};

/// Microseconds with three decimals, written as integers: "%f" follows the program's locale, JSON does not.
#define HBM_SIM_US "%" PRId64 ".%03d"
std::int64_t whole_us(std::int64_t ns) { return ns / 1000; }
int part_us(std::int64_t ns) { return static_cast<int>(ns % 1000); }

/// "%p" in a path becomes the process's number, so that the processes of a launch do not write one file.
std::string expanded(std::string path) {
  const std::size_t at = path.find("%p");
  return at == std::string::npos ? path : path.replace(at, 2, std::to_string(getpid()));
}

}  // namespace

Trace& Trace::instance() {
  // Never destroyed: the device's threads write until the process ends.
  static Trace* trace = new Trace;
  return *trace;
}

Trace::Trace() : process_(getpid()) {
  if (!configuration().trace_path.empty()) {
    open(expanded(configuration().trace_path).c_str());
  }
}

void Trace::open(const char* path) {
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) {
    hbm_sim_warn("HBM_SIM_TRACE: cannot write '%s': %s; running without a trace", path, std::strerror(errno));
    return;
  }
  file_.store(file);
  Events events;
  events.add("[\n{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"args\":{\"name\":\"%s\"}}", process_,
             configuration().soc.description);
  for (std::int32_t core = 0; core < configuration().soc.core_count; ++core) {
    events.add(",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"BPU core %d\"}}",
               process_, core + 1, core);
    events.add(",\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":%d,\"tid\":%d,\"args\":{\"sort_index\":%d}}",
               process_, core + 1, core);
  }
  write(events.text(), events.size());
  std::atexit([] { Trace::instance().close(); });
}

void Trace::piece(const SubTask& sub_task, std::int64_t start_ns, std::int64_t end_ns, bool preempted) {
  const Name name(sub_task.job->traits().model);
  const hbUCPSchedParam& sched = sub_task.task->sched;
  const std::int64_t duration_ns = end_ns - start_ns;
  Events events;
  for (std::int32_t core = 0; core < configuration().soc.core_count; ++core) {
    if ((sub_task.cores >> core & 1u) == 0) {
      continue;
    }
    events.add(",\n{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"bpu\",\"pid\":%d,\"tid\":%d,\"ts\":" HBM_SIM_US
               ",\"dur\":" HBM_SIM_US ",\"args\":{\"model\":\"%s\",\"priority\":%d,\"customId\":%" PRId64
               ",\"task\":%" PRIu64 ",\"sub_task\":%d,\"piece\":%d,\"preempted\":%s}}",
               name.text(), process_, core + 1, whole_us(start_ns), part_us(start_ns), whole_us(duration_ns),
               part_us(duration_ns), name.text(), sched.priority, sched.customId, sub_task.task->number, sub_task.index,
               sub_task.pieces, preempted ? "true" : "false");
  }
  write(events.text(), events.size());
}

void Trace::queue_length(std::size_t waiting) {
  const std::int64_t now = now_ns();
  Events events;
  events.add(",\n{\"ph\":\"C\",\"name\":\"queue length\",\"pid\":%d,\"ts\":" HBM_SIM_US ",\"args\":{\"tasks\":%zu}}",
             process_, whole_us(now), part_us(now), waiting);
  write(events.text(), events.size());
}

void Trace::write(const char* text, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  off_t done = 0;
  while (static_cast<std::size_t>(done) < bytes && enabled()) {
    const ssize_t written = ::write(file_, text + done, bytes - static_cast<std::size_t>(done));
    if (written >= 0) {
      done += written;
    } else if (errno != EINTR) {
      hbm_sim_warn("HBM_SIM_TRACE: the trace ends here: %s", std::strerror(errno));
      end_after_whole_events(done);
    }
  }
}

void Trace::end_after_whole_events(off_t partial_bytes) {
  const int file = file_.exchange(-1);
  const off_t whole_bytes = ::lseek(file, 0, SEEK_END) - partial_bytes;
  // What is cut off leaves room for the end, which is shorter than any event.
  if (whole_bytes >= 0 && ::ftruncate(file, whole_bytes) == 0 && whole_bytes > 0) {
    const ssize_t ended = ::write(file, kEnd, sizeof kEnd - 1);
    static_cast<void>(ended);
  }
  ::close(file);
}

void Trace::close() {
  // A forked child has the file, too, and may have inherited the lock in any state.
  if (getpid() != process_) {
    return;
  }
  write(kEnd, sizeof kEnd - 1);
  const std::lock_guard lock(mutex_);
  const int file = file_.exchange(-1);
  if (file >= 0) {
    ::close(file);
  }
}

}  // namespace hbm_sim
