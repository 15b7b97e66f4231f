// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/call.hpp"

namespace hbm {

/// A call that is started and waited for in two steps, on any threads, and may be reused.
///
/// The library's wait cannot be polled (boards were seen to ignore short time limits), so the first `wait` with a
/// deadline, or the first `done`, hands the call to one of the device's waiting threads; from then on both only look
/// at what that thread has noted. A `wait` without a deadline waits in the library itself.
///
/// Order of calls: `claim`, fill `call()`, `start`, `wait` until it returns true, `check`, read the results, `reset`.
class PendingCall final : public WaitJob, public std::enable_shared_from_this<PendingCall> {
 public:
  /// `name` is the prefix of error texts.
  PendingCall(std::shared_ptr<Call> call, std::string name) : call_(std::move(call)), name_(std::move(name)) {}

  Call& call() { return *call_; }

  /// Takes the call for a new start; the caller clears what an earlier one left there. Throws StateError while
  /// the device works on it, and before an answer was waited for. An answer that came after a wait had timed out
  /// may be discarded in this way.
  void claim();
  /// Submits. Throws where nothing could be submitted; `reset` then.
  void start(std::shared_ptr<const ModelSet> set, Deadline deadline);
  /// False at the deadline: the device still works on it, so wait again. After true the results belong to this thread.
  /// Throws StateError where nothing was started, or another thread waits.
  bool wait(Deadline deadline);
  /// After `wait`: throws the failure of the call, if it failed.
  void check();
  /// Whether `wait` would return at once: the device has answered, or nothing was started.
  bool done();
  /// Ends what `claim` began.
  void reset();
  /// To be called before the last share is dropped. The memory of a call that the device works on lives until the
  /// answer.
  void abandon();

 private:
  enum class State {
    kIdle,
    kClaimed,
    kStarted,
    // A thread waits in the library: the caller's, or one of the device's.
    kWaitedForHere,
    kWaitedForElsewhere,
    kAnswered,
    // The results are being read.
    kTaken,
  };

  void run() noexcept override;
  void finish(std::unique_lock<std::mutex>* lock);
  void hand_over(std::unique_lock<std::mutex>* lock);

  const std::shared_ptr<Call> call_;
  const std::string name_;
  std::mutex mutex_;
  std::condition_variable answered_;
  State state_ = State::kIdle;
  bool has_waiting_caller_ = false;
  bool has_timed_out_ = false;
  std::exception_ptr error_;
};

}  // namespace hbm
