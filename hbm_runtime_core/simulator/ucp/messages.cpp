// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "ucp/configuration.hpp"
#include "ucp/job.hpp"
#include "ucp/messages.hpp"

namespace {

// Levels of HB_UCP_LOG_LEVEL at and below which a line of that kind is written.
constexpr std::int32_t kWarning = 3;
constexpr std::int32_t kError = 4;

constexpr int kTextBytes = 2048;
thread_local char last_error[kTextBytes];

std::atomic<bool> program_reads_errors{false};

bool writes_errors() {
  const hbm_sim::Configuration& configuration = hbm_sim::configuration();
  return configuration.log_level <= kError && (configuration.log_level_is_set || !program_reads_errors.load());
}

void write_line(const char* text) {
  char line[kTextBytes + 32];
  const int length = std::snprintf(line, sizeof line, "[UCP simulator] %s\n", text);
  // One write per line, so that lines of several threads do not mix.
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, line, length < static_cast<int>(sizeof line) ? length : sizeof line - 1);
}

}  // namespace

namespace hbm_sim {

void set_last_error(const char* text) { std::snprintf(last_error, sizeof last_error, "%s", text); }

}  // namespace hbm_sim

extern "C" {

std::int32_t hbm_sim_fail(std::int32_t code, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(last_error, sizeof last_error, format, arguments);
  va_end(arguments);
  if (writes_errors()) {
    write_line(last_error);
  }
  return code;
}

void hbm_sim_warn(const char* format, ...) {
  if (hbm_sim::configuration().log_level > kWarning) {
    return;
  }
  char text[kTextBytes];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  write_line(text);
}

const char* hbm_sim_last_error(void) { return last_error; }

void hbm_sim_keep_errors_off_stderr(void) { program_reads_errors.store(true); }
}
