// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/pending_call.hpp"

#include <utility>

#include "driver/error.hpp"

namespace hbm {

void PendingCall::claim() {
  std::lock_guard<std::mutex> lock(mutex_);
  const bool may_discard = state_ == State::kAnswered && has_timed_out_;
  if (state_ != State::kIdle && !may_discard) {
    throw StateError(name_ + (state_ == State::kAnswered || state_ == State::kStarted
                                  ? "this request was started and not waited for; call wait() first"
                                  : "this request is running already; wait for it, or make a request per thread"));
  }
  state_ = State::kClaimed;
  has_timed_out_ = false;
  error_ = nullptr;
}

void PendingCall::start(std::shared_ptr<const ModelSet> set, Deadline deadline) {
  call_->start(std::move(set), deadline);
  call_->check_started();
  std::lock_guard<std::mutex> lock(mutex_);
  state_ = State::kStarted;
}

bool PendingCall::wait(Deadline deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (state_ == State::kIdle || state_ == State::kClaimed) {
    throw StateError(name_ + "nothing was started; call start() before wait()");
  }
  if (has_waiting_caller_ || state_ == State::kTaken) {
    throw StateError(name_ + "another thread waits for this request already; make a request per thread");
  }
  has_waiting_caller_ = true;
  if (state_ == State::kStarted && deadline == Deadline::max()) {
    state_ = State::kWaitedForHere;
    finish(&lock);
  } else if (state_ == State::kStarted) {
    hand_over(&lock);
  }
  const auto has_answer = [this] { return state_ == State::kAnswered; };
  if (deadline == Deadline::max()) {
    answered_.wait(lock, has_answer);
  } else {
    answered_.wait_until(lock, deadline, has_answer);
  }
  has_waiting_caller_ = false;
  if (state_ != State::kAnswered) {
    has_timed_out_ = true;
    return false;
  }
  state_ = State::kTaken;
  return true;
}

void PendingCall::check() {
  if (error_ != nullptr) {
    std::rethrow_exception(std::exchange(error_, nullptr));
  }
}

bool PendingCall::done() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (state_ == State::kStarted) {
    hand_over(&lock);
  }
  return state_ == State::kIdle || state_ == State::kAnswered || state_ == State::kTaken;
}

void PendingCall::reset() {
  std::lock_guard<std::mutex> lock(mutex_);
  state_ = State::kIdle;
  error_ = nullptr;
}

void PendingCall::abandon() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (state_ == State::kStarted) {
    hand_over(&lock);
  }
}

void PendingCall::hand_over(std::unique_lock<std::mutex>* lock) {
  state_ = State::kWaitedForElsewhere;
  lock->unlock();
  call_->device().waiters().post(shared_from_this());
  lock->lock();
}

void PendingCall::run() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  finish(&lock);
}

void PendingCall::finish(std::unique_lock<std::mutex>* lock) {
  lock->unlock();
  std::exception_ptr error;
  try {
    call_->finish();
  } catch (...) {
    error = std::current_exception();
  }
  lock->lock();
  error_ = std::move(error);
  state_ = State::kAnswered;
  answered_.notify_all();
}

}  // namespace hbm
